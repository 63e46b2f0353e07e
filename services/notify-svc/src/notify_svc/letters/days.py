"""Days and moments as events and answers write them."""

from datetime import date, datetime, timedelta

from kernel.workdays import calendar_day


def moment(text: str | None) -> datetime | None:
    """Read a moment as events and answers write it."""
    return None if text is None else datetime.fromisoformat(text)


def day_of(text: str) -> date:
    """Give the day of a moment, in its own zone, which on the wire is UTC."""
    return datetime.fromisoformat(text).date()


def day_or_none(text: str | None) -> date | None:
    """Give the day of a moment that may be absent."""
    return None if text is None else day_of(text)


def local_day(text: str | None, *, ends: bool = False) -> date | None:
    """Windows are counted in the agent's days (D6); one that ends at 24:00 ends with the day before."""
    return None if text is None else calendar_day(datetime.fromisoformat(text) - timedelta(microseconds=ends))
