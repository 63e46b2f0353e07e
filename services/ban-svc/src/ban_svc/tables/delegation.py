"""Who signs for whom, on which level, from when until when (R91, D1)."""

from datetime import datetime
from uuid import UUID

from chassis.crypto import Sealed, SealedText
from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from ban_svc.model import DelegationFacts
from ban_svc.tables.columns import Base, Moment


class Delegation(Base, table=True):
    """A level's holder lets somebody sign for it between two dates. It stays as it was given; it can be ended before its time."""

    __tablename__ = "delegation"
    __table_args__ = (
        CheckConstraint("starts_at < until", name="delegation_term"),
        CheckConstraint("by <> delegate", name="delegation_of_two"),
        Index("delegation_delegate", "delegate", "level"),
        {"info": {"grants": ("SELECT", "INSERT", "UPDATE (ended_at)")}},
    )

    id: UUID = Field(primary_key=True)
    level: str
    by: str
    delegate: str
    starts_at: datetime = Field(sa_type=Moment)
    until: datetime = Field(sa_type=Moment)
    note: Sealed = Field(sa_type=SealedText)
    at: datetime = Field(sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)

    def facts(self) -> DelegationFacts:
        """The delegation as a rule asks about it."""
        return DelegationFacts(self.level, self.by, self.delegate, self.starts_at, self.until, self.ended_at)
