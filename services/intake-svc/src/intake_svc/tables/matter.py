"""The rows of intake: requests, cases, their clocks and recommendations. Texts are sealed, what rules ask about is plain (D20, D27)."""

from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

from chassis.crypto import Sealed, SealedText
from contracts.case import CaseState as CaseSaid
from contracts.envelope import Clock as ClockSaid
from contracts.request import RequestState as RequestSaid
from contracts.words import opaque
from kernel.deadline import Clock, Extension, ExtensionCause, Target, at_risk_at
from kernel.decision import Reason
from kernel.kinds import CASE_KINDS, REQUEST_KINDS, Kind
from kernel.workdays import calendar_day
from sqlalchemy import CheckConstraint, Index, LargeBinary, SmallInteger, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from intake_svc.model.case import CaseFacts, CaseState, Priority
from intake_svc.model.request import Channel, Part, RequestFacts, RequestState, Standing, Team
from intake_svc.rules.request import asked_as, is_complete
from intake_svc.tables.columns import INSERT_ONLY, Base, ids, moment, one_of, row_of, texts
from intake_svc.tables.queue import QUEUES, RANKS

FAR = datetime(9999, 12, 31, tzinfo=UTC)
"""Stands in `due_at` for a case without a clock, so that lists by due date keep one order."""


class Case(Base, table=True):
    """A case. `due_at` is the target that counts now, `target_at` the first one, which stays (D5).

    `clock_since` is when a change of its kind changed its clock: extensions made before count no more. `rank` the database keeps.
    """

    __tablename__: ClassVar[Any] = "case"
    __table_args__ = (
        one_of("kind", sorted(CASE_KINDS)),
        one_of("state", CaseState),
        one_of("team", Team),
        one_of("priority", Priority),
        one_of("clock_state", ("running", "at_risk", "breached", "stopped")),
        CheckConstraint("(target_at IS NULL) = (clock_state IS NULL) AND (target_at IS NULL) = (at_risk_at IS NULL)", name="clock_whole"),
        CheckConstraint("(clock_state = 'stopped') = (stopped_at IS NOT NULL) OR clock_state IS NULL", name="clock_stop"),
        CheckConstraint("(state IN ('decided', 'closed')) = (decided_at IS NOT NULL)", name="decided_when"),
        CheckConstraint("clock_state IS NULL OR (clock_state = 'stopped') = (decided_at IS NOT NULL)", name="decision_stops_clock"),
        CheckConstraint("(assignee IS NULL) = (assigned_until IS NULL)", name="lease_ends"),
        CheckConstraint("state <> 'closed' OR num_nonnulls(outcome, passed_on) = 1", name="closed_why"),
        CheckConstraint("(clock_before IS NOT NULL) <= (state = 'closed')", name="clock_before_closing"),
        one_of("passed_on", ("joined", "forwarded")),
        CheckConstraint("cardinality(request_ids) > 0", name="prompted_by_a_request"),
        *QUEUES,
    )

    id: UUID = Field(primary_key=True)
    kind: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    team: str = Field(sa_type=Text)
    priority: str = Field(sa_type=Text)
    received_at: datetime = moment()
    due_at: datetime = moment()
    target_at: datetime | None = moment(default=None)
    at_risk_at: datetime | None = moment(default=None)
    clock_state: str | None = Field(default=None, sa_type=Text)
    clock_since: datetime | None = moment(default=None)
    rank: int = Field(default=RANKS[Priority.NORMAL], sa_type=SmallInteger)
    delay_cause: str | None = Field(default=None, sa_type=Text)
    stopped_at: datetime | None = moment(default=None)
    assignee: str | None = Field(default=None, sa_type=Text)
    assigned_until: datetime | None = moment(default=None)
    request_ids: list[UUID] = ids()
    action_ids: list[UUID] = ids()
    open_action_ids: list[UUID] = ids()
    recommendation_id: UUID | None = None
    recommendation_digest: str | None = Field(default=None, sa_type=Text)
    course: str | None = Field(default=None, sa_type=Text)
    recommended_by: str | None = Field(default=None, sa_type=Text)
    recommended_at: datetime | None = moment(default=None)
    awaits_action: bool = False
    outcome: str | None = Field(default=None, sa_type=Text)
    decided_at: datetime | None = moment(default=None)
    resolution_id: UUID | None = None
    clock_before: str | None = Field(default=None, sa_type=Text)
    passed_on: str | None = Field(default=None, sa_type=Text)
    complained_of: list[str] = texts()
    version: int = 1

    def facts(self, clock: Clock | None = None) -> CaseFacts:
        """Give what a rule asks about; `clock` where the rule asks about it."""
        return CaseFacts(
            kind=Kind(self.kind),
            state=CaseState(self.state),
            assignee=self.assignee,
            assigned_until=self.assigned_until,
            recommended_by=self.recommended_by,
            recommended_at=self.recommended_at,
            awaits_action=self.awaits_action,
            open_actions=frozenset(map(str, self.open_action_ids)),
            clock=clock,
            resolution=self.resolution_id is not None,
            complained_of=frozenset(self.complained_of),
        )

    def clock(self, extensions: "list[ExtensionRow]") -> Clock | None:
        """Give the clock with its extensions, in the order in which they were made."""
        if self.target_at is None or self.at_risk_at is None:
            return None
        made = tuple(Extension(row.until, ExtensionCause(row.cause), row.by, row.at) for row in extensions)
        return Clock(self.received_at, Target(self.target_at, self.at_risk_at), made, self.stopped_at)

    def risk_at(self) -> datetime:
        """Tell from when the target that counts now is at risk."""
        return at_risk_at(self.received_at, self.due_at, on=calendar_day(self.received_at))

    def public(self) -> CaseSaid:
        """Give the case as the bus may know it."""
        clock = None
        if self.target_at is not None:
            said = {"target_at": self.due_at, "at_risk_at": self.risk_at(), "state": self.clock_state, "delay_cause": self.delay_cause}
            first = self.target_at if self.due_at != self.target_at else None
            clock = ClockSaid.model_validate({**said, "original_target_at": first})
        return CaseSaid.model_validate(
            {
                "case_id": self.id,
                "kind": self.kind,
                "state": self.state,
                "team": self.team,
                "priority": self.priority,
                "assignee": opaque(self.assignee) if self.assignee else None,
                "assigned_until": self.assigned_until,
                "received_at": self.received_at,
                "request_ids": tuple(self.request_ids),
                "action_ids": tuple(self.action_ids),
                "clock": clock,
                "recommendation_id": self.recommendation_id,
                "recommendation_digest": self.recommendation_digest,
                "course": self.course,
                "outcome": self.outcome,
                "decided_at": self.decided_at,
            }
        )


class Request(Base, table=True):
    """A request. Its texts lie under `key_id`: the key of the case that it opened or would open, or its own where it opens none."""

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
        Index("request_matter", "matter_hash"),
        Index("request_subjects", "subject_hashes", postgresql_using="gin"),
        Index("request_sender", "sender_id", postgresql_where="sender_id IS NOT NULL"),
        CheckConstraint("kind <> 'child_protection' OR cardinality(subject_hashes) = 0", name="lane_names_nobody"),
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
    content: Sealed = Field(sa_type=SealedText)
    requester: Sealed = Field(sa_type=SealedText)
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
    __table_args__ = (Index("supplement_request", "request_id", "id"), INSERT_ONLY)

    id: UUID = Field(primary_key=True)
    request_id: UUID = row_of("request")
    content: Sealed = Field(sa_type=SealedText)
    by: str = Field(sa_type=Text)
    at: datetime = moment()


class Likeness(Base, table=True):
    """The first request about one kind, subjects and pages within the window; later ones are linked to it for a person to judge."""

    __tablename__: ClassVar[Any] = "likeness"
    __table_args__ = ({"info": {"grants": ("SELECT", "INSERT", "UPDATE", "DELETE")}},)

    hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    request_id: UUID
    at: datetime = moment()


class ExtensionRow(Base, table=True):
    """A later target with its cause and author (R98)."""

    __tablename__: ClassVar[Any] = "extension"
    __table_args__ = (one_of("cause", ExtensionCause), Index("extension_case", "case_id", "id"), INSERT_ONLY)

    id: UUID = Field(primary_key=True)
    case_id: UUID = row_of("case")
    until: datetime = moment()
    cause: str = Field(sa_type=Text)
    note: Sealed = Field(sa_type=SealedText)
    by: str = Field(sa_type=Text)
    at: datetime = moment()


class Recommendation(Base, table=True):
    """What an evaluator recommended, exactly; `digest` covers case, course, evaluator, optional levels and spec (D1)."""

    __tablename__: ClassVar[Any] = "recommendation"
    __table_args__ = (
        one_of("course", ("act", "no_action")),
        CheckConstraint("course = 'no_action' OR spec IS NOT NULL", name="to_act_says_how"),
        Index("recommendation_case", "case_id", "id"),
        INSERT_ONLY,
    )

    id: UUID = Field(primary_key=True)
    case_id: UUID = row_of("case")
    course: str = Field(sa_type=Text)
    evaluator: str = Field(sa_type=Text)
    optional_levels: list[str] = texts()
    rationale: Sealed = Field(sa_type=SealedText)
    spec: Sealed | None = Field(default=None, sa_type=SealedText)
    digest: str = Field(sa_type=Text)
    at: datetime = moment()
