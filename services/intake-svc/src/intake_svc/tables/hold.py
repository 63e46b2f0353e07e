"""The rows of legal holds: what is held, why, until when, and how each ended (D27)."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from chassis.crypto import Sealed, SealedText
from sqlalchemy import CheckConstraint, Index, Text
from sqlmodel import Field

from intake_svc.model.hold import HoldFacts, Record
from intake_svc.tables.columns import Base, moment, one_of, row_of


class Hold(Base, table=True):
    """A hold on one record of a case; while one is live the case's key cannot be destroyed, which the database sees to."""

    __tablename__: ClassVar[Any] = "hold"
    __table_args__ = (
        one_of("record", Record),
        CheckConstraint("num_nonnulls(released_at, released_by, release_reason) IN (0, 3)", name="released_whole"),
        CheckConstraint("(record = 'case') = (record_id = case_id)", name="held_record"),
        Index("hold_case", "case_id", "id"),
    )

    id: UUID = Field(primary_key=True)
    case_id: UUID = row_of("case")
    record: str = Field(sa_type=Text)
    record_id: UUID
    reason: Sealed = Field(sa_type=SealedText)
    until: datetime | None = moment(default=None)
    by: str = Field(sa_type=Text)
    at: datetime = moment()
    released_at: datetime | None = moment(default=None)
    released_by: str | None = Field(default=None, sa_type=Text)
    release_reason: Sealed | None = Field(default=None, sa_type=SealedText)

    def facts(self) -> HoldFacts:
        """Give what a rule asks about."""
        return HoldFacts(self.until, self.released_at)
