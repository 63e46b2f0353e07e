"""The words of keeping and erasing: what is known of a matter that is over, and what became of what was kept of it (D7, D27)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kernel.kinds import Kind


class Erased(StrEnum):
    """What was erased: the contact of who asked, all that came with a request, or a case with all that it gathered."""

    CONTACT = "contact"
    REQUEST = "request"
    CASE = "case"


class Why(StrEnum):
    """Why something is erased: its time is over, who asked wants it, or a review found no reason to keep it."""

    PERIOD_OVER = "period_over"
    ASKED = "asked"
    REVIEWED = "reviewed"


class ErasureState(StrEnum):
    """Where an erasure stands; `ERASURE_MOVES` says what is reached from where."""

    PROPOSED = "proposed"
    SUPERSEDED = "superseded"
    DONE = "done"


ERASURE_MOVES: dict[ErasureState, frozenset[ErasureState]] = {
    ErasureState.PROPOSED: frozenset({ErasureState.DONE, ErasureState.SUPERSEDED}),
}
"""What may follow what; what is done is left by nothing. An erasure by the clock is done from its beginning."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What is known of an action on a case; times UTC. `acts` is false for a decision not to act.

    `issued_at` is the last issuance, `informed_at` when a party was last told, `ended_at` when it was lifted, overturned or ran out.
    """

    kind: Kind
    acts: bool
    issued_at: datetime
    informed_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What a rule asks about a matter before anything of it is erased; times UTC.

    `over_at` is when it was decided, closed or ended otherwise: None while it goes on. `outcome` is that of its case. `informed_at` is when
    a requester was last told how it ended, `appeal_ended_at` when the last appeal did. `preserved` is what concerns a minor until the key
    of its sealed record was destroyed.
    """

    kind: Kind
    over_at: datetime | None
    outcome: str | None = None
    measures: tuple[Measure, ...] = ()
    informed_at: datetime | None = None
    in_review: bool = False
    held: bool = False
    appealed: bool = False
    appeal_ended_at: datetime | None = None
    preserved: bool = False
    erased: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """That somebody asks to be erased: on which ground, and how they were shown to be who they are."""

    ground: str
    verified: str


APPEAL_OVER = frozenset({"ineligible", "refused_by_counsel", "decided", "withdrawn", "moot"})
"""The states in which an appeal asks for nothing more (contracts: appeal)."""
