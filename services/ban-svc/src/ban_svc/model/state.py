"""Where an action stands, and which way it may go from there (R19, R20, R29, D2)."""

from dataclasses import dataclass
from enum import StrEnum

from kernel.kinds import Kind


class State(StrEnum):
    """Where an action stands."""

    PROPOSED = "proposed"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    APPROVED = "approved"
    DECLINED = "declined"
    ENACTED = "enacted"
    ENFORCED = "enforced"
    EXPIRED = "expired"


class ActingAccount(StrEnum):
    """The account that acts on the wikis (R92, D15)."""

    WMFOFFICE = "wmfoffice"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that must be done on one wiki, and of which a receipt is asked: `lock`, or `lock:2` where several accounts are locked."""

    wiki: str
    effect: str


CARRIED = frozenset({Kind.GLOBAL_BAN, Kind.EVENT_BAN, Kind.RANGE_BLOCK, Kind.CONDUCT_WARNING, Kind.ACCOUNT_TERMINATION})
"""The kinds that this release carries out; any other is refused, never accepted half."""

OPEN = frozenset({State.PROPOSED, State.IN_REVIEW, State.RETURNED, State.APPROVED})
"""Proposals on which something is still to be decided or done."""

IN_FORCE = frozenset({State.ENACTED, State.ENFORCED})
"""Decisions in force, until their end date by the clock."""

ENDED = frozenset({State.WITHDRAWN, State.DECLINED, State.EXPIRED})
"""Nothing follows."""

MOVES: dict[State, frozenset[State]] = {
    State.PROPOSED: frozenset({State.IN_REVIEW, State.RETURNED, State.APPROVED, State.DECLINED, State.WITHDRAWN}),
    State.IN_REVIEW: frozenset({State.RETURNED, State.APPROVED, State.DECLINED, State.WITHDRAWN}),
    State.RETURNED: frozenset({State.PROPOSED, State.WITHDRAWN}),
    State.APPROVED: frozenset({State.ENACTED, State.WITHDRAWN}),
    State.ENACTED: frozenset({State.ENFORCED, State.EXPIRED}),
    State.ENFORCED: frozenset({State.EXPIRED}),
    **dict.fromkeys(ENDED, frozenset()),
}
"""Every legal move; the database refuses all others, and a test compares the two."""
