"""When a message that was not taken is tried again, and what an answer means."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""The pauses that Standard Webhooks 1.0 advises: 75 hours and 35 minutes in all."""

TRIES = len(WAITS) + 1
_SPREAD = 0.1
_LONGEST_ASKED = timedelta(hours=24)
_MOST_DIGITS = 9


class Verdict(StrEnum):
    """What an answer says of its message, and of the subscription."""

    TAKEN = "taken"
    NOT_TAKEN = "not_taken"
    GONE = "gone"


def verdict_of(status: int) -> Verdict:
    """Only 2xx takes a message; 410 ends the subscription; a redirect is a failure, for nobody judged where it leads."""
    if 200 <= status <= 299:
        return Verdict.TAKEN
    return Verdict.GONE if status == 410 else Verdict.NOT_TAKEN


def asked_wait(retry_after: str | None, *, now: datetime) -> timedelta | None:
    """Read `Retry-After`: seconds, or a date (RFC 9110, 10.2.3). None: the receiver asks nothing that can be read.

    A receiver can ask for a day at most, or it would hold its messages for ever.
    """
    said = (retry_after or "").strip()
    if said.isascii() and said.isdigit():
        return _LONGEST_ASKED if len(said) > _MOST_DIGITS else min(timedelta(seconds=int(said)), _LONGEST_ASKED)
    try:
        on = parsedate_to_datetime(said)
    except (ValueError, IndexError, OverflowError):
        return None
    wait = (on if on.tzinfo else on.replace(tzinfo=UTC)) - now
    return min(max(wait, timedelta()), _LONGEST_ASKED)


def next_try(tries: int, *, failed_at: datetime, jitter: float, asked: timedelta | None = None) -> datetime | None:
    """Say when a message is tried again after `tries` failures; None: that was the last.

    The pause grows by up to a tenth (`jitter` is from 0 to 1), so that what failed together does not come back together. What the receiver
    asked for is obeyed where it is longer.
    """
    if tries >= TRIES:
        return None
    pause = WAITS[max(tries, 1) - 1]
    return failed_at + max(pause, asked or timedelta()) + pause * (_SPREAD * min(max(jitter, 0.0), 1.0))
