"""The words of a report to NCMEC's CyberTipline: the duty, where it stands, and what ends it (R52-R56, D21)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class TipState(StrEnum):
    """Where the duty of a case stands; `TIP_MOVES` says what is reached from where. It is open until something ends it."""

    OPEN = "open"
    FINISHED = "finished"
    RETRACTED = "retracted"
    NOT_REQUIRED = "not_required"


TIP_MOVES: dict[TipState, frozenset[TipState]] = {
    TipState.OPEN: frozenset({TipState.FINISHED, TipState.RETRACTED, TipState.NOT_REQUIRED}),
    TipState.RETRACTED: frozenset({TipState.OPEN}),
    TipState.NOT_REQUIRED: frozenset({TipState.OPEN}),
}
"""What may follow what: what was found not to be required may be reported all the same, what is finished stays."""


class Step(StrEnum):
    """How far an open duty is: nobody decided yet, something is under way, or it failed and is tried again."""

    UNDECIDED = "undecided"
    SENDING = "sending"
    FAILED = "failed"
    OVER = "over"


class Environment(StrEnum):
    """NCMEC's two hosts; what belongs to one is never sent to the other."""

    TEST = "test"
    PRODUCTION = "production"


class Answered(StrEnum):
    """What became of one submission: `lost` may have opened a report that nobody finishes, which NCMEC drops."""

    SENT = "sent"
    OPENED = "opened"
    REFUSED = "refused"
    NOT_SENT = "not_sent"
    LOST = "lost"
    DROPPED = "dropped"


class NotRequired(StrEnum):
    """Why a case is not reported."""

    NOT_APPARENT = "not_apparent"
    EDUCATIONAL_DISCUSSION = "educational_discussion"
    SCHOOL_EVENT = "school_event"


@dataclass(frozen=True, slots=True)
class Waiving:
    """A decision not to report, as proposed: `promotes` and `approaches` are what the two exclusions do not cover (R52, R54)."""

    ground: NotRequired
    promotes: bool = False
    approaches: bool = False


@dataclass(frozen=True, slots=True)
class TipFacts:
    """What a rule asks about the duty of a case. `waived_by`, `second` and `counsel` are who decided not to report so far."""

    state: TipState = TipState.OPEN
    step: Step = Step.UNDECIDED
    waived_by: str | None = None
    second: str | None = None
    counsel: str | None = None
