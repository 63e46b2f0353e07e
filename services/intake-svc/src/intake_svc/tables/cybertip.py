"""The rows of the duty to report to NCMEC: where it stands, each submission, and a decision not to report (D21)."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from chassis.crypto import Sealed, SealedText
from sqlalchemy import CheckConstraint, Index, Text
from sqlmodel import Field

from intake_svc.model.cybertip import Answered, Environment, NotRequired, Step, TipFacts, TipState
from intake_svc.tables.columns import Base, moment, one_of, row_of


class CyberTip(Base, table=True):
    """The duty of a case. `report_id` is NCMEC's number, stored as soon as it is known; `environment` is where that report is."""

    __tablename__: ClassVar[Any] = "cybertip"
    __table_args__ = (
        one_of("state", TipState),
        one_of("step", Step),
        one_of("waived_as", NotRequired),
        one_of("environment", Environment),
        CheckConstraint("(state = 'open') = (step <> 'over')", name="open_until_over"),
        CheckConstraint("(report_id IS NULL) = (opened_at IS NULL) AND (report_id IS NULL) = (environment IS NULL)", name="report_whole"),
        CheckConstraint("(state = 'finished') = (finished_at IS NOT NULL)", name="finished_when"),
        CheckConstraint("state <> 'finished' OR report_id IS NOT NULL", name="finished_with_receipt"),
        CheckConstraint("step <> 'sending' OR decided_by IS NOT NULL", name="sent_by_decision"),
        Index("cybertip_case", "case_id", unique=True),
    )

    id: UUID = Field(primary_key=True)
    case_id: UUID = row_of("case")
    state: str = Field(default=TipState.OPEN.value, sa_type=Text)
    step: str = Field(default=Step.UNDECIDED.value, sa_type=Text)
    incident: str | None = Field(default=None, sa_type=Text)
    decided_by: str | None = Field(default=None, sa_type=Text)
    decided_at: datetime | None = moment(default=None)
    environment: str | None = Field(default=None, sa_type=Text)
    report_id: str | None = Field(default=None, sa_type=Text)
    opened_at: datetime | None = moment(default=None)
    finished_at: datetime | None = moment(default=None)
    failure: str | None = Field(default=None, sa_type=Text)
    waived_as: str | None = Field(default=None, sa_type=Text)
    waived_by: str | None = Field(default=None, sa_type=Text)
    waiver: Sealed | None = Field(default=None, sa_type=SealedText)
    second: str | None = Field(default=None, sa_type=Text)
    counsel: str | None = Field(default=None, sa_type=Text)

    def facts(self) -> TipFacts:
        """Give what a rule asks about."""
        return TipFacts(TipState(self.state), Step(self.step), self.waived_by, self.second, self.counsel)


class CyberTipAttempt(Base, table=True):
    """One submission: written before it goes out, so that one whose answer was lost is known of."""

    __tablename__: ClassVar[Any] = "cybertip_attempt"
    __table_args__ = (
        one_of("environment", Environment),
        one_of("answered", Answered),
        CheckConstraint("(report_id IS NOT NULL) = (answered IN ('opened', 'dropped'))", name="opened_with_number"),
        Index("cybertip_attempt_tip", "tip_id", "id"),
        {"info": {"grants": ("SELECT", "INSERT", "UPDATE (answered, report_id)")}},
    )

    id: UUID = Field(primary_key=True)
    tip_id: UUID = row_of("cybertip")
    environment: str = Field(sa_type=Text)
    at: datetime = moment()
    answered: str = Field(default=Answered.SENT.value, sa_type=Text)
    report_id: str | None = Field(default=None, sa_type=Text)
