"""The rows of mail: each that arrived, and the letters of ours that an answer may name. What it says is sealed, files are counted (D20)."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from chassis.crypto import Sealed, SealedText
from sqlalchemy import CheckConstraint, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from intake_svc.model.mail import NOT_OF_A_PERSON, Mailbox, MailState, SettledAs, TakenAs
from intake_svc.tables.columns import INSERT_ONLY, Base, moment, one_of, row_of

_MACHINES = ", ".join(f"'{one}'" for one in sorted(NOT_OF_A_PERSON))


class Mail(Base, table=True):
    """A mail that arrived, once in each mailbox. Its words lie with its request, else here under `key_id`; of a machine's none are kept."""

    __tablename__: ClassVar[Any] = "mail"
    __table_args__ = (
        one_of("mailbox", Mailbox),
        one_of("taken_as", TakenAs),
        one_of("state", MailState),
        one_of("settled_as", SettledAs),
        UniqueConstraint("fingerprint", name="mail_once"),
        CheckConstraint(f"taken_as NOT IN ({_MACHINES}) OR num_nonnulls(request_id, content) = 0", name="machines_ask_nothing"),
        CheckConstraint("taken_as NOT IN ('request', 'reply', 'notice') OR request_id IS NOT NULL", name="mail_of_a_request"),
        CheckConstraint("(content IS NULL AND note IS NULL) = (key_id IS NULL)", name="content_under_key"),
        CheckConstraint("supplement_id IS NULL OR taken_as = 'reply'", name="supplement_of_a_reply"),
        CheckConstraint("num_nonnulls(settled_by, settled_at, settled_as) IN (0, 3)", name="settled_whole"),
        CheckConstraint("(note IS NULL) = (settled_by IS NULL)", name="settled_with_note"),
        CheckConstraint("(appeal_id IS NOT NULL) = (settled_as IS NOT DISTINCT FROM 'appeal')", name="which_appeal"),
        CheckConstraint("state = 'settled' OR settled_at IS NULL", name="waits_unsettled"),
        Index("mail_waiting", "id", postgresql_where="state = 'waiting'"),
        Index("mail_thread", "message_hash"),
        Index("mail_request", "request_id"),
        {"info": {"grants": ("SELECT", "INSERT", "UPDATE")}},
    )

    id: UUID = Field(primary_key=True)
    mailbox: str = Field(sa_type=Text)
    taken_as: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    why: str | None = Field(default=None, sa_type=Text)
    fingerprint: bytes = Field(sa_type=LargeBinary)
    message_hash: bytes | None = Field(default=None, sa_type=LargeBinary)
    received_at: datetime = moment()
    size: int
    attachments: dict[str, int] = Field(default_factory=dict, sa_type=JSONB)
    request_id: UUID | None = row_of("request", nullable=True)
    supplement_id: UUID | None = row_of("supplement", nullable=True)
    key_id: UUID | None = None
    content: Sealed | None = Field(default=None, sa_type=SealedText)
    settled_as: str | None = Field(default=None, sa_type=Text)
    settled_by: str | None = Field(default=None, sa_type=Text)
    settled_at: datetime | None = moment(default=None)
    appeal_id: UUID | None = None
    note: Sealed | None = Field(default=None, sa_type=SealedText)
    version: int = 1


class Correspondence(Base, table=True):
    """A letter that notify-svc delivered about a request: its id is the left part of its Message-ID, which an answer names."""

    __tablename__: ClassVar[Any] = "correspondence"
    __table_args__ = (INSERT_ONLY,)

    id: UUID = Field(primary_key=True)
    request_id: UUID = row_of("request")
    at: datetime = moment()
