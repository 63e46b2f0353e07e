"""Putting back: not before the window, on its first day with Legal, never while held (R45, D10, 17 U.S.C. 512(g)(2)(C))."""

from collections.abc import Collection, Sequence
from datetime import datetime

from kernel.deadline import Window, at_risk_at
from kernel.decision import Decision, Reason
from kernel.workdays import calendar_day

from dmca_svc.model import OPEN_COUNTER_NOTICES, ClaimFacts, CounterFacts, CounterState, PageFacts, PageState, State
from dmca_svc.model.notice import DOWN

_STATUTE = "17 U.S.C. 512(g)(2)(C)"
KEPT_BY_NOTICE = Reason("kept_by_other_notice", "Another notice that Legal accepted keeps this page down.", "D10")
KEPT_BY_ORDER = Reason("kept_by_order", "An order, or a measure that Legal recorded, keeps this page down.", "D10")
KEPT_BY_MEASURE = Reason("kept_by_measure", "A measure of the Foundation's keeps this page down until it has ended.", "D4")


def may_sign_early(counter: CounterFacts) -> Decision:
    """Legal may sign that an accepted counter-notice is restored on the tenth business day already, and that material goes back whose
    action has ended; each once (D10).
    """  # noqa: D205 - the rule is one sentence
    signed = counter.early_by is not None and not counter.awaits_legal
    return Decision.of(
        *_standing(counter, legal_decides=True),
        (signed, Reason("signed_already", "Legal has signed this already.", "D1")),
    )


def keeps_down(claim: ClaimFacts, *, now: datetime) -> bool:
    """Another notice keeps a page down once Legal accepted it, until it has restored the page, was taken back for it, or could restore it
    by now on a counter-notice of its own (D10, 17 U.S.C. 512(g)(2)(C)).
    """  # noqa: D205 - the rule is one sentence
    standing = claim.state in DOWN or claim.state is State.ACCEPTED
    returns = claim.returns_from is not None and now >= claim.returns_from
    return standing and claim.page is not PageState.RESTORED and not claim.withdrawn and not returns


def may_restore(counter: CounterFacts, *, now: datetime, by: str, evaluators: Collection[str]) -> Decision:
    """An enforcer who evaluated nothing of it restores an accepted counter-notice's pages: never before the tenth business day, on the
    tenth only with Legal's signature, from the eleventh without, late too, and never what an action, an order, a measure or another notice
    keeps down (D4, D10, 17 U.S.C. 512(g)(2)(C)).
    """  # noqa: D205 - the rule is one sentence
    early = counter.window is not None and now < counter.window.opens
    tenth = not early and counter.enforcer_from is not None and now < counter.enforcer_from
    return Decision.of(
        *_standing(counter),
        *_kept(counter.pages),
        (counter.restoring, Reason("running_already", "The restoration is running already.", "D10")),
        (early, Reason("window_not_open", f"The material goes back not before {_said(counter.window)}.", _STATUTE)),
        (
            tenth and counter.early_by is None,
            Reason("tenth_day_needs_legal", "On the tenth business day it goes back only with Legal's signature.", "D10"),
        ),
        (
            by in evaluators or by == counter.assessed_by,
            Reason("evaluator_enforces", "Whoever evaluated the matter does not carry it out.", "D1"),
        ),
    )


def state_of_counter_notice(pages: Sequence[PageFacts]) -> CounterState:
    """An accepted counter-notice is restored when all its pages are back, held when an action keeps each that is not, with its hold ended
    when all these actions are over and Legal decides, and otherwise still to be restored; a page put back in error is not back (D10).
    """  # noqa: D205 - the rule is one sentence
    away = [page for page in pages if page.state is not PageState.RESTORED or page.wrongly_restored]
    if not away:
        return CounterState.RESTORED
    if not all(page.held for page in away):
        return CounterState.ACCEPTED
    return CounterState.HOLD_ENDED if all(page.hold_ended for page in away) else CounterState.HELD


def state_after_order(left: Sequence[PageFacts]) -> CounterState:
    """When an action ended and Legal decided that its material stays down, nothing of that is asked back any more: what is left of the
    counter-notice counts alone, and where nothing is left it is rejected (D10).
    """  # noqa: D205 - the rule is one sentence
    return state_of_counter_notice(left) if left else CounterState.REJECTED


def state_of_notice(counters: Collection[CounterState], pages: Sequence[PageFacts]) -> State:
    """After the takedown a notice is held while an action keeps material of it down, counter-noticed while a counter-notice is open,
    restored when every page is back, and otherwise taken down; a page put back in error is not back (R45, D10).
    """  # noqa: D205 - the rule is one sentence
    if CounterState.HELD in counters:
        return State.HELD
    if OPEN_COUNTER_NOTICES & set(counters):
        return State.COUNTER_NOTICED
    back = all(page.state is PageState.RESTORED and not page.wrongly_restored for page in pages)
    return State.RESTORED if back else State.TAKEN_DOWN


def window_at_risk_at(received_by_agent_at: datetime, window: Window) -> datetime:
    """A restoration is at risk once three quarters of the time between receipt by the agent and its target have passed (D5, D10)."""
    return at_risk_at(received_by_agent_at, window.target, on=calendar_day(received_by_agent_at))


def _kept(pages: Sequence[PageFacts]) -> tuple[tuple[bool, Reason], ...]:
    """What keeps all that is left of it down; where something can go back, the rest is told apart page by page."""
    stuck = bool(pages) and not any(page.restorable for page in pages)
    return (
        (stuck and any(page.kept for page in pages), KEPT_BY_NOTICE),
        (stuck and any(page.ordered for page in pages), KEPT_BY_ORDER),
        (stuck and any(page.measured for page in pages), KEPT_BY_MEASURE),
    )


def _standing(counter: CounterFacts, *, legal_decides: bool = False) -> tuple[tuple[bool, Reason], ...]:
    """What stands against restoring it at any time; whether a hold that ended does is Legal's to say."""
    return (
        (
            counter.state in {CounterState.RECEIVED, CounterState.INCOMPLETE},
            Reason("not_complete", f"The counter-notice is {counter.state}: no window is open for it.", "17 U.S.C. 512(g)(3)"),
        ),
        (
            counter.state is CounterState.REJECTED,
            Reason("counter_notice_rejected", "The counter-notice was rejected.", "17 U.S.C. 512(g)(3)"),
        ),
        (counter.state is CounterState.WITHDRAWN, Reason("counter_notice_withdrawn", "The counter-notice was taken back.", "D10")),
        (counter.state is CounterState.RESTORED, Reason("restored_already", "Its material is back already.", "D10")),
        (
            counter.state is CounterState.HELD,
            Reason("held", "A court or Claims Board action keeps its material down.", _STATUTE),
        ),
        (
            counter.state is CounterState.HOLD_ENDED and not legal_decides,
            Reason("legal_decides", "The action about it has ended, and Legal has not signed that it goes back.", "D10"),
        ),
    )


def _said(window: Window | None) -> str:
    return "its window opens" if window is None else window.opens.isoformat().replace("+00:00", "Z")
