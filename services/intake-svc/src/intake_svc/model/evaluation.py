"""What an evaluator goes through, point by point, before recommending (R73, R113, matrix row 3)."""

from dataclasses import dataclass
from enum import StrEnum


class Found(StrEnum):
    """What an evaluator found on a point of the checklist."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a kind's checklist as counsel words it: its code, the question, and the rule that asks it."""

    code: str
    asks: str
    cite: str
