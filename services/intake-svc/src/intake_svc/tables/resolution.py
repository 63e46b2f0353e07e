"""How matters end without an action, which requests are one matter, what was passed on, and who outside was alerted (R57, R60, R87)."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from chassis.crypto import Sealed, SealedText
from sqlalchemy import CheckConstraint, Index, Text
from sqlmodel import Field

from intake_svc.model.alert import AlertKind
from intake_svc.model.request import Document
from intake_svc.model.resolution import Ending, How, ResolutionFacts, ResolutionState
from intake_svc.tables.columns import INSERT_ONLY, Base, moment, one_of, row_of, texts

_KEPT = {"info": {"grants": ("SELECT", "INSERT", "UPDATE")}}


class Resolution(Base, table=True):
    """How a case, or a request without one, ends: proposed by one, confirmed by another. `words` are its note and the texts of grounds."""

    __tablename__: ClassVar[Any] = "resolution"
    __table_args__ = (
        one_of("how", How),
        one_of("state", ResolutionState),
        CheckConstraint("num_nonnulls(case_id, request_id) = 1", name="resolution_of_one"),
        CheckConstraint("(confirmed_by IS NOT NULL) = (state IN ('confirmed', 'reopened'))", name="resolution_confirmed"),
        CheckConstraint(
            "num_nulls(confirmed_by, confirmed_at, confirmation) IN (0, 3) AND num_nulls(ended_by, ended_at) IN (0, 2)",
            name="resolution_whole",
        ),
        CheckConstraint('confirmed_by <> "by"', name="resolution_of_two_persons"),
        CheckConstraint("(state IN ('superseded', 'reopened')) = (ended_at IS NOT NULL)", name="resolution_ended"),
        CheckConstraint("(state = 'reopened') = (ending IS NOT NULL)", name="reopened_why"),
        Index("resolution_case", "case_id", unique=True, postgresql_where="state IN ('proposed', 'confirmed')"),
        Index("resolution_request", "request_id", unique=True, postgresql_where="state IN ('proposed', 'confirmed')"),
        _KEPT,
    )

    id: UUID = Field(primary_key=True)
    case_id: UUID | None = row_of("case", nullable=True)
    request_id: UUID | None = row_of("request", nullable=True)
    how: str = Field(sa_type=Text)
    grounds: list[str] = texts()
    words: Sealed = Field(sa_type=SealedText)
    state: str = Field(sa_type=Text)
    by: str = Field(sa_type=Text)
    at: datetime = moment()
    confirmed_by: str | None = Field(default=None, sa_type=Text)
    confirmed_at: datetime | None = moment(default=None)
    confirmation: Sealed | None = Field(default=None, sa_type=SealedText)
    ended_by: str | None = Field(default=None, sa_type=Text)
    ended_at: datetime | None = moment(default=None)
    ending: Sealed | None = Field(default=None, sa_type=SealedText)

    def facts(self) -> ResolutionFacts:
        """Give what a rule asks about."""
        return ResolutionFacts(Ending(How(self.how), frozenset(self.grounds)), ResolutionState(self.state), self.by)


class Joining(Base, table=True):
    """A request that a person joined to the case of an earlier one, and that a person may part from it again (R88)."""

    __tablename__: ClassVar[Any] = "joining"
    __table_args__ = (
        CheckConstraint("num_nulls(parted_by, parted_at, parted_why) IN (0, 3)", name="joining_parted"),
        Index("joining_request", "request_id", unique=True, postgresql_where="parted_at IS NULL"),
        _KEPT,
    )

    id: UUID = Field(primary_key=True)
    request_id: UUID = row_of("request")
    first_id: UUID = row_of("request")
    case_id: UUID = row_of("case")
    own_case_id: UUID | None = row_of("case", nullable=True)
    note: Sealed = Field(sa_type=SealedText)
    by: str = Field(sa_type=Text)
    at: datetime = moment()
    parted_by: str | None = Field(default=None, sa_type=Text)
    parted_at: datetime | None = moment(default=None)
    parted_why: Sealed | None = Field(default=None, sa_type=SealedText)


class Passing(Base, table=True):
    """A letter that a person passed on to another service: what it is, and why (R87)."""

    __tablename__: ClassVar[Any] = "passing"
    __table_args__ = (one_of("document", Document), Index("passing_request", "request_id", unique=True), INSERT_ONLY)

    id: UUID = Field(primary_key=True)
    request_id: UUID = row_of("request")
    document: str = Field(sa_type=Text)
    note: Sealed = Field(sa_type=SealedText)
    by: str = Field(sa_type=Text)
    at: datetime = moment()


class Alert(Base, table=True):
    """Law enforcement that was alerted, or that asked for nonpublic information: who, when, by whom and why, sealed (R55, R57)."""

    __tablename__: ClassVar[Any] = "alert"
    __table_args__ = (one_of("kind", AlertKind), Index("alert_case", "case_id", "id"), INSERT_ONLY)

    id: UUID = Field(primary_key=True)
    case_id: UUID = row_of("case")
    kind: str = Field(sa_type=Text)
    happened_at: datetime = moment()
    words: Sealed = Field(sa_type=SealedText)
    by: str = Field(sa_type=Text)
    at: datetime = moment()
