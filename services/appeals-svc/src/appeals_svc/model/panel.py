"""Who judges an appeal and what they say: the panel, its seats, ballots and the outcome they make (R108, D13)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from appeals_svc.model.appeal import Route, State

QUESTION: Final = "Was the matter properly handled?"
"""What is put to whoever judges: the case is not tried again (D13)."""


class Vote(StrEnum):
    """What one who judges says."""

    RATIFY = "ratify"
    OVERTURN = "overturn"
    REMAND = "remand"


class Outcome(StrEnum):
    """What the votes together say (D13)."""

    RATIFIED = "ratified"
    OVERTURNED = "overturned"
    REMANDED = "remanded"


OUTCOME_OF: Final[Mapping[Vote, Outcome]] = MappingProxyType(
    {Vote.RATIFY: Outcome.RATIFIED, Vote.OVERTURN: Outcome.OVERTURNED, Vote.REMAND: Outcome.REMANDED}
)


class SeatState(StrEnum):
    """Where a seat stands: drawn or named, cleared by counsel, or empty again."""

    WAITING = "waiting"
    CLEARED = "cleared"
    EXCLUDED = "excluded"
    RECUSED = "recused"


SEAT_MOVES: Final[Mapping[SeatState, frozenset[SeatState]]] = MappingProxyType(
    {
        SeatState.WAITING: frozenset({SeatState.CLEARED, SeatState.EXCLUDED, SeatState.RECUSED}),
        SeatState.CLEARED: frozenset({SeatState.EXCLUDED, SeatState.RECUSED}),
        SeatState.EXCLUDED: frozenset(),
        SeatState.RECUSED: frozenset(),
    }
)
"""The legal moves of a seat; one that has voted keeps it."""


class Clearance(StrEnum):
    """What counsel says of one who is to judge (D13)."""

    CLEAR = "clear"
    EXCLUDE = "exclude"


@dataclass(frozen=True, slots=True)
class SeatFacts:
    """One seat: where it stands, and whether its vote is in."""

    state: SeatState
    voted: bool = False


@dataclass(frozen=True, slots=True)
class PanelFacts:
    """An appeal as its panel finds it. `closed` once the votes are opened; `needs_translation` until its reasons can be read."""

    state: State
    route: Route
    seats: tuple[SeatFacts, ...] = ()
    closed: bool = False
    needs_translation: bool = False
    target_at: datetime | None = None

    def count(self, state: SeatState) -> int:
        """Count the seats that stand so."""
        return sum(seat.state is state for seat in self.seats)

    @property
    def taken(self) -> int:
        """How many sit, cleared or not yet."""
        return self.count(SeatState.WAITING) + self.count(SeatState.CLEARED)

    @property
    def votes(self) -> int:
        """How many votes are in."""
        return sum(seat.voted for seat in self.seats)


@dataclass(frozen=True, slots=True)
class Naming:
    """Whom a facilitator names as reviewers, and who has had a seat on this appeal before; opaque ids."""

    by: str
    named: tuple[str, ...]
    before: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Ballot:
    """One vote as it was cast; it is opened with all others or not at all."""

    vote: Vote
    conditions: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What the ballots make: how many of each, the outcome, and the conditions that more than half of them name."""

    outcome: Outcome
    counts: Mapping[Vote, int]
    conditions: tuple[str, ...] = ()
