"""The staff directory: who answers for what somebody did, and who leads them, now and at any earlier time (R94)."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from chassis.crypto import Sealed, SealedText
from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field

from intake_svc.tables.columns import INSERT_ONLY, Base, moment, row_of

_NOBODY_LEADS_THEMSELVES = "line_manager IS DISTINCT FROM sub"


class Staff(Base, table=True):
    """A member of staff, by the `sub` of their tokens, as the directory has them now. The contact lies under a key of their own."""

    __tablename__: ClassVar[Any] = "staff"
    __table_args__ = (
        UniqueConstraint("sub", name="staff_once"),
        CheckConstraint(_NOBODY_LEADS_THEMSELVES, name="staff_line_manager"),
    )

    id: UUID = Field(primary_key=True)
    sub: str = Field(sa_type=Text)
    contact: Sealed = Field(sa_type=SealedText)
    line_manager: str | None = Field(default=None, sa_type=Text)
    team: str = Field(sa_type=Text)
    since: datetime = moment()
    version: int = 1


class StaffEntry(Base, table=True):
    """What the directory said of somebody from `since` on, until the next entry of theirs: rows are only added."""

    __tablename__: ClassVar[Any] = "staff_entry"
    __table_args__ = (
        UniqueConstraint("staff_id", "version", name="staff_entry_once"),
        Index("staff_entry_since", "staff_id", "since", unique=True),
        INSERT_ONLY,
    )

    id: UUID = Field(primary_key=True)
    staff_id: UUID = row_of("staff")
    version: int
    contact: Sealed = Field(sa_type=SealedText)
    line_manager: str | None = Field(default=None, sa_type=Text)
    team: str = Field(sa_type=Text)
    since: datetime = moment()
    by: str = Field(sa_type=Text)
    at: datetime = moment()
