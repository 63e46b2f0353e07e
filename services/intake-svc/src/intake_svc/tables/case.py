"""The rows of a case: its clock with every extension, its recommendations. Texts are sealed, what rules ask about is plain (D20, D27)."""

from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

from chassis.crypto import Sealed, SealedText
from contracts.case import CaseState as CaseSaid
from contracts.envelope import Clock as ClockSaid
from contracts.words import opaque
from kernel.deadline import Clock, Extension, ExtensionCause, Target, at_risk_at
from kernel.kinds import CASE_KINDS, Kind
from kernel.workdays import calendar_day
from sqlalchemy import CheckConstraint, Index, SmallInteger, Text
from sqlmodel import Field

from intake_svc.model.case import CaseFacts, CaseState, Priority
from intake_svc.model.request import Team
from intake_svc.tables.columns import INSERT_ONLY, Base, ids, moment, one_of, row_of, texts
from intake_svc.tables.queue import QUEUES, RANKS

FAR = datetime(9999, 12, 31, tzinfo=UTC)
"""Stands in `due_at` for a case without a clock, so that lists by due date keep one order."""


class Case(Base, table=True):
    """A case. `due_at` is the target that counts now, `target_at` the first one, which stays (D5). `reports` are its letters.

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
        CheckConstraint("reports > 0", name="reports_counted"),
        CheckConstraint("erased_at IS NULL OR state IN ('decided', 'closed')", name="erased_when_over"),
        Index("case_review", "received_at", "id", postgresql_where="review_at IS NOT NULL"),
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
    review_at: datetime | None = moment(default=None)
    erased_at: datetime | None = moment(default=None)
    reports: int = 1
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
