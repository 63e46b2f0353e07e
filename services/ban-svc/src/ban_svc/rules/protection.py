"""Page protection: in the rarest circumstances, with its template (R79-R82)."""

import re

from kernel.decision import Decision, Reason
from kernel.kinds import Kind

from ban_svc.model import ActionSpec, Matter
from ban_svc.rules.numbers import POLICY

_CAUSES = ("court_order", "safety")


def protects_pages(spec: ActionSpec, matter: Matter) -> Decision:
    """Pages are protected for a court order or a substantial risk, each once, under a visible template, up to *do not touch* for everybody;
    but a page to be built up again, under the reset template, says how, and is not closed to all (R73, R79, R80, R81, R82).
    """  # noqa: D205 - the rule is one sentence
    if spec.kind is not Kind.PAGE_PROTECTION:
        return Decision()
    pages = [(page.wiki, page.title) for page in spec.pages or ()]
    how, grounds = spec.protection, set(POLICY.value("grounds_page_protection", on=matter.now.date()))
    resets = how is not None and how.template == "reset"
    return Decision.of(
        (not pages, Reason("pages_missing", "Name the pages to protect.", "R79")),
        (len(set(pages)) < len(pages), Reason("page_twice", "The same page is named twice.", "R73")),
        (
            not grounds & set(spec.grounds) and spec.justification.why not in _CAUSES,
            Reason(
                "protection_without_cause",
                "A page is protected for a court order or a substantial risk to safety or trust; otherwise it is left to the community.",
                "R79",
            ),
        ),
        (how is None, Reason("protection_missing", "Say in `protection` the level and the template that is placed.", "R81")),
        (
            how is not None and resets and _closed_to_all(how.level),
            Reason("reset_excludes_do_not_touch", "{{reset}} invites everybody to build the page up; it cannot be *do not touch*.", "R82"),
        ),
        (
            how is not None and resets and not how.instructions,
            Reason("instructions_missing", "{{reset}} comes with instructions that everybody follows; write them.", "R82"),
        ),
    )


def _closed_to_all(level: str) -> bool:
    """Tell whether a level is *do not touch*, however it is spelled."""
    return re.sub(r"[\W_]+", " ", level).strip().casefold() in ("do not touch", "donottouch")
