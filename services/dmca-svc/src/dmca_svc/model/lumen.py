"""A notice as the Lumen database takes it, and how far it got there (D22)."""

from enum import StrEnum


class LumenState(StrEnum):
    """How far a notice is on its way to Lumen."""

    QUEUED = "queued"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
