"""How far a proposal can be relied on: the kind's clearness, less what makes such proposals wrong more often."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from dmca_svc.reading.lines import HEAD, TAIL
from dmca_svc.reading.model import Document

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dmca_svc.reading.model import Finding
    from dmca_svc.reading.passages import Passages
    from dmca_svc.reading.statements import Statements

LEAST: Final = 0.3
DOUBT: Final = 0.15
"""What each doubt takes away: see the table that `python -m dmca_svc.reading.score` prints."""

FEWEST_WORDS: Final = 12
_ADDRESS: Final = re.compile(r"://|hxxp|www\.|\[\.\]|(?:org|com|net|io)/", re.IGNORECASE)
_ENGLISH: Final = (" the ", " and ", " of ", " is ", " to ", " my ", " that ")
_NEIGHBOURS: Final = ("permission", "privacy", "trademark", "libel")


def confidence_of(document: Document, clear: float, elements: Mapping[str, Finding], letter: Passages, said: Statements) -> float:
    """Give a number between 0 and 1: `clear` is how plainly the kind showed, and each doubt lowers it."""
    doubts = sum(1 for doubt in _doubts(document, elements, letter, said) if doubt)
    return round(max(LEAST, clear - DOUBT * doubts), 2)


def _doubts(document: Document, elements: Mapping[str, Finding], letter: Passages, said: Statements) -> tuple[bool, ...]:
    material = elements.get("material")
    missing = sum(not finding.present for finding in elements.values())
    return (
        # The material was found in words, not in an address.
        material is not None and material.where is not None and not _ADDRESS.search(material.where) and not letter.questions,
        # Whoever forgets one element makes a slip; two, and the reader may have missed one; four, and it may be another letter.
        missing > 1,
        missing > 3,
        # Words of a neighbouring kind of complaint stand in it.
        document is not Document.OTHER and any(said.holds(name) for name in _NEIGHBOURS),
        # Most of it is quoted, or it is cut in the middle.
        letter.quoted > len(letter.lines),
        len(said.folded) > HEAD + TAIL - 10_000,
        # Hardly a word, or hardly an English one.
        len(said.folded.split()) < FEWEST_WORDS,
        sum(word in f" {said.folded} " for word in _ENGLISH) < 2 and not letter.questions,
    )
