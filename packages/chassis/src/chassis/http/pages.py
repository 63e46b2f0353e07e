"""The pages behind every problem's `type`: the rule, an example, what to do next."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse

from chassis.errors import NotFound

if TYPE_CHECKING:
    from chassis.service import Service

REPAIR = "Read the reasons, mend what they name, and send the request again. Nothing was changed by the one that was refused."
AGAIN = "Nothing was done. Wait as long as the header Retry-After says, then send the same request again, with the same Idempotency-Key."


@dataclass(frozen=True, slots=True)
class ProblemPage:
    """One page: the rule in a sentence, a status it comes with, what to do next."""

    rule: str
    status: int
    next: str = REPAIR


OWN: Mapping[str, ProblemPage] = {
    "malformed": ProblemPage(
        "A request is read whole or not at all: broken, misspelt or unknown input is refused and never guessed at.", 422
    ),
    "unknown_parameter": ProblemPage(
        "A query parameter that an operation does not know is refused, because ignoring it would widen the answer.", 422
    ),
    "token_missing": ProblemPage(
        "Who acts is always known: an operation that is not public takes a bearer token.",
        401,
        "Send the header Authorization: Bearer TOKEN. In dev mode `office token` prints one.",
    ),
    "token_invalid": ProblemPage(
        "A token counts when our issuer signed it for office-actions, it has not expired, and it has sub, jti, iat, exp and roles.",
        401,
        "Get a new token from the issuer.",
    ),
    "token_revoked": ProblemPage(
        "An operator may revoke a token, or all tokens of a person issued before a moment.",
        401,
        "Ask an operator why, and get a new token once that is settled.",
    ),
    "role_missing": ProblemPage(
        "Every operation declares the roles that may call it; a token with none of them is refused before the body is read.",
        403,
        "Ask someone who holds one of the roles named, or have the role granted to you.",
    ),
    "access_reason_missing": ProblemPage(
        "Reading a person, evidence, a child-protection case or an event list needs a reason, and each such read is logged.",
        400,
        "Send the header X-Access-Reason with one line that says why you read this.",
    ),
    "access_not_logged": ProblemPage(
        "What cannot be logged is not shown: the read goes into the access log before the first byte goes out.", 503, AGAIN
    ),
    "idempotency_key_missing": ProblemPage(
        "An operation that creates something takes an Idempotency-Key, so that a repeat after a lost answer creates nothing twice.",
        400,
        "Send a header Idempotency-Key: a new one for each new thing, the same one for each repeat.",
    ),
    "idempotency_key_reused": ProblemPage(
        "One Idempotency-Key stands for one request; it cannot be used for another path or body.",
        422,
        "Take a new key for the new request.",
    ),
    "still_running": ProblemPage(
        "Two calls with one Idempotency-Key are one call: the second waits for the first one's answer.", 409, AGAIN
    ),
    "version_conflict": ProblemPage(
        "A write with If-Match is done only when nothing has changed since you read that version.",
        409,
        "Read the thing again, look at what changed, and decide anew.",
    ),
    "conflict": ProblemPage("Of two that store the same thing at once, one is stored.", 409, "Read what is stored now, and decide anew."),
    "not_found": ProblemPage(
        "There is no such thing, or you may not know of it; the answer is the same for both.",
        404,
        "Check the id. If it is right, your roles do not reach it.",
    ),
    "no_such_page": ProblemPage("Only what the documentation lists is served.", 404, "Look the address up at /docs."),
    "method_not_allowed": ProblemPage(
        "An address takes the methods that the documentation lists.", 405, "See the header Allow, or look the address up at /docs."
    ),
    "too_large": ProblemPage(
        "A body has a largest size, 1 MiB unless the operation says otherwise.", 413, "Send less at once; the reason names the limit."
    ),
    "too_many": ProblemPage("A caller may ask so many times a minute and no more.", 429, AGAIN),
    "busy": ProblemPage("Two transactions stood in each other's way and the database let one go.", 503, AGAIN),
    "unavailable": ProblemPage("What cannot be done whole and recorded is not done at all.", 503, AGAIN),
    "not_settled": ProblemPage(
        "The clock of dev mode stops at each date until everything due then is done.",
        504,
        "See what the reason names; it may wait for a person or have failed.",
    ),
    "erased": ProblemPage(
        "Case text whose key was destroyed cannot be read by anybody, not from backups either (D27).",
        410,
        "The trail still tells what happened, without the text.",
    ),
    "unexpected": ProblemPage(
        "An error of ours changes nothing and shows nothing.", 500, "Tell an operator the request id; the log has it."
    ),
}
"""The chassis's own codes. A service adds its refusals in `Service.problems`: code to the rule's sentence."""


class ProblemPages:
    """The pages of every code that the services of this process may answer."""

    def __init__(self, services: Iterable["Service"]) -> None:
        """A service's sentence may go on after a line break with what to do next."""
        self._pages = dict(OWN)
        for service in services:
            for code, says in service.problems.items():
                rule, _, following = says.partition("\n")
                self._pages.setdefault(code, ProblemPage(rule.strip(), 409, following.strip() or REPAIR))
        self._template = Template(files("chassis.http").joinpath("problem.html").read_text())

    @property
    def codes(self) -> frozenset[str]:
        """Every code with a page."""
        return frozenset(self._pages)

    def show(self, code: str) -> HTMLResponse:
        """Render one page; it loads nothing from anywhere.

        Raises:
            NotFound: no problem has this code.
        """
        page = self._pages.get(code)
        if page is None:
            raise NotFound("problem")
        title = code.replace("_", " ").capitalize()
        reason = {"code": code, "says": page.rule, "cite": "…"}
        example = {
            "type": f"/problems/{code}",
            "title": title,
            "status": page.status,
            "detail": page.rule,
            "reasons": [reason],
            "request_id": "…",
        }
        shown = {"title": title, "rule": page.rule, "next": page.next, "example": json.dumps(example, indent=2, ensure_ascii=False)}
        return HTMLResponse(self._template.substitute({name: escape(value) for name, value in shown.items()}))
