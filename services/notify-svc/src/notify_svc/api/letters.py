"""Letters tried beforehand: with made-up facts, and as an enactment would bring them."""

from typing import Annotated, Any

from chassis.audit import log_access
from chassis.errors import Malformed, Unavailable
from chassis.http import OpenEdge, Prepared, Received, Router
from chassis.peers import NotThere
from chassis.runtime import Runtime
from chassis.service import Permanent
from contracts import ActionState
from fastapi import Request
from kernel.actor import Role
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict

from notify_svc.api.forms import Form, Name
from notify_svc.letters import LetterError, facts_for, foresee, parties_of, render, subject_in, untold_of
from notify_svc.model import Change, Found, Party

letters = Router(prefix="/notify/v1", tags=["notify"])


class PreviewForm(Form):
    """A letter's template, its language, and the facts that it tells."""

    template: Name
    locale: Name = "en"
    facts: dict[str, Any]


def _in_words(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("It must be a time with its zone, such as 2026-11-02T09:30:00Z")  # noqa: TRY004 - pydantic tells a ValueError
    return value


class ForesightForm(BaseModel):
    """An action as it would be once it is enacted, in the words of `action_change`, and when that would be.

    `locale`: the language to read the letters in; left out, each is in that of its reader.
    """

    model_config = ConfigDict(extra="forbid")

    action: ActionState
    at: Annotated[AwareDatetime, BeforeValidator(_in_words)]
    locale: Name | None = None

    def change(self) -> Change:
        """See the enactment as the matrix asks about it; it has no event yet."""
        state = self.action.model_dump(mode="json", exclude_none=True)
        about = self.action.action_id
        return Change(about, "action", about, 1, "enacted", self.action.kind, self.at, state)


class PreviewView(BaseModel):
    """A letter as it would be written; what is for a wiki page has no HTML."""

    subject: str
    text: str
    html: str | None = None


class ForeseenView(PreviewView):
    """A letter that an enactment would bring; `withheld` says under which code it would be kept and not sent."""

    party: str
    template: str
    locale: str
    withheld: str | None = None


class UntoldView(BaseModel):
    """Somebody whom an enactment concerns and whom no letter tells of it, and why not."""

    party: str
    why: str


class ForesightView(BaseModel):
    """Every letter that an enactment would bring, and who would get none."""

    letters: list[ForeseenView]
    untold: list[UntoldView]


@letters.post(
    "/letters/preview",
    roles=(Role.EVALUATOR, Role.COMMUNICATIONS),
    example={"template": "request_deferred", "locale": "en", "facts": {"reference": "0195", "decided_on": "2026-03-02"}},
)
async def preview_letter(edge: OpenEdge, form: PreviewForm) -> PreviewView:
    """Write a letter with made-up facts; nothing is sent or stored."""
    del edge
    try:
        rendered = render(form.template, form.locale, facts_for(form.template, form.facts))
    except LetterError as error:
        raise Malformed("letter_unknown", f"This letter cannot be written: {error}.") from error
    return PreviewView(subject=rendered.subject, text=rendered.text, html=rendered.html)


async def ask_subject(request: Request, received: Received) -> Found:
    """Ask ban-svc whom an action is against, as for the letter itself, and only where one would be written."""
    change = received.form(ForesightForm).change()
    if Party.SUBJECT not in parties_of(change):
        return Found()
    runtime: Runtime = request.app.state.runtime
    path, reason = f"/bans/v1/actions/{change.about_id}/subject", "letters, before they are signed for"
    try:
        answer = await runtime.peers.get("ban", path, reason=reason, request_id=request.scope.get("office.request_id"))
    except NotThere as error:
        raise Malformed("malformed", "body.action.action_id: There is no such action.") from error
    except Permanent as error:
        raise Unavailable("ban-svc did not say whom the action is against; nothing was written, try again.") from error
    return subject_in(answer)


@letters.post(
    "/letters/foreseen",
    roles=(Role.SERVICE,),
    reads="a letter",
    limited=False,
    prepares=ask_subject,
    example={
        "action": {
            "action_id": "0195a0c2-0000-7000-8000-000000000005",
            "kind": "page_protection",
            "state": "enacted",
            "course": "act",
            "disclosure": "public",
        },
        "at": "2026-03-02T09:30:00Z",
    },
)
async def foresee_letters(edge: OpenEdge, form: ForesightForm, found: Annotated[Found, Prepared]) -> ForesightView:
    """Write every letter that enacting an action would bring, exactly as it would be sent; nothing is sent or stored.

    Whom the letters would reach is not looked up: only the subject's names its reader.
    """
    await log_access(edge, "action", form.action.action_id)
    try:
        foreseen = list(foresee(form.change(), found, locale=form.locale, told_at=form.at))
    except LetterError as error:
        raise Malformed("letter_unknown", f"This letter cannot be written: {error}.") from error
    except (ValueError, OverflowError) as error:
        # Dates before the first policy or after the last calendar: no letter has them.
        raise Malformed("malformed", "No letter was or will be written at these dates.") from error
    return ForesightView(
        untold=[UntoldView(party=party, why=why) for party, why in untold_of(form.change()).items()],
        letters=[
            ForeseenView(
                party=one.party,
                template=one.template,
                locale=one.locale,
                subject=one.rendered.subject,
                text=one.rendered.text,
                html=one.rendered.html,
                withheld=one.withheld,
            )
            for one in foreseen
        ],
    )
