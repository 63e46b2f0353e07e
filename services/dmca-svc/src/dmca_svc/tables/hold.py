"""The rows of what keeps pages down beside a notice (D4, D10)."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text
from sqlmodel import Field

from dmca_svc.model.hold import HoldCause
from dmca_svc.tables.columns import Base, ids, moment, of, one_of


class PageHold(Base, table=True):
    """An order or a measure that keeps pages down, as Legal recorded it; its words are a note."""

    __tablename__: ClassVar[Any] = "page_hold"
    __table_args__ = (
        one_of("cause", HoldCause),
        CheckConstraint("cardinality(page_ids) > 0", name="holds_something"),
        CheckConstraint("num_nonnulls(ended_at, ended_by, ended_note) IN (0, 3)", name="ended_whole"),
        Index("page_hold_notice", "notice_id"),
    )

    id: UUID = Field(primary_key=True)
    notice_id: UUID = of("notice")
    cause: str = Field(sa_type=Text)
    page_ids: list[UUID] = ids()
    laid_by: str = Field(sa_type=Text)
    laid_at: datetime = moment()
    laid_note: UUID = of("note")
    ended_by: str | None = Field(default=None, sa_type=Text)
    ended_at: datetime | None = moment(default=None)
    ended_note: UUID | None = of("note", nullable=True)
