"""Putting back: not before the window, on its first day with Legal, never while held (R45, D10, 17 U.S.C. 512(g)(2)(C))."""

from collections.abc import Collection, Sequence
from datetime import datetime

from kernel.deadline import Window, at_risk_at
from kernel.decision import Decision, Reason
from kernel.workdays import calendar_day

from dmca_svc.model import OPEN_COUNTER_NOTICES, CounterFacts, CounterState, PageFacts, PageState, State

_STATUTE = "17 U.S.C. 512(g)(2)(C)"


def may_sign_early(counter: CounterFacts) -> Decision:
    """Legal may sign that an accepted counter-notice is restored on the tenth business day already, once (D10)."""
    return Decision.of(
        *_standing(counter), (counter.early_by is not None, Reason("signed_already", "Legal has signed this already.", "D1"))
    )


def may_restore(counter: CounterFacts, *, now: datetime, by: str, evaluators: Collection[str]) -> Decision:
    """An enforcer who evaluated nothing of it restores an accepted counter-notice's pages: never before the tenth business day, on the
    tenth only with Legal's signature, from the eleventh without, late too, and never what an action holds (D10, 17 U.S.C. 512(g)(2)(C)).
    """  # noqa: D205 - the rule is one sentence
    early = counter.window is not None and now < counter.window.opens
    tenth = not early and counter.enforcer_from is not None and now < counter.enforcer_from
    return Decision.of(
        *_standing(counter),
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
    """An accepted counter-notice is restored when all its pages are back, held when an action keeps each that is not, and otherwise
    still to be restored; a page put back in error is not back (D10).
    """  # noqa: D205 - the rule is one sentence
    away = [page for page in pages if page.state is not PageState.RESTORED or page.wrongly_restored]
    if not away:
        return CounterState.RESTORED
    return CounterState.HELD if all(page.held for page in away) else CounterState.ACCEPTED


def state_of_notice(counters: Collection[CounterState], pages: Sequence[PageFacts]) -> State:
    """After the takedown a notice is held while an action keeps material of it down, counter-noticed while a counter-notice is open,
    restored when every page is back, and otherwise taken down (R45, D10).
    """  # noqa: D205 - the rule is one sentence
    if CounterState.HELD in counters:
        return State.HELD
    if OPEN_COUNTER_NOTICES & set(counters):
        return State.COUNTER_NOTICED
    return State.RESTORED if all(page.state is PageState.RESTORED for page in pages) else State.TAKEN_DOWN


def window_at_risk_at(received_by_agent_at: datetime, window: Window) -> datetime:
    """A restoration is at risk once three quarters of the time between receipt by the agent and its target have passed (D5, D10)."""
    return at_risk_at(received_by_agent_at, window.target, on=calendar_day(received_by_agent_at))


def _standing(counter: CounterFacts) -> tuple[tuple[bool, Reason], ...]:
    """What stands against restoring it at any time."""
    return (
        (
            counter.state in {CounterState.RECEIVED, CounterState.INCOMPLETE},
            Reason("not_complete", f"The counter-notice is {counter.state}: no window is open for it.", "17 U.S.C. 512(g)(3)"),
        ),
        (
            counter.state is CounterState.REJECTED,
            Reason("counter_notice_rejected", "The counter-notice was rejected.", "17 U.S.C. 512(g)(3)"),
        ),
        (counter.state is CounterState.RESTORED, Reason("restored_already", "Its material is back already.", "D10")),
        (
            counter.state is CounterState.HELD,
            Reason("held", "A court or Claims Board action keeps its material down.", _STATUTE),
        ),
    )


def _said(window: Window | None) -> str:
    return "its window opens" if window is None else window.opens.isoformat().replace("+00:00", "Z")
