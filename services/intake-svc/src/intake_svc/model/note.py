"""What is written beside a case in words of our own, and why (R113)."""

from enum import StrEnum


class Topic(StrEnum):
    """What a note of a case is about; a remark and its correction a person writes by themselves, the others come with an act."""

    REMARK = "remark"
    CORRECTION = "correction"
    TAKE_OVER = "take_over"
    RELEASE = "release"
    KIND = "kind"
    BREACH = "breach"
    EXPANSION = "expansion"
    REPORT = "report"
    HOLD = "hold"
    HOLD_RELEASED = "hold_released"
    SPLIT = "split"
    HAND_OVER = "hand_over"
