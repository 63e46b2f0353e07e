"""Calendar months: six months to appeal, clamped to the month's end, to the end of that day UTC (D7, R102)."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta

SIX = 6


def add_months(day: date, count: int) -> date:
    """Return the same day `count` months later, or the last of that month where it has no such day (D7)."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def months_after(at: datetime, count: int = SIX) -> datetime:
    """The window ends with the day, in UTC, that lies `count` calendar months after the day of `at` in UTC (D7).

    The answer is that day's 24:00: it is the first moment that is too late.

    Raises:
        ValueError: a time without its zone.
    """
    if at.tzinfo is None:
        raise ValueError("a time without its zone has no day in UTC")
    last = add_months(at.astimezone(UTC).date(), count)
    return datetime.combine(last + timedelta(days=1), time(), tzinfo=UTC)
