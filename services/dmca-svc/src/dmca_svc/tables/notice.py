"""The rows of a notice: itself, what persons said of it and who signed (R40-R43, D1, D8)."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from chassis.crypto import Sealed, SealedText
from kernel.kinds import Kind
from kernel.review import Course as Does
from kernel.review import Level, Review, Signature, Verdict, chain_for
from kernel.workdays import calendar_day
from sqlalchemy import CheckConstraint, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from dmca_svc.model import Channel, Course, State
from dmca_svc.reading import Document
from dmca_svc.reading import Verdict as Found
from dmca_svc.tables.columns import INSERT_ONLY, Base, moment, of, one_of, texts

CLOCK_STATES = ("running", "at_risk", "breached", "stopped")


class Letter(Base):
    """What every letter has: how it came and when, its words and its reading sealed, what the machine found in counts and codes."""

    request_id: UUID | None = Field(default=None, unique=True)
    channel: str = Field(sa_type=Text)
    document: str = Field(sa_type=Text)
    filed_by: str = Field(sa_type=Text)
    received_at: datetime = moment()
    received_by_agent_at: datetime | None = moment(default=None)
    letter: Sealed = Field(sa_type=SealedText)
    reading: Sealed = Field(sa_type=SealedText)
    sender: Sealed = Field(sa_type=SealedText)
    unread: str | None = Field(default=None, sa_type=Text)
    attachments: dict[str, int] = Field(sa_type=JSONB)
    read_elements: dict[str, bool] = Field(sa_type=JSONB)
    verdict: str | None = Field(default=None, sa_type=Text)
    missing: list[str] = texts()


class Notice(Letter, table=True):
    """A notice. `version` tells of every change that can be seen, `event_version` of those that were said on the stream."""

    __tablename__: ClassVar[Any] = "notice"
    __table_args__ = (
        one_of("state", State),
        one_of("channel", Channel),
        one_of("document", Document),
        one_of("clock_state", CLOCK_STATES),
        CheckConstraint("verdict IN ('compliant', 'curable', 'defective')", name="verdict_known"),
        CheckConstraint("state <> 'compliant' OR (verdict IS NOT NULL AND verdict = 'compliant')", name="compliant_by_a_person"),
        CheckConstraint(
            "state = 'withdrawn' OR (state IN ('received', 'cure_requested', 'compliant', 'in_review')) = (decided_at IS NULL)",
            name="decided_when",
        ),
        CheckConstraint("state <> 'cure_requested' OR (verdict IS NOT NULL AND verdict = 'curable')", name="cure_of_the_curable"),
        CheckConstraint("state <> 'cure_requested' OR cure_lapses_at IS NOT NULL", name="cure_until_when"),
        CheckConstraint("answered_as IN ('vrt', 'joined', 'no_answer')", name="answer_known"),
        CheckConstraint("num_nonnulls(answered_as, answered_by, answered_note) IN (0, 3)", name="answered_whole"),
        CheckConstraint(
            "answered_as IS NULL OR (state = 'rejected' AND (verdict IS NULL OR verdict = 'defective'))", name="no_notice_answered"
        ),
        CheckConstraint("(joined_to IS NULL) = (answered_as IS DISTINCT FROM 'joined')", name="joined_to_something"),
        CheckConstraint("state <> 'withdrawn' OR withdrawn_at IS NOT NULL", name="withdrawn_when"),
        CheckConstraint("duplicate_of <> id AND joined_to <> id", name="of_another"),
        CheckConstraint("(clock_state = 'stopped') = (stopped_at IS NOT NULL)", name="clock_stop"),
        CheckConstraint("(takedown_at IS NULL) = (takedown_by IS NULL)", name="takedown_by_somebody"),
        CheckConstraint("taken_down_at IS NULL OR takedown_at IS NOT NULL", name="ordered_before_done"),
        CheckConstraint(
            "state = 'withdrawn' OR (state IN ('taken_down', 'counter_noticed', 'held', 'restored')) = (taken_down_at IS NOT NULL)",
            name="taken_down_when",
        ),
        CheckConstraint("num_nonnulls(unannounced_by, unannounced_at, unannounced_note) IN (0, 3)", name="unannounced_whole"),
        Index("notice_letter", "letter_hash"),
        Index("notice_sender", "sender_hash", "received_at", "id"),
        Index("notice_duplicate", "duplicate_of"),
        Index("notice_received", "received_at", "id"),
        Index("notice_state", "state", "received_at", "id"),
    )

    id: UUID = Field(primary_key=True)
    state: str = Field(sa_type=Text)
    statutory_at: datetime | None = moment(default=None)
    read_pages: int = 0
    read_wikis: list[str] = texts()
    automatic: bool = False
    letter_hash: bytes | None = Field(default=None, sa_type=LargeBinary)
    sender_hash: bytes | None = Field(default=None, sa_type=LargeBinary)
    duplicate_of: UUID | None = of("notice", nullable=True)
    contact_due_at: datetime | None = moment(default=None)
    cure_lapses_at: datetime | None = moment(default=None)
    answered_as: str | None = Field(default=None, sa_type=Text)
    answered_by: str | None = Field(default=None, sa_type=Text)
    answered_note: UUID | None = Field(default=None)
    joined_to: UUID | None = of("notice", nullable=True)
    withdrawn_at: datetime | None = moment(default=None)
    recommendation_id: UUID | None = None
    decided_at: datetime | None = moment(default=None)
    takedown_at: datetime | None = moment(default=None)
    takedown_by: str | None = Field(default=None, sa_type=Text)
    taken_down_at: datetime | None = moment(default=None)
    unannounced_by: str | None = Field(default=None, sa_type=Text)
    unannounced_at: datetime | None = moment(default=None)
    unannounced_note: UUID | None = Field(default=None)
    announced_at: datetime | None = moment(default=None)
    restored_at: datetime | None = moment(default=None)
    target_at: datetime = moment()
    at_risk_at: datetime = moment()
    clock_state: str = Field(sa_type=Text)
    stopped_at: datetime | None = moment(default=None)
    counter_notice_id: UUID | None = None
    court_action_id: UUID | None = None
    infringer_id: UUID | None = None
    infringer_decision_digest: str | None = Field(default=None, sa_type=Text)
    country: str | None = Field(default=None, sa_type=Text)
    version: int = 1
    event_version: int = 0


class Note(Base, table=True):
    """What somebody wrote to a notice, sealed under the notice's key."""

    __tablename__: ClassVar[Any] = "note"
    __table_args__ = (Index("note_notice", "notice_id"),)

    id: UUID = Field(primary_key=True)
    notice_id: UUID = of("notice")
    about: str = Field(sa_type=Text)
    by: str = Field(sa_type=Text)
    text: Sealed = Field(sa_type=SealedText)
    at: datetime = moment()


class Assessment(Base, table=True):
    """What a person said of each element, and where the machine had read otherwise (D8, D10)."""

    __tablename__: ClassVar[Any] = "assessment"
    __table_args__ = (Index("assessment_notice", "notice_id"), INSERT_ONLY)

    id: UUID = Field(primary_key=True)
    notice_id: UUID = of("notice")
    counter_notice_id: UUID | None = None
    by: str = Field(sa_type=Text)
    at: datetime = moment()
    elements: dict[str, bool] = Field(sa_type=JSONB)
    differs: list[str] = texts()
    verdict: str = Field(sa_type=Text)
    note_id: UUID | None = of("note", nullable=True)


class Recommendation(Base, table=True):
    """What an evaluator recommended; the digest is what is signed, the grounds with their words lie sealed beside the note."""

    __tablename__: ClassVar[Any] = "recommendation"
    __table_args__ = (
        one_of("course", Course),
        CheckConstraint("length(digest) = 64", name="digest_whole"),
        Index("recommendation_notice", "notice_id"),
        INSERT_ONLY,
    )

    id: UUID = Field(primary_key=True)
    notice_id: UUID = of("notice")
    course: str = Field(sa_type=Text)
    evaluator: str = Field(sa_type=Text)
    grounds: list[str] = texts()
    digest: str = Field(sa_type=Text)
    note_id: UUID = of("note")
    at: datetime = moment()

    def review(self, signatures: "list[SignatureRow]") -> Review:
        """Give the review as the kernel asks about it: the chain is the same for both courses, for either is a decision (R40, R41)."""
        chain = chain_for(Kind.DMCA, Does.ACT, on=calendar_day(self.at))
        signed = tuple(one.signature() for one in signatures if one.recommendation_id == self.id)
        return Review(Kind.DMCA, Does.ACT, chain, self.digest, self.evaluator, signed)


class SignatureRow(Base, table=True):
    """One person's verdict at one level; nobody signs two of one recommendation (D1)."""

    __tablename__: ClassVar[Any] = "signature"
    __table_args__ = (
        one_of("level", Level),
        one_of("verdict", Verdict),
        UniqueConstraint("recommendation_id", "level", name="signed_once_a_level"),
        UniqueConstraint("recommendation_id", "by", name="one_person_one_signature"),
        INSERT_ONLY,
    )

    id: UUID = Field(primary_key=True)
    notice_id: UUID = of("notice")
    recommendation_id: UUID = of("recommendation")
    level: str = Field(sa_type=Text)
    by: str = Field(sa_type=Text)
    verdict: str = Field(sa_type=Text)
    digest: str = Field(sa_type=Text)
    note_id: UUID = of("note")
    at: datetime = moment()

    def signature(self) -> Signature:
        """Give it as the kernel counts it."""
        return Signature(Level(self.level), self.by, Verdict(self.verdict), self.digest, self.at)


class Announcement(Base, table=True):
    """Where a takedown is made known, and how far that is (R43)."""

    __tablename__: ClassVar[Any] = "announcement"
    __table_args__ = (
        CheckConstraint("place IN ('foundation', 'commons')", name="place_known"),
        CheckConstraint("state IN ('waiting', 'queued', 'delivered', 'failed', 'uncertain', 'suppressed')", name="state_known"),
        CheckConstraint("(state = 'delivered') = (delivered_at IS NOT NULL)", name="delivered_when"),
        UniqueConstraint("notice_id", "place", name="announced_once"),
    )

    id: UUID = Field(primary_key=True)
    notice_id: UUID = of("notice")
    place: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    notification_id: UUID | None = None
    delivered_at: datetime | None = moment(default=None)


class Party(Base, table=True):
    """Who wrote a letter, as keyed hashes: enough to say whether somebody is that person, not who it is (R105)."""

    __tablename__: ClassVar[Any] = "party"
    __table_args__ = (
        CheckConstraint("kind IN ('email', 'name', 'wiki_user')", name="kind_known"),
        Index("party_notice", "notice_id"),
        INSERT_ONLY,
    )

    id: UUID = Field(primary_key=True)
    notice_id: UUID = of("notice")
    counter_notice_id: UUID | None = None
    kind: str = Field(sa_type=Text)
    hash: bytes = Field(sa_type=LargeBinary)


def found(word: str | None) -> Found | None:
    """Read a verdict's word."""
    return None if word is None else Found(word)
