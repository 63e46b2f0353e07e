"""What is told of a court or Copyright Claims Board action (D10, 17 U.S.C. 512(g)(2)(C), 1507(d))."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Forum(StrEnum):
    """Where it was filed."""

    COURT = "court"
    CCB = "ccb"


class ActionState(StrEnum):
    """Whether it keeps material down, never did, or is over."""

    HOLDING = "holding"
    NOT_HOLDING = "not_holding"
    ENDED = "ended"


class ToldBy(StrEnum):
    """Who gave notice of it."""

    COMPLAINANT = "complainant"
    AGENT = "agent"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class CourtActionFacts:
    """What decides whether it holds a page: who told of it, when the agent received that (UTC), and when it was filed, if that was said."""

    told_by: ToldBy
    received_at: datetime
    filed_at: datetime | None = None
