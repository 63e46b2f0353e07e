"""Business days (D6): the worked calendar, counsel's cases, and what holds for every day."""

import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel.cases import Case, load_cases
from kernel.workdays import (
    add_business_days,
    business_days_between,
    calendar_day,
    end_of_day,
    federal_holidays,
    is_business_day,
    start_of_day,
)

WORKED = Path(__file__).parents[3].parent / "shared" / "data" / "business-days.toml"
DAYS = st.dates(date(1999, 1, 1), date(2095, 12, 31))
COUNTS = st.integers(0, 60)


@pytest.mark.skipif(not WORKED.exists(), reason="the worked cases of ../shared/data/business-days.toml are not here")
def test_the_worked_calendar() -> None:
    worked = tomllib.loads(WORKED.read_text(encoding="utf-8"))["case"]
    asked = [(case["received"], int(count), day) for case in worked for count, day in case["days"].items()]
    assert len(asked) == 15
    assert [add_business_days(received, count) for received, count, _ in asked] == [day for *_, day in asked]


@pytest.mark.parametrize("case", load_cases(Path(__file__).parent / "cases" / "workdays.toml"), ids=str)
def test_cases(case: Case) -> None:
    closings = frozenset(case.given.get("closings", []))
    if "after" in case.given:
        assert add_business_days(case.given["day"], case.given["after"], closings=closings) == case.expect["day"]
    else:
        assert is_business_day(case.given["day"], closings=closings) == case.expect["business"]


@given(DAYS, st.integers(1, 60))
def test_a_count_never_lands_on_a_weekend_or_holiday(day: date, count: int) -> None:
    reached = add_business_days(day, count)
    assert reached.weekday() < 5
    assert reached not in federal_holidays(reached.year)


@given(DAYS, COUNTS)
def test_more_days_are_later(day: date, count: int) -> None:
    assert add_business_days(day, count) < add_business_days(day, count + 1)


@given(DAYS, st.integers(0, 30), COUNTS)
def test_a_later_receipt_is_never_due_earlier(day: date, later: int, count: int) -> None:
    assert add_business_days(day, count) <= add_business_days(day + timedelta(days=later), count)


@given(DAYS, COUNTS, COUNTS)
def test_counting_in_two_steps_is_counting_in_one(day: date, first: int, second: int) -> None:
    assert add_business_days(add_business_days(day, first), second) == add_business_days(day, first + second)


@given(DAYS, COUNTS)
def test_counting_back_gives_the_number_again(day: date, count: int) -> None:
    assert business_days_between(day, add_business_days(day, count)) == count


@given(DAYS)
def test_a_day_lasts_from_midnight_to_midnight_in_california(day: date) -> None:
    start, end = start_of_day(day), end_of_day(day)
    assert (start.tzinfo, end.tzinfo) == (UTC, UTC)
    assert timedelta(hours=23) <= end - start <= timedelta(hours=25)
    assert calendar_day(start) == day
    assert calendar_day(end - timedelta(microseconds=1)) == day
    assert calendar_day(end) == day + timedelta(days=1)


def test_the_day_of_a_moment_is_the_one_in_california() -> None:
    assert calendar_day(datetime(2026, 1, 1, 7, 59, tzinfo=UTC)) == date(2025, 12, 31)
    assert calendar_day(datetime(2026, 1, 1, 9, 0, tzinfo=ZoneInfo("Asia/Tokyo"))) == date(2025, 12, 31)


def test_what_cannot_be_counted_is_said() -> None:
    with pytest.raises(ValueError, match="counted forward"):
        add_business_days(date(2026, 1, 1), -1)
    with pytest.raises(ValueError, match="lies before"):
        business_days_between(date(2026, 1, 2), date(2026, 1, 1))
    with pytest.raises(ValueError, match="from 1998 to 2099"):
        add_business_days(date(2099, 12, 31), 1)
    with pytest.raises(ValueError, match="without its zone"):
        calendar_day(datetime(2026, 1, 1))  # noqa: DTZ001 - the fault under test
