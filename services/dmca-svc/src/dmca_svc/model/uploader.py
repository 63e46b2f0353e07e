"""Who gave the material, as a rule asks about them (R49, D10)."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class ActingAccount(StrEnum):
    """Which account of the Foundation's acts on a wiki (R42, D15)."""

    STAFF = "staff"
    WMFOFFICE = "wmfoffice"


@dataclass(frozen=True, slots=True)
class UploaderFacts:
    """Somebody who gave material of a notice: the keyed hash of the account, the pages, and how far the letter to them is.

    `letter` is notify's last word on it; `informed` that it has its receipt (R49).
    """

    account: bytes
    pages: frozenset[UUID]
    letter: str | None = None
    informed: bool = False
