"""Where a notice and its pages stand, and which way they may go from there (R40-R42, R45, D10)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dmca_svc.reading import Verdict


class State(StrEnum):
    """Where a notice stands; `cure_requested` and `withdrawn` of the wire come with their routes."""

    RECEIVED = "received"
    COMPLIANT = "compliant"
    IN_REVIEW = "in_review"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    TAKEN_DOWN = "taken_down"
    COUNTER_NOTICED = "counter_noticed"
    HELD = "held"
    RESTORED = "restored"


class Channel(StrEnum):
    """Where a letter came in; `legal` is the designated agent's address, and the only one that counts for a window (D10)."""

    LEGAL = "legal"
    FORM = "form"
    FORWARDED = "forwarded"


class Course(StrEnum):
    """What the evaluator recommends to do with a notice."""

    TAKE_DOWN = "take_down"
    REJECT = "reject"


class PageState(StrEnum):
    """Whether a page is to be seen."""

    UP = "up"
    REMOVED = "removed"
    RESTORED = "restored"


EVALUATED = frozenset({State.RECEIVED, State.COMPLIANT})
"""A person may still say what is in it and what should be done."""

DOWN = frozenset({State.TAKEN_DOWN, State.COUNTER_NOTICED, State.HELD, State.RESTORED})
"""The takedown is done; what follows is the uploaders' and the courts' matter."""

MOVES: dict[State, frozenset[State]] = {
    State.RECEIVED: frozenset({State.COMPLIANT, State.IN_REVIEW}),
    State.COMPLIANT: frozenset({State.RECEIVED, State.IN_REVIEW}),
    State.IN_REVIEW: frozenset({State.RECEIVED, State.COMPLIANT, State.ACCEPTED, State.REJECTED}),
    State.ACCEPTED: frozenset({State.TAKEN_DOWN}),
    State.REJECTED: frozenset(),
    State.TAKEN_DOWN: frozenset({State.COUNTER_NOTICED, State.HELD}),
    State.COUNTER_NOTICED: frozenset({State.TAKEN_DOWN, State.HELD, State.RESTORED}),
    State.HELD: frozenset(),
    State.RESTORED: frozenset({State.HELD}),
}
"""Every legal move; the database refuses all others, and a test compares the two."""


@dataclass(frozen=True, slots=True)
class PageFacts:
    """A page of a notice. `held` says that an action keeps it down; `wrongly_restored` that it must come down again, by our error (D10)."""

    state: PageState
    held: bool = False
    restored_at: datetime | None = None
    wrongly_restored: bool = False

    @property
    def restorable(self) -> bool:
        """Tell whether it is down and nothing keeps it there."""
        return self.state is PageState.REMOVED and not self.held


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """A notice as a rule asks about it; persons are `sub`s.

    `assessed_by` are all who judged its elements, `evaluator` is who recommended what is now under review or decided;
    `taking_down` is true from the order to take down on.
    """

    state: State
    verdict: Verdict | None = None
    pages: tuple[PageState, ...] = ()
    assessed_by: frozenset[str] = frozenset()
    evaluator: str | None = None
    course: Course | None = None
    taking_down: bool = False

    @property
    def evaluators(self) -> frozenset[str]:
        """Give everybody who evaluated it: they sign nothing and carry nothing out (D1)."""
        return self.assessed_by | ({self.evaluator} if self.evaluator else frozenset())
