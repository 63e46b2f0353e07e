"""The words of a case: where it stands, its clock, its lease, and what a rule asks about it (R96-R100, D5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kernel.deadline import Clock
from kernel.kinds import Kind
from kernel.review import Course


class CaseState(StrEnum):
    """Where a case stands; `CASE_MOVES` says what is reached from where."""

    OPEN = "open"
    EVALUATING = "evaluating"
    IN_REVIEW = "in_review"
    DECIDED = "decided"
    CLOSED = "closed"


CASE_MOVES: dict[CaseState, frozenset[CaseState]] = {
    CaseState.OPEN: frozenset({CaseState.EVALUATING, CaseState.DECIDED, CaseState.CLOSED}),
    CaseState.EVALUATING: frozenset({CaseState.IN_REVIEW, CaseState.DECIDED, CaseState.CLOSED}),
    CaseState.IN_REVIEW: frozenset({CaseState.EVALUATING, CaseState.DECIDED}),
    CaseState.CLOSED: frozenset({CaseState.EVALUATING}),
}
"""What may follow what. An action that was proposed on the case directly may decide it in any state before `decided`; a resolution closes
a case that is not in review, and a person may open it again."""

UNDECIDED = frozenset({CaseState.OPEN, CaseState.EVALUATING, CaseState.IN_REVIEW})


class Priority(StrEnum):
    """How soon a person must look: `urgent` is for minors at risk and threats to life (R50)."""

    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Sort(StrEnum):
    """The orders in which cases are listed; what has no clock comes after all that have one."""

    DUE = "due"
    DUE_LAST = "-due"
    RECEIVED = "received"


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What a rule asks about a case. `assignee` has it until `assigned_until`; `recommended_by` wrote the recommendation in force.

    `awaits_action` is set while a recommendation has not become an action yet, `open_actions` are those in review. `resolution` is set
    while one is proposed or in force; `complained_of` are the members of staff that a complaint is about.
    """

    kind: Kind
    state: CaseState
    assignee: str | None = None
    assigned_until: datetime | None = None
    recommended_by: str | None = None
    recommended_at: datetime | None = None
    awaits_action: bool = False
    open_actions: frozenset[str] = frozenset()
    clock: Clock | None = None
    resolution: bool = False
    complained_of: frozenset[str] = frozenset()

    def held_by(self, now: datetime) -> str | None:
        """Tell who has the case now: a lease that has run out counts for nothing, swept or not."""
        return self.assignee if self.assigned_until is not None and now < self.assigned_until else None


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an evaluator recommends, as far as intake judges it; `spec_kind` is the kind of the action, if one is given."""

    course: Course
    spec_kind: Kind | None
    optional_levels: frozenset[str]
