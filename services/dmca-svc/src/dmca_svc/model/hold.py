"""Why Legal keeps a page down beside any notice (D4, D10)."""

from enum import StrEnum


class HoldCause(StrEnum):
    """An order of a court or authority, or a measure that the Foundation took for another reason."""

    ORDER = "order"
    MEASURE = "measure"
