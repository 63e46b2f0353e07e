"""What is counted of a notice in the figures of a half-year (R44)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dmca_svc.reading import Document


class Half(StrEnum):
    """January to June, July to December."""

    FIRST = "h1"
    SECOND = "h2"


@dataclass(frozen=True, slots=True)
class FiguredNotice:
    """A letter as the figures ask about it: nothing of its words, its pages or its parties.

    `judged` tells that a person assessed it, `repeats` that it is a copy of another, `answered` that it was answered as no notice or that
    no person wrote it; `wikis` are those of its pages, `not_found` tells that nobody could say where the material is; `country` is a
    person's word (ISO 3166-1); `granted` that its material came down.
    """

    document: Document
    wikis: frozenset[str] = frozenset()
    judged: bool = False
    repeats: bool = False
    answered: bool = False
    not_found: bool = False
    country: str | None = None
    granted: bool = False


@dataclass(frozen=True, slots=True)
class Count:
    """How many notices were received, and how many of these were complied with."""

    received: int = 0
    granted: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a half-year: in all, by project and by country."""

    starts: datetime
    ends: datetime
    all: Count
    by_project: dict[str, Count]
    by_country: dict[str, Count]
