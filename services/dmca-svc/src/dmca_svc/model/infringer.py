"""What is counted against a person whose material came down, and what is to be decided on it (R48, R49, D11)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from dmca_svc.model.notice import PageState


class Ground(StrEnum):
    """Why a person is looked at."""

    REPEAT_INFRINGER = "repeat_infringer"
    TAKEDOWN_REVERSED = "takedown_reversed"


class Task(StrEnum):
    """Whether a person has something to decide about somebody."""

    NONE = "none"
    OPEN = "open"
    DECIDED = "decided"


class Links(StrEnum):
    """Whether ban-svc has said which accounts are the same person's; what was not answered is never *no other accounts*."""

    UNASKED = "unasked"
    KNOWN = "known"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class GivenPage:
    """A page that the person gave, under one notice.

    `asked_back` tells that a counter-notice about it is to be judged or its window open, `held` that an action keeps it down,
    `withdrawn` that the complainant took the notice back for it, `counted_before` that it was down already for an earlier notice that is
    upheld.
    """

    state: PageState
    asked_back: bool = False
    held: bool = False
    withdrawn: bool = False
    counted_before: bool = False


@dataclass(frozen=True, slots=True)
class TakedownFacts:
    """A notice against material of the person: the pages that are theirs, and whether Legal found that the notice misrepresents."""

    pages: tuple[GivenPage, ...]
    misrepresented: bool = False


@dataclass(frozen=True, slots=True)
class ReversalFacts:
    """An edit that brought a removed page back. Times are UTC.

    `theirs` tells that the account is the person's and the page their contribution; `told_at` is when the notification of the removal
    was provably delivered to them.
    """

    at: datetime
    removed_at: datetime | None
    theirs: bool
    told_at: datetime | None
    takedown: TakedownFacts


@dataclass(frozen=True, slots=True)
class Counted:
    """What counts against a person now, by the ids of notices and reversals, and what was decided on already."""

    strikes: frozenset[UUID] = frozenset()
    reversals: frozenset[UUID] = frozenset()
    decided: frozenset[UUID] = frozenset()
