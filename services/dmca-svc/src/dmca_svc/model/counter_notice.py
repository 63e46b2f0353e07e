"""Where a counter-notice stands, and what restoring asks about it (R45, D10, 17 U.S.C. 512(g))."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kernel.deadline import Window

from dmca_svc.model.notice import PageFacts


class CounterState(StrEnum):
    """Where a counter-notice stands; `hold_ended` and `withdrawn` of the wire come with their routes."""

    RECEIVED = "received"
    INCOMPLETE = "incomplete"
    ACCEPTED = "accepted"
    HELD = "held"
    RESTORED = "restored"
    REJECTED = "rejected"


OPEN_COUNTER_NOTICES = frozenset({CounterState.RECEIVED, CounterState.INCOMPLETE, CounterState.ACCEPTED})
"""Something is still to be judged or restored."""

COUNTER_MOVES: dict[CounterState, frozenset[CounterState]] = {
    CounterState.RECEIVED: frozenset({CounterState.INCOMPLETE, CounterState.ACCEPTED, CounterState.REJECTED}),
    CounterState.INCOMPLETE: frozenset({CounterState.ACCEPTED, CounterState.REJECTED}),
    CounterState.ACCEPTED: frozenset({CounterState.HELD, CounterState.RESTORED}),
    CounterState.HELD: frozenset(),
    CounterState.RESTORED: frozenset({CounterState.HELD}),
    CounterState.REJECTED: frozenset(),
}
"""Every legal move; the database refuses all others, and a test compares the two."""


@dataclass(frozen=True, slots=True)
class CounterFacts:
    """A counter-notice as a rule asks about it.

    `window` and `enforcer_from` are set by its acceptance (UTC); `early_by` is who of Legal signed for the tenth day;
    `restoring` is true from the order to restore until nothing is left of it.
    """

    state: CounterState
    pages: tuple[PageFacts, ...] = ()
    window: Window | None = None
    enforcer_from: datetime | None = None
    assessed_by: str | None = None
    early_by: str | None = None
    restoring: bool = False
