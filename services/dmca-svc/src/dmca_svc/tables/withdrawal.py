"""The rows of what a complainant took back, and of the letters that joined a notice (D10, R87)."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Text
from sqlmodel import Field

from dmca_svc.model.joining import JoinedAs
from dmca_svc.model.withdrawal import VerifiedBy
from dmca_svc.tables.columns import INSERT_ONLY, Base, ids, moment, of, one_of


class Withdrawal(Base, table=True):
    """What was taken back, by whose record, and how the complainant was verified; without pages it was the whole letter.

    `note_id` holds the complainant's words, `verified_note` how a person confirmed them, `letter_id` is the letter that joined.
    """

    __tablename__: ClassVar[Any] = "withdrawal"
    __table_args__ = (
        one_of("verified_by", VerifiedBy),
        CheckConstraint("(verified_by = 'confirmed') = (verified_note IS NOT NULL)", name="confirmed_how"),
        CheckConstraint("verified_by <> 'same_sender' OR letter_id IS NOT NULL", name="sender_of_a_letter"),
        Index("withdrawal_notice", "notice_id"),
        INSERT_ONLY,
    )

    id: UUID = Field(primary_key=True)
    notice_id: UUID = of("notice")
    page_ids: list[UUID] = ids()
    note_id: UUID = of("note")
    verified_by: str = Field(sa_type=Text)
    verified_note: UUID | None = of("note", nullable=True)
    letter_id: UUID | None = of("notice", nullable=True)
    by: str = Field(sa_type=Text)
    at: datetime = moment()


class Joining(Base, table=True):
    """A letter that arrived by itself and what it became: `id` is the letter's, `became` that of what was made of it."""

    __tablename__: ClassVar[Any] = "joining"
    __table_args__ = (
        one_of("joined_as", JoinedAs),
        CheckConstraint("notice_id <> id", name="of_another"),
        Index("joining_notice", "notice_id"),
        INSERT_ONLY,
    )

    id: UUID = of("notice", primary=True)
    notice_id: UUID = of("notice")
    joined_as: str = Field(sa_type=Text)
    became: UUID
    by: str = Field(sa_type=Text)
    at: datetime = moment()


class Concern(Base, table=True):
    """Which pages an event was about, so that only those whose pages they are hear of it (D10)."""

    __tablename__: ClassVar[Any] = "concern"
    __table_args__ = (INSERT_ONLY,)

    notice_id: UUID = of("notice", primary=True)
    event_version: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    kind: str = Field(sa_type=Text)
    page_ids: list[UUID] = ids()
    at: datetime = moment()
