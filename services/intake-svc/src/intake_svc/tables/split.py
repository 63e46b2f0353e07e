"""The rows of what leaves a case: a matter with a case of its own, and the case itself that passes to the other team (R86-R88)."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text
from sqlmodel import Field

from intake_svc.model.request import Team
from intake_svc.tables.columns import INSERT_ONLY, Base, moment, one_of, row_of


class Split(Base, table=True):
    """A request whose matter a person split off from `case_id`: it is served by `to_case_id` since. The reason is a note of both."""

    __tablename__: ClassVar[Any] = "split"
    __table_args__ = (
        CheckConstraint("case_id <> to_case_id", name="split_in_two"),
        Index("split_case", "case_id", "id"),
        Index("split_to_case", "to_case_id", "id"),
        INSERT_ONLY,
    )

    id: UUID = Field(primary_key=True)
    case_id: UUID = row_of("case")
    to_case_id: UUID = row_of("case")
    request_id: UUID = row_of("request")
    by: str = Field(sa_type=Text)
    at: datetime = moment()


class HandOver(Base, table=True):
    """A case that one team passed to the other, and who had it until then. The reason is a note of the case."""

    __tablename__: ClassVar[Any] = "hand_over"
    __table_args__ = (
        one_of("from_team", Team),
        one_of("to_team", Team),
        CheckConstraint("from_team <> to_team", name="to_the_other_team"),
        Index("hand_over_case", "case_id", "id"),
        INSERT_ONLY,
    )

    id: UUID = Field(primary_key=True)
    case_id: UUID = row_of("case")
    from_team: str = Field(sa_type=Text)
    to_team: str = Field(sa_type=Text)
    from_assignee: str | None = Field(default=None, sa_type=Text)
    by: str = Field(sa_type=Text)
    at: datetime = moment()
