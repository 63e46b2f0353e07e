"""The words of a sender's standing: what was observed, the warning, the lock-out and its end (R117-R119, D12)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kernel.kinds import Kind

from intake_svc.model.request import Channel


class SenderState(StrEnum):
    """Where a sender stands; `SENDER_MOVES` says what is reached from where."""

    GOOD = "good"
    WARNED = "warned"
    LOCKED_OUT = "locked_out"


SENDER_MOVES: dict[SenderState, frozenset[SenderState]] = {
    SenderState.GOOD: frozenset({SenderState.WARNED}),
    SenderState.WARNED: frozenset({SenderState.LOCKED_OUT}),
    SenderState.LOCKED_OUT: frozenset({SenderState.WARNED}),
}
"""What may follow what: the warning comes before the lock-out and stays after it."""


class LockOutState(StrEnum):
    """Where a lock-out stands; `LOCK_OUT_MOVES` says what is reached from where."""

    PROPOSED = "proposed"
    SUPERSEDED = "superseded"
    IN_FORCE = "in_force"
    ENDED = "ended"
    LIFTED = "lifted"


LOCK_OUT_MOVES: dict[LockOutState, frozenset[LockOutState]] = {
    LockOutState.PROPOSED: frozenset({LockOutState.IN_FORCE, LockOutState.SUPERSEDED}),
    LockOutState.IN_FORCE: frozenset({LockOutState.ENDED, LockOutState.LIFTED}),
}
"""What may follow what; a lock-out that is over is left by nothing, a longer one is a new decision."""


class KnownBy(StrEnum):
    """By what a sender is known: the one that a warning reaches."""

    EMAIL = "email"
    WIKI_USER = "wiki_user"


@dataclass(frozen=True, slots=True)
class Conduct:
    """What was observed of a sender: its reason, how serious (1-3), whether it was apparently meant, when (UTC), at whom it was aimed."""

    reason: str
    seriousness: int
    intended: bool
    happened_at: datetime
    aimed_at: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SenderFacts:
    """What a rule asks about a sender. `warned_at` are the receipts of warnings, and only those; all times UTC.

    `complained_of` are the staff whom requests of this sender complain about, `last_lock_out_at` is when the last one was confirmed.
    """

    state: SenderState = SenderState.GOOD
    conducts: tuple[Conduct, ...] = ()
    warned_at: tuple[datetime, ...] = ()
    last_lock_out_at: datetime | None = None
    complained_of: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class LockOutFacts:
    """What a rule asks about a proposal: who made it, and for how many days."""

    by: str
    days: int


@dataclass(frozen=True, slots=True)
class Lane:
    """Through which lane something comes in: what is asked, where, and what kind of case it opens."""

    kind: Kind
    channel: Channel
    case_kind: Kind | None = None
