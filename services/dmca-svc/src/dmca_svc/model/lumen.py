"""A notice as the Lumen database takes it, and how far it got there (D22)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dmca_svc.model.notice import State
from dmca_svc.reading import Document


class LumenState(StrEnum):
    """How far a notice is on its way to Lumen."""

    QUEUED = "queued"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class LumenPage:
    """A page that a notice names."""

    wiki: str
    title: str
    down: bool = False


@dataclass(frozen=True, slots=True)
class LumenNotice:
    """What of a notice is asked for Lumen: who sent it, as far as the letter says, the passage that names the work, and the pages."""

    received_at: datetime
    pages: tuple[LumenPage, ...]
    name: str | None = None
    organisation: str | None = None
    work: str | None = None


@dataclass(frozen=True, slots=True)
class LumenStanding:
    """Where a notice stands as giving it to Lumen asks; `last` is the last attempt."""

    state: State
    document: Document
    announced: bool = True
    last: LumenState | None = None
