"""The facts about what a CheckUser found that a rule may ask about (D19)."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CheckResultFacts:
    """Who keeps it, until when (UTC), whether a hold stands on it, whether it is destroyed."""

    kept_by: str
    until: datetime
    held: bool = False
    destroyed: bool = False
