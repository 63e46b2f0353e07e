"""The words of what passes between a case and the authorities (R55, R57)."""

from enum import StrEnum


class AlertKind(StrEnum):
    """Who turned to whom."""

    LAW_ENFORCEMENT_ALERTED = "law_enforcement_alerted"
    USER_INFORMATION_REQUESTED = "user_information_requested"
