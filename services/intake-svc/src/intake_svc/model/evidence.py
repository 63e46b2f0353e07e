"""Files, links and words that a person adds to a case, as a rule asks about them (D20, D27)."""

from dataclasses import dataclass
from enum import StrEnum


class RemovedAs(StrEnum):
    """Why evidence was removed. Of what was reported material nothing is kept but that somebody said so (D20)."""

    ADDED_BY_MISTAKE = "added_by_mistake"
    REPORTED_MATERIAL = "reported_material"


@dataclass(frozen=True, slots=True)
class NewEvidence:
    """Evidence on its way to a case.

    `size` in bytes; `known` says that the case has the same bytes already, `files` how much was ever added to it.
    """

    size: int
    files: int = 0
    known: bool = False
