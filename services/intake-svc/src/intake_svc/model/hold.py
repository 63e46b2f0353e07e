"""What a legal hold lies on, and how long (D27)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Record(StrEnum):
    """The records of a case that may be held; `case` holds them all."""

    CASE = "case"
    REQUEST = "request"
    NOTE = "note"
    EVIDENCE = "evidence"
    RECOMMENDATION = "recommendation"


@dataclass(frozen=True, slots=True)
class HoldFacts:
    """What a rule asks about a hold; both times UTC."""

    until: datetime | None = None
    released_at: datetime | None = None

    def is_live(self, now: datetime) -> bool:
        """Tell whether it holds now: it ends by release or by its own date."""
        return self.released_at is None and (self.until is None or now < self.until)
