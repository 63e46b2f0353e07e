"""What may be put on record about the authorities (R55, R57)."""

from datetime import datetime

from kernel.decision import Decision, Reason


def may_record(happened_at: datetime, *, now: datetime) -> Decision:
    """The Foundation may alert law enforcement, and what is on record has happened (R57)."""
    return Decision.of((happened_at > now, Reason("not_yet", "On record is what has happened; give the time when it did.", "R57")))
