"""The rows of a request, and what came later to complete it. Texts are sealed, what rules ask about is plain (D20, D27)."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from chassis.crypto import Sealed, SealedText
from contracts.request import RequestState as RequestSaid
from kernel.decision import Reason
from kernel.kinds import CASE_KINDS, REQUEST_KINDS, Kind
from kernel.workdays import calendar_day
from sqlalchemy import CheckConstraint, Index, LargeBinary, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from intake_svc.model.request import Channel, Part, RequestFacts, RequestState, Standing, Team
from intake_svc.rules.request import asked_as, is_complete
from intake_svc.tables.columns import Base, moment, one_of, row_of, texts


class Request(Base, table=True):
    """A request. `key_id` is the key of the case that it opened or would open, or its own where it opens none: staff's words lie under it.

    What it brought lies under a key of its own, `id`, and of child protection under its case's; who asked lies under another. Each may go
    by itself and is None then, contact and words together when `erased_at` is set (D27).
    `letter_id` is the request whose letter told of this matter too, from which a person split it off; it has that one's receipt.
    """

    __tablename__: ClassVar[Any] = "request"
    __table_args__ = (
        one_of("kind", sorted(REQUEST_KINDS)),
        one_of("channel", Channel),
        one_of("standing_as", Standing),
        one_of("state", RequestState),
        one_of("case_kind", sorted(CASE_KINDS)),
        one_of("team", Team),
        CheckConstraint("(state = 'forwarded') = (forwarded_to IS NOT NULL AND document IS NOT NULL)", name="forwarded_where"),
        CheckConstraint("kind <> 'dmca' OR case_id IS NULL", name="notice_opens_no_case"),
        CheckConstraint("state <> 'complete' OR case_id IS NOT NULL", name="complete_opens_case"),
        CheckConstraint("case_id IS NULL OR key_id = case_id OR duplicate_of IS NOT NULL", name="case_key"),
        CheckConstraint("state <> 'duplicate' OR (duplicate_of IS NOT NULL AND case_id IS NOT NULL)", name="duplicate_of_which"),
        CheckConstraint("(state IN ('deferred', 'refused', 'resolved')) = (decided_at IS NOT NULL)", name="ended_when"),
        CheckConstraint("(kind = 'dmca') = (case_kind IS NULL)", name="case_kind_said"),
        Index("request_case", "case_id"),
        Index("request_email", "email_hash", postgresql_where="email_hash IS NOT NULL"),
        Index("request_wiki_user", "wiki_user_hash", postgresql_where="wiki_user_hash IS NOT NULL"),
        Index("request_matter", "matter_hash"),
        Index("request_subjects", "subject_hashes", postgresql_using="gin"),
        Index("request_sender", "sender_id", postgresql_where="sender_id IS NOT NULL"),
        Index("request_letter", "letter_id", postgresql_where="letter_id IS NOT NULL"),
        CheckConstraint("kind <> 'child_protection' OR cardinality(subject_hashes) = 0", name="lane_names_nobody"),
        CheckConstraint("requester IS NOT NULL OR num_nonnulls(email_hash, wiki_user_hash) = 0", name="contact_gone_whole"),
        CheckConstraint("erased_at IS NULL OR num_nonnulls(requester, content) = 0", name="request_erased_whole"),
    )

    id: UUID = Field(primary_key=True)
    kind: str = Field(sa_type=Text)
    channel: str = Field(sa_type=Text)
    standing_as: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    team: str = Field(sa_type=Text)
    parts: list[str] = texts()
    filed_by: str = Field(sa_type=Text)
    received_at: datetime = moment()
    received_by_agent_at: datetime | None = moment(default=None)
    acknowledged_at: datetime | None = moment(default=None)
    forwarded_to: str | None = Field(default=None, sa_type=Text)
    document: str | None = Field(default=None, sa_type=Text)
    case_id: UUID | None = row_of("case", nullable=True)
    key_id: UUID
    content: Sealed | None = Field(default=None, sa_type=SealedText)
    requester: Sealed | None = Field(default=None, sa_type=SealedText)
    email_hash: bytes | None = Field(default=None, sa_type=LargeBinary)
    wiki_user_hash: bytes | None = Field(default=None, sa_type=LargeBinary)
    matter_hash: bytes | None = Field(default=None, sa_type=LargeBinary)
    similar_to: UUID | None = None
    case_kind: str | None = Field(default=None, sa_type=Text)
    complained_of: list[str] = texts()
    duplicate_of: UUID | None = None
    grounds: list[str] = texts()
    sender_id: UUID | None = row_of("sender", nullable=True)
    sender_state: str | None = Field(default=None, sa_type=Text)
    sender_locked_out_until: datetime | None = moment(default=None)
    decided_at: datetime | None = moment(default=None)
    subject_hashes: list[bytes] = Field(default_factory=list, sa_type=ARRAY(LargeBinary))
    informed_at: datetime | None = moment(default=None)
    erased_at: datetime | None = moment(default=None)
    letter_id: UUID | None = row_of("request", nullable=True)
    version: int = 1

    def facts(self) -> RequestFacts:
        """Give what a rule asks about."""
        return RequestFacts(
            kind=Kind(self.kind),
            channel=Channel(self.channel),
            state=RequestState(self.state),
            parts=frozenset(map(Part, self.parts)),
            filed_by=self.filed_by,
            has_case=self.case_id is not None,
            case_kind=Kind(self.case_kind) if self.case_kind else None,
        )

    def missing(self) -> tuple[Reason, ...]:
        """Give every part that is missing, by the demands of the day of first receipt."""
        facts = self.facts()
        asked = asked_as(facts.kind, facts.channel, facts.case_kind)
        return is_complete(asked, facts.channel, facts.parts, on=calendar_day(self.received_at)).reasons

    def public(self) -> RequestSaid:
        """Give the request as the bus may know it."""
        return RequestSaid.model_validate(
            {
                "request_id": self.id,
                "kind": self.kind,
                "state": self.state,
                "team": self.team,
                "channel": self.channel,
                "standing_as": self.standing_as,
                "received_at": self.received_at,
                "received_by_agent_at": self.received_by_agent_at,
                "acknowledged_at": self.acknowledged_at,
                "missing": tuple(reason.code for reason in self.missing()),
                "case_id": self.case_id,
                "duplicate_of": self.duplicate_of,
                "forwarded_to": self.forwarded_to,
                "document": self.document,
                "grounds": tuple(self.grounds),
                "decided_at": self.decided_at,
                "sender": None
                if self.sender_id is None
                else {"sender_id": self.sender_id, "state": self.sender_state, "locked_out_until": self.sender_locked_out_until},
            }
        )


class Supplement(Base, table=True):
    """What was sent later to complete a request, in the order of `id`."""

    __tablename__: ClassVar[Any] = "supplement"
    __table_args__ = (
        Index("supplement_request", "request_id", "id"),
        {"info": {"grants": ("SELECT", "INSERT", "UPDATE (content)")}},
    )

    id: UUID = Field(primary_key=True)
    request_id: UUID = row_of("request")
    content: Sealed | None = Field(default=None, sa_type=SealedText)
    by: str = Field(sa_type=Text)
    at: datetime = moment()


class Likeness(Base, table=True):
    """The first request about one kind, subjects and pages within the window; later ones are linked to it for a person to judge."""

    __tablename__: ClassVar[Any] = "likeness"
    __table_args__ = ({"info": {"grants": ("SELECT", "INSERT", "UPDATE", "DELETE")}},)

    hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    request_id: UUID
    at: datetime = moment()
