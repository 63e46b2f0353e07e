"""Six calendar months (R102, D7)."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel.cases import Case, load_cases
from kernel.months import add_months, months_after

DAYS = st.dates(date(1999, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize("case", load_cases(Path(__file__).parent / "cases" / "months.toml"), ids=str)
def test_cases(case: Case) -> None:
    assert months_after(case.given["at"], case.given.get("months", 6)) == case.expect["until"]


@given(DAYS, st.integers(0, 60))
def test_the_month_is_right_and_the_day_never_later(day: date, count: int) -> None:
    reached = add_months(day, count)
    assert (reached.year * 12 + reached.month) - (day.year * 12 + day.month) == count
    assert reached.day <= day.day
    assert reached.day == day.day or (reached + timedelta(days=1)).day == 1


@given(DAYS, DAYS)
def test_a_later_issuance_never_ends_earlier(one: date, other: date) -> None:
    first, second = sorted((one, other))
    assert add_months(first, 6) <= add_months(second, 6)


def test_a_time_without_its_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without its zone"):
        months_after(datetime(2026, 1, 1))  # noqa: DTZ001 - the fault under test
    assert months_after(datetime(2026, 1, 1, tzinfo=UTC)).tzinfo is UTC
