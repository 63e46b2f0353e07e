"""The policy clocks, their extension, and the window to restore (R96-R98, D5, D10)."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel.cases import Case, load_cases
from kernel.deadline import (
    Clock,
    ClockState,
    Extension,
    ExtensionCause,
    enforcer_may_restore_from,
    may_extend,
    restore_window,
    state_of,
    target,
)
from kernel.kinds import Kind
from kernel.workdays import calendar_day, is_business_day

CASES = Path(__file__).parent / "cases"
RECEIVED = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(2004, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone


def clock(kind: Kind = Kind.GLOBAL_BAN, *, extended: datetime | None = None, stopped: bool = False) -> Clock | None:
    due = target(kind, RECEIVED)
    if due is None:
        return None
    extensions = (Extension(extended, ExtensionCause.UNFORESEEN, "eva", RECEIVED),) if extended else ()
    return Clock(RECEIVED, due, extensions, RECEIVED if stopped else None)


@pytest.mark.parametrize("case", load_cases(CASES / "clocks.toml"), ids=str)
def test_targets(case: Case) -> None:
    due = target(Kind(case.given["kind"]), case.given["received"])
    if due is None:
        assert case.expect == {"clock": False}
    else:
        assert {"target": due.target_at, "at_risk": due.at_risk_at} == case.expect
        assert due.target_at.tzinfo is UTC


@pytest.mark.parametrize("case", load_cases(CASES / "extensions.toml"), ids=str)
def test_extensions(case: Case) -> None:
    facts = case.given
    decision = may_extend(
        clock(Kind(facts.get("kind", "global_ban")), extended=facts.get("extended"), stopped=facts.get("stopped", False)),
        until=facts["until"],
        cause=facts["cause"],
        by=facts["by"],
        now=facts.get("now", datetime(2026, 11, 20, tzinfo=UTC)),
    )
    assert [reason.code for reason in decision.reasons] == case.expect["refused"]


@pytest.mark.parametrize("case", load_cases(CASES / "windows.toml"), ids=str)
def test_windows(case: Case) -> None:
    received = case.given["received"]
    window = restore_window(received)
    enforcer = enforcer_may_restore_from(received)
    assert {"opens": window.opens, "enforcer": enforcer, "target": window.target, "closes": window.closes} == case.expect


def test_a_clock_runs_is_at_risk_and_is_breached_at_the_very_moment() -> None:
    running = clock()
    assert running is not None
    moment = timedelta(microseconds=1)
    at_risk, due = running.target.at_risk_at, running.target.target_at
    states = [state_of(running, now) for now in (RECEIVED, at_risk - moment, at_risk, due - moment, due)]
    assert states == [ClockState.RUNNING, ClockState.RUNNING, ClockState.AT_RISK, ClockState.AT_RISK, ClockState.BREACHED]


def test_an_extension_moves_target_and_risk_and_leaves_the_original_on_record() -> None:
    extended = clock(extended=datetime(2027, 1, 1, 9, 30, tzinfo=UTC))
    assert extended is not None
    assert extended.target == target(Kind.GLOBAL_BAN, RECEIVED)
    assert extended.effective.target_at == datetime(2027, 1, 1, 9, 30, tzinfo=UTC)
    assert extended.effective.at_risk_at == RECEIVED + timedelta(days=45)
    assert state_of(extended, datetime(2026, 12, 1, tzinfo=UTC)) is ClockState.RUNNING


def test_a_decision_stops_the_clock() -> None:
    stopped = clock(stopped=True)
    assert stopped is not None
    assert state_of(stopped, datetime(2030, 1, 1, tzinfo=UTC)) is ClockState.STOPPED


def test_the_numbers_of_another_date_can_be_asked_for() -> None:
    assert target(Kind.GLOBAL_BAN, RECEIVED, date(2030, 1, 1)) == target(Kind.GLOBAL_BAN, RECEIVED)
    with pytest.raises(ValueError, match="no value on 2001-01-01"):
        target(Kind.GLOBAL_BAN, RECEIVED, date(2001, 1, 1))


@given(MOMENTS)
def test_a_window_opens_and_ends_on_business_days_in_order(received: datetime) -> None:
    window = restore_window(received)
    moments = (window.opens, enforcer_may_restore_from(received), window.target, window.closes)
    assert received < window.opens
    assert list(moments) == sorted(set(moments))
    assert is_business_day(calendar_day(window.opens))
    last_moment = timedelta(microseconds=1)
    assert is_business_day(calendar_day(window.target - last_moment))
    assert is_business_day(calendar_day(window.closes - last_moment))


@given(MOMENTS, MOMENTS, st.sampled_from([Kind.GLOBAL_BAN, Kind.DMCA, Kind.CHILD_PROTECTION]))
def test_what_is_received_later_is_never_due_earlier(one: datetime, other: datetime, kind: Kind) -> None:
    first, second = target(kind, min(one, other)), target(kind, max(one, other))
    assert first is not None
    assert second is not None
    assert first.target_at <= second.target_at
    assert min(one, other) < first.at_risk_at < first.target_at
