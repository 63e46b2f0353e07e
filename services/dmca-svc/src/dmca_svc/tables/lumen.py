"""The row of a notice that was given to Lumen: who sent exactly what, and its receipt (D22)."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text
from sqlmodel import Field

from dmca_svc.model.lumen import LumenState
from dmca_svc.tables.columns import Base, moment, of, one_of


class LumenSubmission(Base, table=True):
    """One attempt to give a notice to Lumen; `lumen_id` is Lumen's number of it."""

    __tablename__: ClassVar[Any] = "lumen_submission"
    __table_args__ = (
        one_of("state", LumenState),
        CheckConstraint("length(digest) = 64", name="digest_whole"),
        CheckConstraint("(state = 'delivered') = (receipt_at IS NOT NULL)", name="delivered_when"),
        # What failed may be sent again; nothing else.
        Index("lumen_once", "notice_id", unique=True, postgresql_where="state <> 'failed'"),
        Index("lumen_notice", "notice_id"),
    )

    id: UUID = Field(primary_key=True)
    notice_id: UUID = of("notice")
    delivery_id: UUID = Field(unique=True)
    state: str = Field(sa_type=Text)
    digest: str = Field(sa_type=Text)
    by: str = Field(sa_type=Text)
    at: datetime = moment()
    error: str | None = Field(default=None, sa_type=Text)
    lumen_id: str | None = Field(default=None, sa_type=Text)
    receipt_at: datetime | None = moment(default=None)
