"""Where an action stands, and which way it may go from there (R19, R20, R29, D2)."""

from dataclasses import dataclass
from enum import StrEnum

from kernel.kinds import ACTION_KINDS, Kind


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
    LIFTED = "lifted"
    OVERTURNED = "overturned"
    RECORDED = "recorded"


class ActingAccount(StrEnum):
    """The account that acts on the wikis (R92, D15)."""

    WMFOFFICE = "wmfoffice"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that must be done on one wiki, and of which a receipt is asked: `lock`, or `lock:2` where several accounts are locked."""

    wiki: str
    effect: str


CARRIED = ACTION_KINDS
"""The kinds that are carried out here; an interaction ban only where the dated number in force says so."""

EMERGENCIES = frozenset({Kind.CHILD_PROTECTION, Kind.CHECKUSER})
"""The kinds that may be enacted first and signed after, marked as emergencies (D3, D4)."""

OPEN = frozenset({State.PROPOSED, State.IN_REVIEW, State.RETURNED, State.APPROVED})
"""Proposals on which something is still to be decided or done."""

IN_FORCE = frozenset({State.ENACTED, State.ENFORCED})
"""Decisions in force, until their end date by the clock."""

BY_OTHERS = frozenset({"community", "affiliate"})
"""Whose bans are put on record with their label, and are in no check (R8, R26)."""

ENDED = frozenset({State.WITHDRAWN, State.EXPIRED, State.LIFTED, State.OVERTURNED, State.RECORDED})
"""Nothing follows."""

MOVES: dict[State, frozenset[State]] = {
    # Straight to *enacted*, and from there to *declined*, an emergency measure goes alone (D3, D4).
    State.PROPOSED: frozenset({State.IN_REVIEW, State.RETURNED, State.APPROVED, State.DECLINED, State.WITHDRAWN, State.ENACTED}),
    State.IN_REVIEW: frozenset({State.RETURNED, State.APPROVED, State.DECLINED, State.WITHDRAWN, State.ENACTED}),
    State.RETURNED: frozenset({State.PROPOSED, State.WITHDRAWN}),
    State.APPROVED: frozenset({State.ENACTED, State.WITHDRAWN}),
    # A decision, also one not to act, falls by an appeal (R101).
    State.DECLINED: frozenset({State.OVERTURNED}),
    State.ENACTED: frozenset({State.ENFORCED, State.DECLINED, State.EXPIRED, State.LIFTED, State.OVERTURNED}),
    # Back to *enacted* when an effect on a wiki was undone, or another is owed since.
    State.ENFORCED: frozenset({State.ENACTED, State.DECLINED, State.EXPIRED, State.LIFTED, State.OVERTURNED}),
    **dict.fromkeys(ENDED, frozenset()),
}
"""Every legal move; the database refuses all others, and a test compares the two."""
