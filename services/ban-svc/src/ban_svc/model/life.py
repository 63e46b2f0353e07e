"""What happens to a decision after it was enacted: the facts that the rules of its life may ask about (R16, R29-R31, R101-R103, D26)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from kernel.kinds import Kind

from ban_svc.model.state import IN_FORCE, State

Nature = Literal["ordinary", "substantial_atypical"]
Outcome = Literal["ratified", "overturned", "remanded"]


class Route(StrEnum):
    """Who decides a modification: the kind's chain, or the manager and one more (D26)."""

    CHAIN = "chain"
    TWO_PEOPLE = "two_people"


class ModificationState(StrEnum):
    """Where a modification stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    RETURNED = "returned"
    DECLINED = "declined"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


MODIFICATION_MOVES: dict[ModificationState, frozenset[ModificationState]] = {
    ModificationState.PROPOSED: frozenset(ModificationState) - {ModificationState.PROPOSED},
    ModificationState.APPROVED: frozenset({ModificationState.CONFIRMED, ModificationState.WITHDRAWN}),
    **dict.fromkeys(set(ModificationState) - {ModificationState.PROPOSED, ModificationState.APPROVED}, frozenset()),
}
"""Every legal move of a modification; the database refuses all others, and a test compares the two."""


class EffectState(StrEnum):
    """Where one effect on one wiki stands (R93)."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    DRIFTED = "drifted"


@dataclass(frozen=True, slots=True)
class WaitingFacts:
    """What waits for a second person: who proposed it, whether as a manager, and who decides it."""

    by: str
    manages: bool = True
    route: Route = Route.TWO_PEOPLE


@dataclass(frozen=True, slots=True)
class LifeFacts:
    """A decision and whoever does something to it: `now` is UTC; `involved` is named in its case or aimed at by it, `recused` stepped aside
    from it; `signed_after` is an emergency that its chain has not approved yet.
    """  # noqa: D205 - one sentence

    kind: Kind
    state: State
    now: datetime
    expires_at: datetime | None = None
    enacted_at: datetime | None = None
    issuance: int | None = None
    involved: bool = False
    recused: bool = False
    named_group: bool = False
    signed_after: bool = False

    def in_force(self) -> bool:
        """Tell whether it holds at this moment, whether or not anybody has noted its end (R29)."""
        return self.state in IN_FORCE and (self.expires_at is None or self.now < self.expires_at)


@dataclass(frozen=True, slots=True)
class Term:
    """The time of a decision as first issued, which an extension is measured by (D26). An absent end means none."""

    began_at: datetime
    first_end: datetime | None


@dataclass(frozen=True, slots=True)
class LookFacts:
    """A second look at an effect: who entered its receipt, who looks, where it stands (R93)."""

    state: EffectState | None
    receipt_by: str | None
    by: str
