"""Files that a person adds to a notice, as a rule asks about them (D20, D27)."""

from dataclasses import dataclass
from enum import StrEnum


class RemovedAs(StrEnum):
    """Why a file was removed. Of what was reported material nothing is kept but that somebody said so (D20)."""

    ADDED_BY_MISTAKE = "added_by_mistake"
    REPORTED_MATERIAL = "reported_material"


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file on its way to a notice.

    `size` in bytes; `known` says that the notice has the same bytes already, `files` how many were ever added to it, `put_away` that its
    letter was put away as no notice.
    """

    size: int
    files: int = 0
    known: bool = False
    put_away: bool = False
