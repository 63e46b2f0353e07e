"""The parts of a notice in the words of the stream: ids, codes, counts and dates, never a page or a party (D17, DESIGN 4)."""

from collections.abc import Sequence

from contracts.dmca_notice import CounterNotice as CounterSaid
from contracts.dmca_notice import CourtAction as ActionSaid
from contracts.dmca_notice import Window as WindowSaid
from contracts.envelope import Clock as ClockSaid
from contracts.words import code_of

from dmca_svc.model import AnsweredAs, Course, State
from dmca_svc.rules.answer import CODES
from dmca_svc.tables import CounterNotice, CourtAction, Notice, Recommendation


def rejection_codes(notice: Notice, recommended: Recommendation | None) -> Sequence[str]:
    """Give the codes of why a notice was rejected: what it lacks, and the grounds of D9; or how a letter was answered that is no notice."""
    if notice.answered_as is not None:
        return [CODES[AnsweredAs(notice.answered_as)]]
    if notice.state != State.REJECTED or recommended is None or recommended.course != Course.REJECT:
        return ()
    return [*(f"lacks_{name}" for name in notice.missing), *(code_of(ground) for ground in recommended.grounds)]


def clock(notice: Notice) -> ClockSaid:
    """Give the notice's own clock."""
    return ClockSaid(target_at=notice.target_at, at_risk_at=notice.at_risk_at, state=notice.clock_state)


def restoration_clock(counter: CounterNotice) -> ClockSaid:
    """Give the clock of a window: due on its target, breached at its end (D10)."""
    return ClockSaid.model_validate(
        {"target_at": counter.target, "at_risk_at": counter.at_risk_at, "state": counter.clock_state, "measures": "restoration"}
    )


def counter_notice(counter: CounterNotice) -> CounterSaid:
    """Give a counter-notice as others may know it."""
    window = counter.window
    return CounterSaid(
        counter_notice_id=counter.id,
        request_id=counter.request_id,
        state=counter.state,
        received_at=counter.received_at,
        received_by_agent_at=counter.complete_with_agent_at,
        missing=tuple(counter.missing),
        subscriber_verified=counter.verified_by is not None,
        pages=len(counter.page_ids),
        window=WindowSaid(opens=window.opens, target=window.target, closes=window.closes) if window else None,
    )


def court_action(action: CourtAction) -> ActionSaid:
    """Give a court action as others may know it."""
    return ActionSaid(
        court_action_id=action.id,
        forum=action.forum,
        told_by=action.told_by,
        received_at=action.received_at,
        state=action.state,
        counter_notice_id=action.counter_notice_id,
    )
