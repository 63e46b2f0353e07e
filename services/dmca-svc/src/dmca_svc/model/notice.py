"""Where a notice and its pages stand, and which way they may go from there (R40-R42, R45, D10)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dmca_svc.reading import Verdict


class State(StrEnum):
    """Where a notice stands."""

    RECEIVED = "received"
    CURE_REQUESTED = "cure_requested"
    COMPLIANT = "compliant"
    IN_REVIEW = "in_review"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    TAKEN_DOWN = "taken_down"
    COUNTER_NOTICED = "counter_noticed"
    HELD = "held"
    RESTORED = "restored"
    WITHDRAWN = "withdrawn"


class Channel(StrEnum):
    """Where a letter came in; `legal` is the designated agent's address, and the only one that counts for a window (D10)."""

    LEGAL = "legal"
    FORM = "form"
    FORWARDED = "forwarded"


class Course(StrEnum):
    """What the evaluator recommends to do with a notice."""

    TAKE_DOWN = "take_down"
    REJECT = "reject"


class AnsweredAs(StrEnum):
    """How a letter is disposed of that is no notice: pointed to the volunteers, joined to the notice it belongs to, or left unanswered."""

    VRT = "vrt"
    JOINED = "joined"
    NO_ANSWER = "no_answer"


class PageState(StrEnum):
    """Whether a page is to be seen."""

    UP = "up"
    REMOVED = "removed"
    RESTORED = "restored"


EVALUATED = frozenset({State.RECEIVED, State.CURE_REQUESTED, State.COMPLIANT})
"""A person may still say what is in it and what should be done."""

UNDECIDED = EVALUATED | {State.IN_REVIEW}
"""Nothing is decided yet."""

DOWN = frozenset({State.TAKEN_DOWN, State.COUNTER_NOTICED, State.HELD, State.RESTORED})
"""The takedown is done; what follows is the uploaders' and the courts' matter."""

MOVES: dict[State, frozenset[State]] = {
    State.RECEIVED: frozenset({State.COMPLIANT, State.CURE_REQUESTED, State.IN_REVIEW, State.REJECTED, State.WITHDRAWN}),
    State.CURE_REQUESTED: frozenset({State.RECEIVED, State.COMPLIANT, State.IN_REVIEW, State.WITHDRAWN}),
    State.COMPLIANT: frozenset({State.RECEIVED, State.IN_REVIEW, State.WITHDRAWN}),
    State.IN_REVIEW: frozenset({State.RECEIVED, State.CURE_REQUESTED, State.COMPLIANT, State.ACCEPTED, State.REJECTED, State.WITHDRAWN}),
    State.ACCEPTED: frozenset({State.TAKEN_DOWN, State.WITHDRAWN}),
    State.REJECTED: frozenset(),
    State.TAKEN_DOWN: frozenset({State.COUNTER_NOTICED, State.HELD, State.RESTORED, State.WITHDRAWN}),
    State.COUNTER_NOTICED: frozenset({State.TAKEN_DOWN, State.HELD, State.RESTORED, State.WITHDRAWN}),
    State.HELD: frozenset({State.TAKEN_DOWN, State.COUNTER_NOTICED, State.RESTORED, State.WITHDRAWN}),
    State.RESTORED: frozenset({State.HELD, State.WITHDRAWN}),
    State.WITHDRAWN: frozenset(),
}
"""Every legal move; the database refuses all others, and a test compares the two."""


@dataclass(frozen=True, slots=True)
class PageFacts:
    """A page of a notice.

    `held` says that an action keeps it down, `hold_ended` that this action is over and Legal decides, `kept` that another notice keeps it
    down, `ordered` that an order does, `measured` that a measure of the house does; `wrongly_restored` that it must come down again, by our
    error; `withdrawn` that the complainant took the notice back for it (D4, D10).
    """

    state: PageState
    held: bool = False
    restored_at: datetime | None = None
    wrongly_restored: bool = False
    hold_ended: bool = False
    kept: bool = False
    ordered: bool = False
    withdrawn: bool = False
    measured: bool = False

    @property
    def restorable(self) -> bool:
        """Tell whether it is down and nothing keeps it there."""
        return self.state is PageState.REMOVED and not (self.held or self.kept or self.ordered or self.measured)


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """What another notice has to say of the same page.

    `returns_from` is when its own counter-notice lets the page go back (UTC), None while none does; `withdrawn` that its complainant took
    it back for this page.
    """

    state: State
    page: PageState
    returns_from: datetime | None = None
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """A notice as a rule asks about it; persons are `sub`s.

    `assessed_by` are all who judged its elements, `evaluator` is who recommended what is now under review or decided;
    `taking_down` is true from the order to take down on; `cure_open` while the complainant is asked for what is missing, `cure_lapsed`
    once the time for sending it is over.
    """

    state: State
    verdict: Verdict | None = None
    pages: tuple[PageState, ...] = ()
    assessed_by: frozenset[str] = frozenset()
    evaluator: str | None = None
    course: Course | None = None
    taking_down: bool = False
    cure_open: bool = False
    cure_lapsed: bool = False

    @property
    def evaluators(self) -> frozenset[str]:
        """Give everybody who evaluated it: they sign nothing and carry nothing out (D1)."""
        return self.assessed_by | ({self.evaluator} if self.evaluator else frozenset())
