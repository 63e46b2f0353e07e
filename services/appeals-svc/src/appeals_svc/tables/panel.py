"""Who judges an appeal: the committee's members, the panel with its lot and seats, and the ballots, sealed until the last (D13)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from chassis.crypto import Sealed
from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from appeals_svc.model import SeatFacts, SeatState
from appeals_svc.tables.columns import KEPT, Base, digest, listed, moment, sealed


class Member(Base, table=True):
    """A member of the committee: a pseudonym on one of ten chairs. Who it is lies under the member's own key; `sub_hash` finds them."""

    __table_args__ = (
        CheckConstraint("chair BETWEEN 1 AND 10", name="member_chair"),
        CheckConstraint("until IS NULL OR until >= since", name="member_until"),
        Index("member_chair_once", "chair", unique=True, postgresql_where="until IS NULL"),
        Index("member_pseudonym", "pseudonym", unique=True),
        Index("member_sub", "sub_hash", unique=True, postgresql_where="until IS NULL"),
    )

    id: UUID = Field(primary_key=True)
    chair: int
    pseudonym: str
    identity: Sealed = sealed(nullable=False)
    sub_hash: bytes = digest(nullable=False)
    email_hash: bytes | None = digest()
    user_hash: bytes | None = digest()
    since: datetime = moment(nullable=False)
    until: datetime | None = moment()
    enrolled_by: str
    version: int = 1


class Panel(Base, table=True):
    """The lot of an appeal: one seed, taken once, that orders the members for the first draw and for every replacement."""

    __table_args__ = (KEPT,)

    appeal_id: UUID = Field(primary_key=True)
    seed: bytes = digest(nullable=False)
    at: datetime = moment(nullable=False)


class Seat(Base, table=True):
    """One who judges: a member of the committee, or a reviewer of the staff by the opaque id of their token."""

    __table_args__ = (
        CheckConstraint(f"state IN ({listed(SeatState)})", name="seat_state"),
        CheckConstraint("(member_id IS NULL) <> (reviewer IS NULL)", name="seat_somebody"),
        CheckConstraint("state <> 'cleared' OR (cleared_by IS NOT NULL AND cleared_at IS NOT NULL)", name="seat_cleared_by_counsel"),
        Index("seat_once", "appeal_id", "sub_hash", unique=True),
    )

    id: UUID = Field(primary_key=True)
    appeal_id: UUID
    member_id: UUID | None = None
    reviewer: str | None = None
    sub_hash: bytes = digest(nullable=False)
    state: str = SeatState.WAITING
    since: datetime = moment(nullable=False)
    cleared_by: str | None = None
    cleared_at: datetime | None = moment()
    left_at: datetime | None = moment()
    why: Sealed | None = sealed()

    def facts(self, *, voted: bool) -> SeatFacts:
        """Give what the rules ask of it."""
        return SeatFacts(SeatState(self.state), voted)


class Ballot(Base, table=True):
    """A vote, sealed whole and at one length, so that not even its size tells what it says; never changed."""

    __table_args__ = (Index("ballot_appeal", "appeal_id"), KEPT)

    seat_id: UUID = Field(primary_key=True)
    appeal_id: UUID
    at: datetime = moment(nullable=False)
    says: Sealed = sealed(nullable=False)
