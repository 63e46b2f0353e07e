"""In-person events and the lists that their organisers are given (R25-R28, R36-R38, D18)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum


class Organiser(StrEnum):
    """Whose event it is: the Foundation's, one that it funds, or one of an affiliate or partner (R25)."""

    FOUNDATION = "foundation"
    FUNDED = "funded"
    ASSOCIATED = "associated"


@dataclass(frozen=True, slots=True)
class EventFacts:
    """An event: where it is, what it is about, whose it is, from the first day to the end of the last (UTC)."""

    id: str
    countries: tuple[str, ...]
    organiser: Organiser
    starts: date
    ends: date
    place: str | None = None
    projects: tuple[str, ...] = ()

    @property
    def opens(self) -> datetime:
        """The first moment of its first day."""
        return datetime.combine(self.starts, time(), UTC)

    @property
    def over(self) -> datetime:
        """The moment after its last day."""
        return datetime.combine(self.ends, time(), UTC) + timedelta(days=1)


class Ground(StrEnum):
    """What binds the readers of a list to keep it to themselves (D18)."""

    GRANT_CLAUSE = "grant_clause"
    NDA = "nda"


class ListState(StrEnum):
    """Where the grant of an event's list stands."""

    PROPOSED = "proposed"
    GRANTED = "granted"
    ENDED = "ended"


LIST_MOVES: dict[ListState, frozenset[ListState]] = {
    ListState.PROPOSED: frozenset({ListState.GRANTED, ListState.ENDED}),
    ListState.GRANTED: frozenset({ListState.ENDED}),
    ListState.ENDED: frozenset(),
}
"""Every legal move of a grant; the database refuses all others, and a test compares the two."""


@dataclass(frozen=True, slots=True)
class Grant:
    """The grant of an event's list: who may read it, proposed by whom, until when (UTC)."""

    event: EventFacts
    recipients: tuple[str, ...]
    state: ListState
    proposed_by: str
    until: datetime
