"""Business days: Monday to Friday, less US federal holidays and one-off closings, in California's calendar (D6)."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from holidays import country_holidays

HOUSE = ZoneInfo("America/Los_Angeles")
_DAY = timedelta(days=1)
_SATURDAY = 5
# What the calendar can answer for: from the year of 17 U.S.C. 512 to the last year `holidays` computes.
_FIRST_YEAR, _LAST_YEAR = 1998, 2099


def _closings() -> frozenset[date]:
    """Read the dated list of one-off closings."""
    rows = tomllib.loads(files("kernel").joinpath("closings.toml").read_text(encoding="utf-8")).get("closing", [])
    return frozenset(row["day"] for row in rows)


CLOSINGS: frozenset[date] = _closings()


@cache
def federal_holidays(year: int) -> frozenset[date]:
    """Return the days of the year on which federal offices keep a holiday (5 U.S.C. 6103).

    A Saturday's holiday is kept the Friday before, a Sunday's the Monday after: 31 December 2027 for New Year 2028.

    Raises:
        ValueError: a year before 1998 or after 2099.
    """
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise ValueError(f"business days are known from {_FIRST_YEAR} to {_LAST_YEAR}, not in {year}")
    return frozenset(country_holidays("US", years=year))


def is_business_day(day: date, *, closings: frozenset[date] = CLOSINGS) -> bool:
    """A business day is Monday to Friday and neither a federal holiday nor a one-off closing (D6)."""
    return day.weekday() < _SATURDAY and day not in federal_holidays(day.year) and day not in closings


def add_business_days(day: date, count: int, *, closings: frozenset[date] = CLOSINGS) -> date:
    """Return the `count`-th business day after `day`, which is day 0 whether it is a business day or not (D6).

    Raises:
        ValueError: a negative count, or an end outside 1998 to 2099.
    """
    if count < 0:
        raise ValueError(f"business days are counted forward, not {count}")
    while count:
        day += _DAY
        count -= is_business_day(day, closings=closings)
    return day


def business_days_between(day: date, later: date, *, closings: frozenset[date] = CLOSINGS) -> int:
    """Count the business days after `day` up to and with `later`: the inverse of `add_business_days`.

    Raises:
        ValueError: `later` lies before `day`.
    """
    if later < day:
        raise ValueError(f"{later} lies before {day}")
    return sum(is_business_day(day + step * _DAY, closings=closings) for step in range(1, (later - day).days + 1))


def calendar_day(at: datetime) -> date:
    """The calendar day of a moment is the one in America/Los_Angeles (D6).

    Raises:
        ValueError: a time without its zone.
    """
    if at.tzinfo is None:
        raise ValueError("a time without its zone has no calendar day")
    return at.astimezone(HOUSE).date()


def start_of_day(day: date) -> datetime:
    """Return 00:00 of the day in America/Los_Angeles, in UTC: a window opens with its first day (D6)."""
    return datetime.combine(day, time(), tzinfo=HOUSE).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """Return 24:00 of the day in America/Los_Angeles, in UTC: a clock runs to the end of its last day (D6)."""
    return start_of_day(day + _DAY)
