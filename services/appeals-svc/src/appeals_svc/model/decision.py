"""A decision as it may be appealed: its kind, its terms, who was told of it and who took part (R32, R33, R101-R106, D7, D14)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
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
