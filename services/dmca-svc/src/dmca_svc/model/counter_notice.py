"""Where a counter-notice stands, and what restoring asks about it (R45, D10, 17 U.S.C. 512(g))."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kernel.deadline import Window

from dmca_svc.model.notice import PageFacts


class CounterState(StrEnum):
    """Where a counter-notice stands; with `hold_ended` Legal decides what follows."""

    RECEIVED = "received"
    INCOMPLETE = "incomplete"
    ACCEPTED = "accepted"
    HELD = "held"
    HOLD_ENDED = "hold_ended"
    RESTORED = "restored"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


OPEN_COUNTER_NOTICES = frozenset({CounterState.RECEIVED, CounterState.INCOMPLETE, CounterState.ACCEPTED, CounterState.HOLD_ENDED})
"""Something is still to be judged, decided or restored."""

OVER = frozenset({CounterState.REJECTED, CounterState.WITHDRAWN})
"""It asks nothing back: its pages may be asked back by another."""

COUNTER_MOVES: dict[CounterState, frozenset[CounterState]] = {
    CounterState.RECEIVED: frozenset({CounterState.INCOMPLETE, CounterState.ACCEPTED, CounterState.REJECTED, CounterState.WITHDRAWN}),
    CounterState.INCOMPLETE: frozenset({CounterState.ACCEPTED, CounterState.REJECTED, CounterState.WITHDRAWN}),
    CounterState.ACCEPTED: frozenset({CounterState.HELD, CounterState.RESTORED, CounterState.WITHDRAWN}),
    CounterState.HELD: frozenset({CounterState.ACCEPTED, CounterState.HOLD_ENDED, CounterState.WITHDRAWN}),
    CounterState.HOLD_ENDED: frozenset(
        {CounterState.ACCEPTED, CounterState.HELD, CounterState.RESTORED, CounterState.REJECTED, CounterState.WITHDRAWN}
    ),
    CounterState.RESTORED: frozenset({CounterState.HELD}),
    CounterState.REJECTED: frozenset(),
    CounterState.WITHDRAWN: frozenset(),
}
"""Every legal move; the database refuses all others, and a test compares the two."""


@dataclass(frozen=True, slots=True)
class CounterFacts:
    """A counter-notice as a rule asks about it.

    `window` and `enforcer_from` are set by its acceptance (UTC); `early_by` is who of Legal signed for the tenth day;
    `restoring` is true from the order to restore until nothing is left of it; `completed` tells that a further text came after the last
    judgement.
    """

    state: CounterState
    pages: tuple[PageFacts, ...] = ()
    window: Window | None = None
    enforcer_from: datetime | None = None
    assessed_by: str | None = None
    early_by: str | None = None
    restoring: bool = False
    completed: bool = False

    @property
    def awaits_legal(self) -> bool:
        """Tell whether an action that held a page of it has ended, so that Legal decides (D10)."""
        return any(page.hold_ended for page in self.pages)
