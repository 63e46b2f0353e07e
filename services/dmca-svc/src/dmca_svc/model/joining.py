"""What a letter that arrived by itself becomes under the notice that it belongs to (R87, D8, D10)."""

from enum import StrEnum


class JoinedAs(StrEnum):
    """A counter-notice, or the text that completes one; a retraction; word of a court action; what completes the notice."""

    COUNTER_NOTICE = "counter_notice"
    RETRACTION = "retraction"
    COURT_ACTION = "court_action"
    CURE = "cure"
