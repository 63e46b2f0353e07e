"""The words of an appeal and the facts its rules ask about (R32, R33, R101-R109, D7, D13, D14)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from kernel.kinds import Kind


class DecisionKind(StrEnum):
    """Whose decision it is: ban-svc's, intake-svc's or dmca-svc's."""

    ACTION = "action"
    REQUEST = "request"
    NOTICE = "notice"


class AppellantRole(StrEnum):
    """As what somebody appeals (R105)."""

    REQUESTER = "requester"
    SUBJECT = "subject"


class Route(StrEnum):
    """Who answers an appeal (D13, D14)."""

    COMMITTEE = "committee"
    STAFF = "staff"
    CA = "ca"
    COUNSEL = "counsel"


class Channel(StrEnum):
    """Where an appeal came in: appeals@, ca@, or a form."""

    MAIL = "mail"
    CA = "ca"
    FORM = "form"


class Verdict(StrEnum):
    """What counsel says at the gate (R104)."""

    APPROVE = "approve"
    REFUSE = "refuse"


class Standing(StrEnum):
    """Whether there is a decision at all (R106), and whether it still is one."""

    OPEN = "open"
    FINAL = "final"
    UNDONE = "undone"


class Nature(StrEnum):
    """What a term of a decision is: its first issuance or a modification of one kind (R102, R103, D26)."""

    FIRST = "first"
    ORDINARY = "ordinary"
    SUBSTANTIAL_ATYPICAL = "substantial_atypical"


class State(StrEnum):
    """Where an appeal stands. What follows acceptance, the panel and its outcome, has no word here yet."""

    INCOMPLETE = "incomplete"
    FILED = "filed"
    INELIGIBLE = "ineligible"
    WITH_COUNSEL = "with_counsel"
    REFUSED_BY_COUNSEL = "refused_by_counsel"
    ACCEPTED = "accepted"
    MOOT = "moot"


MOVES: Final[Mapping[State, frozenset[State]]] = MappingProxyType(
    {
        State.INCOMPLETE: frozenset({State.INCOMPLETE, State.FILED, State.WITH_COUNSEL, State.INELIGIBLE, State.MOOT}),
        State.FILED: frozenset({State.WITH_COUNSEL, State.INELIGIBLE}),
        State.INELIGIBLE: frozenset(),
        State.WITH_COUNSEL: frozenset({State.ACCEPTED, State.REFUSED_BY_COUNSEL, State.MOOT}),
        State.REFUSED_BY_COUNSEL: frozenset(),
        State.ACCEPTED: frozenset({State.MOOT}),
        State.MOOT: frozenset(),
    }
)
"""The legal moves of an appeal. `filed` waits for verification: until then nothing is said of it, not even that it is moot."""

PENDING: Final = frozenset({State.INCOMPLETE, State.WITH_COUNSEL, State.ACCEPTED})
"""Verified appeals in these states end moot when what they are about no longer stands by itself (D14)."""

HOLDS_NO_PLACE: Final = frozenset({State.INELIGIBLE, State.MOOT})
"""Appeals in these states leave their person free to appeal the same issuance (D14)."""


HAD_NO_PART: Final = frozenset({"requester_desk", "service", "operator", "auditor"})
"""Filing for somebody or keeping the rolls is no part in deciding; everybody else who touched the file is out (D13)."""


@dataclass(frozen=True, slots=True)
class Term:
    """What a decision says from one version on. `at` is when it was issued or modified; a term without `expires_at` has no end."""

    version: int
    at: datetime
    nature: Nature
    issuance: int
    expires_at: datetime | None = None
    irrevocable: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice as delivered to the one who asks: when its receipt came, and of which version of the decision it tells."""

    delivered_at: datetime
    version: int | None = None


@dataclass(frozen=True, slots=True)
class GlobalBan:
    """A global ban that takes an event ban in, by `part_of` or by `escalates` (R33); `ended_at` once it fell."""

    in_force: bool
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DecisionFacts:
    """A decision as it may be appealed by one role. `acts`: something was done, where False refuses, defers or does nothing.

    `letters` are those delivered to that role; `taken_in_by` the global bans that name this event ban.
    """

    kind: DecisionKind
    matter: Kind
    acts: bool
    standing: Standing
    terms: tuple[Term, ...] = ()
    letters: tuple[Letter, ...] = ()
    taken_in_by: tuple[GlobalBan, ...] = ()


@dataclass(frozen=True, slots=True)
class Window:
    """Until when an appeal is in time (D7). All times UTC; the two `…late_at` are the first moments that are too late.

    `policy_late_at` counts from issuance as the policy does, `late_at` is the later of it and six months from being informed;
    both lie `counts_from` plus months or later.
    """

    counts_from: datetime
    informed_at: datetime | None
    policy_late_at: datetime
    late_at: datetime

    @property
    def until(self) -> datetime:
        """The last second in which this product accepts, for people who read a date."""
        return self.late_at - timedelta(seconds=1)

    @property
    def policy_until(self) -> datetime:
        """The last second of the policy's own six months."""
        return self.policy_late_at - timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Participation:
    """Somebody who took part in what led to the decision, by the opaque id the bus shows."""

    sub: str
    role: str
