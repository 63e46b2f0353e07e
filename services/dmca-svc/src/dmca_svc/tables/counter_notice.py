"""The rows of a counter-notice, of the pages it asks back and of the court actions against it (R45, D10)."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from chassis.crypto import Sealed, SealedText
from kernel.deadline import Window
from sqlalchemy import CheckConstraint, Index, LargeBinary, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from dmca_svc.model import ActionState, Channel, CounterFacts, CounterState, CourtActionFacts, Forum, PageFacts, ToldBy
from dmca_svc.reading import Document
from dmca_svc.tables.columns import INSERT_ONLY, Base, ids, moment, of, one_of
from dmca_svc.tables.notice import CLOCK_STATES, Letter


class CounterNotice(Letter, table=True):
    """A counter-notice. The checks say in SQL what the window allows: nothing before it, its first day only with Legal (D10)."""

    __tablename__: ClassVar[Any] = "counter_notice"
    __table_args__ = (
        one_of("state", CounterState),
        one_of("channel", Channel),
        one_of("document", Document),
        one_of("clock_state", CLOCK_STATES),
        CheckConstraint("num_nonnulls(opens, enforcer_from, target, closes, at_risk_at, clock_state) IN (0, 6)", name="window_whole"),
        CheckConstraint(
            "CASE WHEN state IN ('accepted', 'held', 'hold_ended', 'restored') THEN opens IS NOT NULL"
            " WHEN state IN ('received', 'incomplete') THEN opens IS NULL ELSE true END",
            name="window_by_acceptance",
        ),
        CheckConstraint(
            "opens IS NULL OR CASE WHEN completed_at IS NULL THEN received_by_agent_at ELSE completed_by_agent_at END IS NOT NULL",
            name="window_from_the_agent",
        ),
        CheckConstraint("completed_by_agent_at IS NULL OR completed_at IS NOT NULL", name="completed_whole"),
        CheckConstraint("num_nonnulls(agent_by, agent_at, agent_note) IN (0, 3)", name="agent_by_counsel"),
        CheckConstraint("num_nonnulls(released_by, released_at) IN (0, 2)", name="released_by_legal"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn_when"),
        CheckConstraint("state <> 'withdrawn' OR NOT restoring", name="withdrawn_restores_nothing"),
        CheckConstraint("opens IS NULL OR (verified_by IS NOT NULL AND verdict = 'compliant')", name="window_for_the_subscriber"),
        CheckConstraint("num_nonnulls(verified_by, verified_at, verified_note) IN (0, 3)", name="verified_whole"),
        CheckConstraint("num_nonnulls(early_by, early_at) IN (0, 2)", name="early_whole"),
        CheckConstraint("num_nonnulls(restoring_at, restoring_by) IN (0, 2)", name="restored_by_somebody"),
        CheckConstraint("restoring_at IS NULL OR (opens IS NOT NULL AND restoring_at >= opens)", name="not_before_the_window"),
        CheckConstraint(
            "restoring_at IS NULL OR restoring_at >= enforcer_from OR (early_at IS NOT NULL AND early_at <= restoring_at)",
            name="tenth_day_with_legal",
        ),
        Index("counter_notice_notice", "notice_id"),
    )

    id: UUID = Field(primary_key=True)
    notice_id: UUID = of("notice")
    state: str = Field(sa_type=Text)
    page_ids: list[UUID] = ids()
    reasons: list[dict[str, str]] = Field(default_factory=list, sa_type=JSONB)
    assessed_by: str | None = Field(default=None, sa_type=Text)
    verified_by: str | None = Field(default=None, sa_type=Text)
    verified_at: datetime | None = moment(default=None)
    verified_note: UUID | None = of("note", nullable=True)
    subscriber: Sealed | None = Field(default=None, sa_type=SealedText)
    subscriber_hash: bytes | None = Field(default=None, sa_type=LargeBinary)
    agent_by: str | None = Field(default=None, sa_type=Text)
    agent_at: datetime | None = moment(default=None)
    agent_note: UUID | None = of("note", nullable=True)
    completed_at: datetime | None = moment(default=None)
    completed_by_agent_at: datetime | None = moment(default=None)
    completion_judged: bool = True
    opens: datetime | None = moment(default=None)
    enforcer_from: datetime | None = moment(default=None)
    target: datetime | None = moment(default=None)
    closes: datetime | None = moment(default=None)
    at_risk_at: datetime | None = moment(default=None)
    clock_state: str | None = Field(default=None, sa_type=Text)
    early_by: str | None = Field(default=None, sa_type=Text)
    early_at: datetime | None = moment(default=None)
    restoring: bool = False
    restoring_at: datetime | None = moment(default=None)
    restoring_by: str | None = Field(default=None, sa_type=Text)
    released_by: str | None = Field(default=None, sa_type=Text)
    released_at: datetime | None = moment(default=None)
    withdrawn_at: datetime | None = moment(default=None)

    @property
    def complete_with_agent_at(self) -> datetime | None:
        """When the agent had the text that is judged: the first, or the one that completed it (D10)."""
        return self.received_by_agent_at if self.completed_at is None else self.completed_by_agent_at

    @property
    def window(self) -> Window | None:
        """The window that its acceptance opened; it keeps the dates it was told with."""
        if self.opens is None or self.target is None or self.closes is None:
            return None
        return Window(self.opens, self.target, self.closes)

    def facts(self, pages: tuple[PageFacts, ...]) -> CounterFacts:
        """Give what a rule asks about."""
        state = CounterState(self.state)
        return CounterFacts(
            state,
            pages,
            self.window,
            self.enforcer_from,
            self.assessed_by,
            self.early_by,
            self.restoring,
            completed=not self.completion_judged,
        )


class Completion(Letter, table=True):
    """A further text of the subscriber's, sent because the counter-notice was found incomplete (D10)."""

    __tablename__: ClassVar[Any] = "counter_completion"
    __table_args__ = (
        one_of("channel", Channel),
        one_of("document", Document),
        Index("counter_completion_notice", "notice_id"),
        INSERT_ONLY,
    )

    id: UUID = Field(primary_key=True)
    notice_id: UUID = of("notice")
    counter_notice_id: UUID = of("counter_notice")


class AskedPage(Base, table=True):
    """A page that an accepted counter-notice asks back, and the action that keeps it down, if one does."""

    __tablename__: ClassVar[Any] = "asked_page"

    counter_notice_id: UUID = of("counter_notice", primary=True)
    page_id: UUID = of("page", primary=True)
    held_by: UUID | None = of("court_action", nullable=True)


class CourtAction(Base, table=True):
    """What the agent was told of a court or Claims Board action; court, docket and words are sealed."""

    __tablename__: ClassVar[Any] = "court_action"
    __table_args__ = (
        one_of("forum", Forum),
        one_of("told_by", ToldBy),
        one_of("state", ActionState),
        CheckConstraint("num_nonnulls(ended_at, ended_by, ended_note) IN (0, 3)", name="ended_whole"),
        CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name="ended_when"),
        Index("court_action_notice", "notice_id"),
    )

    id: UUID = Field(primary_key=True)
    notice_id: UUID = of("notice")
    forum: str = Field(sa_type=Text)
    told_by: str = Field(sa_type=Text)
    received_at: datetime = moment()
    filed_at: datetime | None = moment(default=None)
    recorded_by: str = Field(sa_type=Text)
    recorded_at: datetime = moment()
    state: str = Field(sa_type=Text)
    page_ids: list[UUID] = ids()
    counter_notice_id: UUID | None = None
    reasons: list[dict[str, str]] = Field(default_factory=list, sa_type=JSONB)
    content: Sealed = Field(sa_type=SealedText)
    docket_known: bool = False
    stays_down: bool = False
    ended_at: datetime | None = moment(default=None)
    ended_by: str | None = Field(default=None, sa_type=Text)
    ended_note: UUID | None = of("note", nullable=True)

    def facts(self) -> CourtActionFacts:
        """Give what a rule asks about."""
        return CourtActionFacts(ToldBy(self.told_by), self.received_at, self.filed_at)
