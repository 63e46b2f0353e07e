"""The rows of a sender's standing: who it is as a keyed hash alone, what was observed, warnings, lock-outs (R117-R119, D12)."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from chassis.crypto import Sealed, SealedText
from sqlalchemy import CheckConstraint, Index, LargeBinary, SmallInteger, Text, UniqueConstraint
from sqlmodel import Field

from intake_svc.model import sender as words
from intake_svc.tables.columns import INSERT_ONLY, Base, moment, one_of, row_of, texts


class Sender(Base, table=True):
    """Somebody who files, known by the keyed hash of the address, or of the account where there is none, that a warning would reach.

    When nothing of the standing counts any more the mark goes, and whoever it was is nobody here (D27).
    """

    __tablename__: ClassVar[Any] = "sender"
    __table_args__ = (
        one_of("known_by", words.KnownBy),
        one_of("state", words.SenderState),
        UniqueConstraint("mark", name="sender_once"),
        CheckConstraint("(state = 'locked_out') = (locked_out_until IS NOT NULL)", name="lock_out_ends"),
    )

    id: UUID = Field(primary_key=True)
    mark: bytes | None = Field(default=None, sa_type=LargeBinary)
    known_by: str = Field(sa_type=Text)
    state: str = Field(default=words.SenderState.GOOD, sa_type=Text)
    locked_out_until: datetime | None = moment(default=None)
    version: int = 1


class ConductRow(Base, table=True):
    """What was observed of a sender, at one request of theirs; the note is sealed under the sender's own key."""

    __tablename__: ClassVar[Any] = "sender_conduct"
    __table_args__ = (
        CheckConstraint("seriousness BETWEEN 1 AND 3", name="seriousness_known"),
        CheckConstraint("happened_at <= at", name="has_happened"),
        Index("sender_conduct_sender", "sender_id", "id"),
        INSERT_ONLY,
    )

    id: UUID = Field(primary_key=True)
    sender_id: UUID = row_of("sender")
    request_id: UUID = row_of("request")
    reason: str = Field(sa_type=Text)
    seriousness: int = Field(sa_type=SmallInteger)
    intended: bool
    aimed_at: list[str] = texts()
    happened_at: datetime = moment()
    note: Sealed = Field(sa_type=SealedText)
    by: str = Field(sa_type=Text)
    at: datetime = moment()

    def facts(self) -> words.Conduct:
        """Give what a rule asks about."""
        return words.Conduct(self.reason, self.seriousness, self.intended, self.happened_at, frozenset(self.aimed_at))


class WarningRow(Base, table=True):
    """A warning, the event that told of it, and its receipt: without one it proves nothing."""

    __tablename__: ClassVar[Any] = "sender_warning"
    __table_args__ = (
        UniqueConstraint("event_id", name="sender_warning_event"),
        Index("sender_warning_sender", "sender_id", "id"),
        {"info": {"grants": ("SELECT", "INSERT", "UPDATE")}},
    )

    id: UUID = Field(primary_key=True)
    sender_id: UUID = row_of("sender")
    request_id: UUID = row_of("request")
    event_id: UUID
    by: str = Field(sa_type=Text)
    at: datetime = moment()
    delivered_at: datetime | None = moment(default=None)


class LockOut(Base, table=True):
    """A lock-out: proposed by one person with its points and days, confirmed by another, ended by the clock or lifted."""

    __tablename__: ClassVar[Any] = "lock_out"
    __table_args__ = (
        one_of("state", words.LockOutState),
        CheckConstraint("points > 0 AND days > 0", name="length_given"),
        CheckConstraint('confirmed_by <> "by"', name="lock_out_of_two_persons"),
        CheckConstraint(
            "num_nonnulls(confirmed_by, confirmed_at, confirmation, until) ="
            " CASE WHEN state IN ('in_force', 'ended', 'lifted') THEN 4 ELSE 0 END",
            name="lock_out_confirmed",
        ),
        CheckConstraint("until = confirmed_at + days * interval '24 hours'", name="lock_out_as_proposed"),
        CheckConstraint("num_nonnulls(lifted_by, lifting) = CASE WHEN state = 'lifted' THEN 2 ELSE 0 END", name="lifted_why"),
        CheckConstraint("(ended_at IS NOT NULL) = (state IN ('superseded', 'ended', 'lifted'))", name="lock_out_ended"),
        Index("lock_out_proposed", "sender_id", unique=True, postgresql_where="state = 'proposed'"),
        Index("lock_out_in_force", "sender_id", unique=True, postgresql_where="state = 'in_force'"),
        Index("lock_out_sender", "sender_id", "id"),
        {"info": {"grants": ("SELECT", "INSERT", "UPDATE")}},
    )

    id: UUID = Field(primary_key=True)
    sender_id: UUID = row_of("sender")
    request_id: UUID = row_of("request")
    state: str = Field(sa_type=Text)
    points: int
    days: int
    note: Sealed = Field(sa_type=SealedText)
    by: str = Field(sa_type=Text)
    at: datetime = moment()
    confirmed_by: str | None = Field(default=None, sa_type=Text)
    confirmed_at: datetime | None = moment(default=None)
    confirmation: Sealed | None = Field(default=None, sa_type=SealedText)
    until: datetime | None = moment(default=None)
    ended_at: datetime | None = moment(default=None)
    lifted_by: str | None = Field(default=None, sa_type=Text)
    lifting: Sealed | None = Field(default=None, sa_type=SealedText)

    def facts(self) -> words.LockOutFacts:
        """Give what a rule asks about."""
        return words.LockOutFacts(self.by, self.days)
