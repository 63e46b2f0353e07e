"""The rows of the sealed record: where reported material is, under a key of its own, with grants of its own (D20)."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from chassis.crypto import Sealed, SealedText
from sqlalchemy import CheckConstraint, Index, LargeBinary, Text, text
from sqlmodel import Field

from intake_svc.model.sealed import DestroyedFor, EntryKind
from intake_svc.tables.columns import INSERT_ONLY, Base, moment, one_of, row_of


class LaneReader(Base, table=True):
    """Somebody who was named to read sealed records, by whom and from when; who is named again has a new row."""

    __tablename__: ClassVar[Any] = "lane_reader"
    __table_args__ = (
        CheckConstraint("named_by <> sub", name="named_by_another"),
        CheckConstraint("num_nonnulls(ended_by, ended_at) IN (0, 2)", name="ended_whole"),
        Index("lane_reader_once", "sub", unique=True, postgresql_where=text("ended_at IS NULL")),
        {"info": {"grants": ("SELECT", "INSERT", "UPDATE (ended_by, ended_at)")}},
    )

    id: UUID = Field(primary_key=True)
    sub: str = Field(sa_type=Text)
    named_by: str = Field(sa_type=Text)
    named_at: datetime = moment()
    ended_by: str | None = Field(default=None, sa_type=Text)
    ended_at: datetime | None = moment(default=None)


class SealedRecord(Base, table=True):
    """The one sealed record of a case; its id is that of its data key. `preserve_until` is set when the duty to report is over.

    `chain` is SHA-256 over the chain before and the ciphertext of each entry, in their order: what a certificate names, and no hash of
    material.
    """

    __tablename__: ClassVar[Any] = "sealed_record"
    __table_args__ = (
        Index("sealed_record_case", "case_id", unique=True),
        {"info": {"grants": ("SELECT", "INSERT", "UPDATE (entries, chain, preserve_until, destroyed_at)")}},
    )

    id: UUID = Field(primary_key=True)
    case_id: UUID = row_of("case")
    opened_at: datetime = moment()
    entries: int = 0
    chain: bytes = Field(default=b"", sa_type=LargeBinary)
    preserve_until: datetime | None = moment(default=None)
    destroyed_at: datetime | None = moment(default=None)


class SealedEntry(Base, table=True):
    """What lies in a sealed record, and nowhere else.

    The database shows a row only where its transaction logged the look of a named reader, or of a delivery: without that there is none.
    """

    __tablename__: ClassVar[Any] = "sealed_entry"
    __table_args__ = (
        one_of("what", EntryKind),
        CheckConstraint("(what IN ('request', 'completion')) = (request_id IS NOT NULL)", name="brought_by_a_request"),
        Index("sealed_entry_record", "record_id", "id"),
        Index("sealed_entry_request", "request_id"),
        INSERT_ONLY,
    )

    id: UUID = Field(primary_key=True)
    record_id: UUID = row_of("sealed_record")
    request_id: UUID | None = row_of("request", nullable=True)
    what: str = Field(sa_type=Text)
    words: Sealed = Field(sa_type=SealedText)
    by: str = Field(sa_type=Text)
    at: datetime = moment()


class Destruction(Base, table=True):
    """The destruction of a record's key: by the end of its time, or asked for by one person and confirmed by another.

    `certificate` is the signed text, `signature` the keyring's; `words` are what law enforcement asked, under the case's own key.
    """

    __tablename__: ClassVar[Any] = "destruction"
    __table_args__ = (
        one_of("ground", DestroyedFor),
        CheckConstraint("num_nonnulls(certificate, signature, destroyed_at) IN (0, 3)", name="certified_whole"),
        CheckConstraint("(ground = 'term_over') <= (destroyed_at IS NOT NULL)", name="term_is_over_at_once"),
        CheckConstraint("(confirmed_by IS NOT NULL) = (ground <> 'term_over' AND destroyed_at IS NOT NULL)", name="confirmed_by_two"),
        CheckConstraint('confirmed_by <> "by"', name="confirmed_by_another"),
        CheckConstraint("(ground = 'law_enforcement') = (words IS NOT NULL)", name="asked_in_words"),
        Index("destruction_once", "record_id", "ground", unique=True),
        {"info": {"grants": ("SELECT", "INSERT", "UPDATE (confirmed_by, certificate, signature, destroyed_at)")}},
    )

    id: UUID = Field(primary_key=True)
    record_id: UUID = row_of("sealed_record")
    case_id: UUID = row_of("case")
    ground: str = Field(sa_type=Text)
    by: str = Field(sa_type=Text)
    at: datetime = moment()
    words: Sealed | None = Field(default=None, sa_type=SealedText)
    confirmed_by: str | None = Field(default=None, sa_type=Text)
    destroyed_at: datetime | None = moment(default=None)
    certificate: str | None = Field(default=None, sa_type=Text)
    signature: bytes | None = Field(default=None, sa_type=LargeBinary)
