"""A counter-notice: what it must hold, whose it is, and from when its window counts (R45, R46, D10, 17 U.S.C. 512(g)(2)-(3))."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from kernel.decision import Decision, Reason

from dmca_svc.model import OPEN_COUNTER_NOTICES, CounterFacts, CounterState, NoticeFacts, PageFacts, PageState
from dmca_svc.reading import Finding, Verdict
from dmca_svc.reading.model import COUNTER_NOTICE_ELEMENTS
from dmca_svc.reading.verdict import verdict_of_counter_notice

CITES = {
    "signature": "17 U.S.C. 512(g)(3)(A)",
    "material": "17 U.S.C. 512(g)(3)(B)",
    "good_faith_mistake": "17 U.S.C. 512(g)(3)(C)",
    "contact": "17 U.S.C. 512(g)(3)(D)",
    "jurisdiction_service": "17 U.S.C. 512(g)(3)(D)",
}
TAKEN_BACK = Reason("counter_notice_withdrawn", "Whoever filed the counter-notice took it back.", "D10")
_LACKS = {
    "signature": "It lacks the signature of the subscriber.",
    "material": "It does not say which material was removed and where it was.",
    "good_faith_mistake": "It lacks the statement under penalty of perjury that the removal was a mistake.",
    "contact": "It lacks the subscriber's name, address or telephone number.",
    "jurisdiction_service": "It lacks the consent to a federal court's jurisdiction, or to service of process.",
}


def may_file(notice: NoticeFacts) -> Decision:
    """Only what was taken down can be asked back by a counter-notice (R45, 17 U.S.C. 512(g)(3)(B))."""
    return Decision.of(
        (
            PageState.REMOVED not in notice.pages,
            Reason("nothing_taken_down", "Nothing of this notice is taken down, so there is nothing to ask back.", CITES["material"]),
        ),
    )


def may_assess_counter_notice(
    counter: CounterFacts, elements: Collection[str], pages: Sequence[PageFacts | None], *, asked_back_elsewhere: bool
) -> Decision:
    """A person says of each element whether it is met, and which of the pages taken down it is about; a page is asked back by one
    subscriber (D10, 17 U.S.C. 512(g)(3)).

    `pages` are those named, None where the notice has no such page; `asked_back_elsewhere` tells that another open counter-notice has one.
    """  # noqa: D205 - the rule is one sentence
    unjudged = [name for name in COUNTER_NOTICE_ELEMENTS if name not in elements]
    return Decision.of(
        (
            counter.state not in {CounterState.RECEIVED, CounterState.INCOMPLETE},
            Reason("counter_notice_judged", f"The counter-notice is {counter.state} and is not judged again.", "D10"),
        ),
        (
            bool(unjudged),
            Reason("elements_unjudged", f"A person says of every element whether it is met; not yet of: {', '.join(unjudged)}.", "D10"),
        ),
        (
            any(page is None or page.state is PageState.UP for page in pages),
            Reason("page_not_taken_down", "It names a page that this notice never took down.", CITES["material"]),
        ),
        (
            any(page is not None and page.state is PageState.RESTORED for page in pages),
            Reason("page_restored", "It names a page that is back already.", CITES["material"]),
        ),
        (asked_back_elsewhere, Reason("page_asked_back", "Another counter-notice asks one of these pages back.", CITES["signature"])),
    )


def may_complete(counter: CounterFacts) -> Decision:
    """What was found incomplete can be completed by a further text, which is judged before the next one is taken; the window counts from
    that text (D10, 17 U.S.C. 512(g)(3)).
    """  # noqa: D205 - the rule is one sentence
    return Decision.of(
        (
            counter.state is not CounterState.INCOMPLETE,
            Reason("not_incomplete", f"The counter-notice is {counter.state}: nothing that comes later moves a date.", "D10"),
        ),
        (
            counter.state is CounterState.INCOMPLETE and counter.completed,
            Reason("completion_unjudged", "A text that came after is not judged yet; it is judged before another is taken.", "D10"),
        ),
    )


def may_speak_for(counter: CounterFacts, *, allowed: bool) -> Decision:
    """Counsel decides, once and before it is accepted, that whoever signed may speak for the subscriber (D10, 17 U.S.C. 512(g)(3)(A))."""
    return Decision.of(
        (
            counter.state not in {CounterState.RECEIVED, CounterState.INCOMPLETE},
            Reason("counter_notice_judged", f"The counter-notice is {counter.state} and is not judged again.", "D10"),
        ),
        (allowed, Reason("signed_already", "Counsel has decided this already.", "D1")),
    )


def is_anothers(account: bytes | None, givers: Collection[Collection[bytes]]) -> bool:
    """A page is another person's when it is known who gave it and the account that signed is none of them; accounts that are one person's
    are counsel's to see (D10, D23).
    """  # noqa: D205 - the rule is one sentence
    return account is not None and any(known and account not in known for known in givers)


def may_withdraw(counter: CounterFacts) -> Decision:
    """Whoever filed a counter-notice may take it back until its material is restored or it was rejected, and that ends its window (D10)."""
    return Decision.of(
        (
            counter.state is CounterState.WITHDRAWN,
            Reason("counter_notice_withdrawn", "The counter-notice was taken back already.", "D10"),
        ),
        (
            counter.state is CounterState.REJECTED,
            Reason("counter_notice_rejected", "The counter-notice was rejected.", "17 U.S.C. 512(g)(3)"),
        ),
        (counter.state is CounterState.RESTORED, Reason("restored_already", "Its material is back already.", "D10")),
    )


def asks(state: CounterState) -> bool:
    """A counter-notice that was rejected or taken back asks nothing back any more, so that another may (D10)."""
    return state in OPEN_COUNTER_NOTICES or state in {CounterState.HELD, CounterState.RESTORED}


def verdict(elements: Mapping[str, bool]) -> Verdict:
    """All of (A) to (D): compliant; nothing of (B) and (C): defective; otherwise what is missing can be sent after (D10)."""
    return verdict_of_counter_notice({name: Finding(elements[name]) for name in COUNTER_NOTICE_ELEMENTS})


def may_open_window(
    elements: Mapping[str, bool], *, pages: int, verified: bool, received_by_agent_at: datetime | None, anothers: bool = False
) -> Decision:
    """A window opens for a text with all of (A) to (D), about pages of the subscriber who signed it and was verified, from the day on
    which the designated agent received it; where another account gave the pages, counsel decides first (D10, 17 U.S.C. 512(g)(2)(C), (3)).
    """  # noqa: D205 - the rule is one sentence
    return Decision.of(
        *((not elements[name], Reason(f"lacks_{name}", _LACKS[name], CITES[name])) for name in COUNTER_NOTICE_ELEMENTS),
        (
            pages == 0,
            Reason("not_subscribers_material", "None of what was taken down was given by whoever signed it.", CITES["signature"]),
        ),
        (
            not verified,
            Reason("subscriber_not_verified", "Nobody has verified that the subscriber signed it: by confirmed address or on-wiki.", "D10"),
        ),
        (
            anothers,
            Reason("needs_counsel", "Another account gave this material; counsel decides whether its signer may speak for it.", "D10"),
        ),
        (
            received_by_agent_at is None,
            Reason("not_with_agent", "It has not reached the designated agent; pass it on to legal@, and it counts from then.", "D10"),
        ),
    )


def state_after(decision: Decision, found: Verdict, *, pages: int) -> CounterState:
    """What may open a window is accepted; a text without (B) and (C), or about nothing of its signer, is rejected; else it waits (D10)."""
    if decision:
        return CounterState.ACCEPTED
    if found is Verdict.DEFECTIVE or pages == 0:
        return CounterState.REJECTED
    return CounterState.INCOMPLETE
