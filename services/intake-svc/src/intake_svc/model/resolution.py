"""The words of a resolution: how a request or case ends without an action, and what a peer confirms (R6, R60, R111, R115, R116, D2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from intake_svc.model.request import RequestState


class How(StrEnum):
    """How a matter ends without an action (API: resolution)."""

    RESOLVED_BEFORE_ACTION = "resolved_before_action"
    WITHDRAWN = "withdrawn"
    DEFERRED = "deferred"
    REFUSED = "refused"


class ResolutionState(StrEnum):
    """Where a resolution stands; `RESOLUTION_MOVES` says what is reached from where."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    SUPERSEDED = "superseded"
    REOPENED = "reopened"


RESOLUTION_MOVES: dict[ResolutionState, frozenset[ResolutionState]] = {
    ResolutionState.PROPOSED: frozenset({ResolutionState.CONFIRMED, ResolutionState.SUPERSEDED}),
    ResolutionState.CONFIRMED: frozenset({ResolutionState.REOPENED}),
}
"""What may follow what: a proposal is confirmed, or another step takes its place; one in force ends when its case is opened again."""

ENDS_AS: dict[How, RequestState] = {
    How.RESOLVED_BEFORE_ACTION: RequestState.RESOLVED,
    How.DEFERRED: RequestState.DEFERRED,
    How.REFUSED: RequestState.REFUSED,
}
"""What becomes of the requests of a matter; one that its sender withdrew is withdrawn already."""

OTHER = "other"
"""The ground that stands for a text: the text is sealed, the word goes on the bus."""


@dataclass(frozen=True, slots=True)
class Ending:
    """A resolution as it is proposed: `grounds` are codes, of which `other` stands for a text that is sealed."""

    how: How
    grounds: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Proposed:
    """What an evaluator proposes: `texts` are the grounds that no code names; they and `note` are for sealing alone."""

    how: How
    codes: frozenset[str]
    texts: Sequence[str]
    note: str


@dataclass(frozen=True, slots=True)
class ResolutionFacts:
    """What a rule asks about a resolution."""

    ending: Ending
    state: ResolutionState
    by: str
