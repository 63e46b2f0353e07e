"""The rows of notes: sealed, never changed, a correction is a row of its own (R113)."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from chassis.crypto import Sealed, SealedText
from sqlalchemy import CheckConstraint, Index, Text
from sqlmodel import Field

from intake_svc.model.note import Topic
from intake_svc.tables.columns import INSERT_ONLY, Base, moment, one_of, row_of


class Note(Base, table=True):
    """What somebody wrote beside a case, under the case's key; `corrects` is the note that it sets right.

    `carried_from` is the note of another case that a split carried here as it was.
    """

    __tablename__: ClassVar[Any] = "note"
    __table_args__ = (
        one_of("topic", Topic),
        CheckConstraint("(topic = 'correction') = (corrects IS NOT NULL)", name="correction_of"),
        Index("note_case", "case_id", "id"),
        Index("note_corrected_once", "corrects", unique=True),
        INSERT_ONLY,
    )

    id: UUID = Field(primary_key=True)
    case_id: UUID = row_of("case")
    topic: str = Field(sa_type=Text)
    text: Sealed = Field(sa_type=SealedText)
    corrects: UUID | None = row_of("note", nullable=True)
    carried_from: UUID | None = row_of("note", nullable=True)
    by: str = Field(sa_type=Text)
    role: str = Field(sa_type=Text)
    at: datetime = moment()
