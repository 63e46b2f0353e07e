"""The rows of an evaluation: findings, separate reports, changes of kind, causes of a breach; only added (R59, R98, R99, D5)."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from chassis.crypto import Sealed, SealedText
from kernel.deadline import ExtensionCause
from sqlalchemy import CheckConstraint, Index, Text
from sqlmodel import Field

from intake_svc.model.evaluation import Found
from intake_svc.rules.kind import ClockFate
from intake_svc.tables.columns import INSERT_ONLY, Base, moment, one_of, row_of


class Finding(Base, table=True):
    """What an evaluator found on a point of the checklist; the latest of a point counts."""

    __tablename__: ClassVar[Any] = "finding"
    __table_args__ = (one_of("found", Found), Index("finding_case", "case_id", "id"), INSERT_ONLY)

    id: UUID = Field(primary_key=True)
    case_id: UUID = row_of("case")
    point: str = Field(sa_type=Text)
    found: str = Field(sa_type=Text)
    facts: Sealed = Field(sa_type=SealedText)
    by: str = Field(sa_type=Text)
    at: datetime = moment()


class Report(Base, table=True):
    """A separate request whose evaluation led to this case's measure (R59, R99)."""

    __tablename__: ClassVar[Any] = "report"
    __table_args__ = (Index("report_case", "case_id", "request_id", unique=True), INSERT_ONLY)

    id: UUID = Field(primary_key=True)
    case_id: UUID = row_of("case")
    request_id: UUID = row_of("request")
    by: str = Field(sa_type=Text)
    at: datetime = moment()


class KindChange(Base, table=True):
    """That a case turned out to be of another kind; `target_at` is the first target that counted before, `due_at` the last (D5)."""

    __tablename__: ClassVar[Any] = "kind_change"
    __table_args__ = (
        one_of("clock", ClockFate),
        CheckConstraint("(clock IN ('none', 'started')) = (target_at IS NULL)", name="target_kept"),
        CheckConstraint("from_kind <> to_kind", name="another_kind"),
        Index("kind_change_case", "case_id", "id"),
        INSERT_ONLY,
    )

    id: UUID = Field(primary_key=True)
    case_id: UUID = row_of("case")
    from_kind: str = Field(sa_type=Text)
    to_kind: str = Field(sa_type=Text)
    clock: str = Field(sa_type=Text)
    target_at: datetime | None = moment(default=None)
    due_at: datetime | None = moment(default=None)
    by: str = Field(sa_type=Text)
    at: datetime = moment()


class BreachCause(Base, table=True):
    """Why a target passed, as a person names it (R98, D5)."""

    __tablename__: ClassVar[Any] = "breach_cause"
    __table_args__ = (one_of("cause", ExtensionCause), Index("breach_cause_case", "case_id", "id"), INSERT_ONLY)

    id: UUID = Field(primary_key=True)
    case_id: UUID = row_of("case")
    target_at: datetime = moment()
    cause: str = Field(sa_type=Text)
    by: str = Field(sa_type=Text)
    at: datetime = moment()
