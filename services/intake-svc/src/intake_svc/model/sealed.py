"""The words of the sealed record of a case of child protection: what lies in it, how long, and how it ends (D20)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EntryKind(StrEnum):
    """What an entry is: what a request brought, what completed it, what one of the named readers added, or the report as it was sent."""

    REQUEST = "request"
    COMPLETION = "completion"
    ADDED = "added"
    REPORT = "report"


class DestroyedFor(StrEnum):
    """Why a key is destroyed: its time is over, or law enforcement asked for it and that was verified."""

    TERM_OVER = "term_over"
    LAW_ENFORCEMENT = "law_enforcement"


@dataclass(frozen=True, slots=True)
class SealedFacts:
    """What a rule asks about a sealed record.

    `preserve_until` is set once the duty to report is over, `duty_open` until then; `held` while a legal hold lies on the case;
    `asked_by` proposed an early destruction that is not confirmed yet. Times UTC.
    """

    preserve_until: datetime | None = None
    destroyed: bool = False
    duty_open: bool = True
    held: bool = False
    asked_by: str | None = None
