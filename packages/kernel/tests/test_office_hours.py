"""Business hours in California's days: over weekends, holidays and the clock changes (D6)."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel.deadline import in_office_hours
from kernel.workdays import HOUSE, calendar_day, is_business_day


@given(st.datetimes(min_value=datetime(2024, 1, 1), max_value=datetime(2040, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001  # the zone is given beside them
def test_a_reminder_goes_out_in_business_hours_alone_and_never_before_its_time(at: datetime) -> None:
    goes = in_office_hours(at)
    assert goes >= at
    assert is_business_day(calendar_day(goes))
    assert 9 <= goes.astimezone(HOUSE).hour < 17
    assert in_office_hours(goes) == goes


@pytest.mark.parametrize(
    ("at", "goes"),
    [
        # Summer time begins on Sunday, 8 March 2026, and ends on Sunday, 1 November 2026.
        ("2026-03-06T17:00-08:00", "2026-03-09T09:00-07:00"),
        ("2026-03-08T01:59:59-08:00", "2026-03-09T09:00-07:00"),
        ("2026-03-08T03:00-07:00", "2026-03-09T09:00-07:00"),
        ("2026-10-30T16:59-07:00", "2026-10-30T16:59-07:00"),
        ("2026-10-30T17:00-07:00", "2026-11-02T09:00-08:00"),
        ("2026-11-01T01:30-07:00", "2026-11-02T09:00-08:00"),
        ("2026-11-01T01:30-08:00", "2026-11-02T09:00-08:00"),
        ("2026-11-26T12:00-08:00", "2026-11-27T09:00-08:00"),
        ("2027-12-30T18:00-08:00", "2028-01-03T09:00-08:00"),
    ],
)
def test_the_hours_are_those_of_the_house_over_clock_changes_and_holidays(at: str, goes: str) -> None:
    assert in_office_hours(datetime.fromisoformat(at)) == datetime.fromisoformat(goes)
