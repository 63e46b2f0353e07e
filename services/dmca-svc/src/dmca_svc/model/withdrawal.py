"""How sure it is that whoever takes a notice back is the one who sent it (D10)."""

from enum import StrEnum


class Sender(StrEnum):
    """Whose a letter is by the address it came from: the notice's sender's, another's, or nobody can say."""

    SAME = "same"
    OTHER = "other"
    UNKNOWN = "unknown"


class VerifiedBy(StrEnum):
    """What a withdrawal rests on: a person confirmed it and says how, its letter came from the notice's sender, or the recorder's word."""

    CONFIRMED = "confirmed"
    SAME_SENDER = "same_sender"
    RECORDER = "recorder"
