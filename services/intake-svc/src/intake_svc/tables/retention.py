"""The rows of keeping and erasing: what was heard of actions and appeals, and what was erased, why and by whom (D7, D27)."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, Index, Text
from sqlmodel import Field

from intake_svc.model.retention import Erased, ErasureState, Why
from intake_svc.tables.columns import Base, ids, moment, one_of, row_of

_KEPT = {"info": {"grants": ("SELECT", "INSERT", "UPDATE")}}


class ActionHeard(Base, table=True):
    """What ban-svc said of an action, by its id: what the dates of D27 count from. A receipt may be heard before the action's case is."""

    __tablename__: ClassVar[Any] = "action_heard"
    __table_args__ = (
        CheckConstraint("num_nonnulls(case_id, kind, acts, issued_at) IN (0, 4)", name="action_whole"),
        Index("action_heard_case", "case_id", "id"),
        _KEPT,
    )

    id: UUID = Field(primary_key=True)
    case_id: UUID | None = row_of("case", nullable=True)
    kind: str | None = Field(default=None, sa_type=Text)
    acts: bool | None = Field(default=None, sa_type=Boolean)
    issued_at: datetime | None = moment(default=None)
    informed_at: datetime | None = moment(default=None)
    ended_at: datetime | None = moment(default=None)


class AppealHeard(Base, table=True):
    """What appeals-svc said of an appeal, by its id: while one is open, nothing of what it is about is erased."""

    __tablename__: ClassVar[Any] = "appeal_heard"
    __table_args__ = (Index("appeal_heard_decision", "decision_id", "id"), _KEPT)

    id: UUID = Field(primary_key=True)
    decision_id: UUID
    ended_at: datetime | None = moment(default=None)


class Erasure(Base, table=True):
    """What was erased, or is to be once a second person confirms it: of a request, or a case with all that it gathered; no word of it.

    `key_ids` are the data keys that were destroyed: what they sealed is opened by nobody.
    """

    __tablename__: ClassVar[Any] = "erasure"
    __table_args__ = (
        one_of("what", Erased),
        one_of("why", Why),
        one_of("state", ErasureState),
        CheckConstraint("num_nonnulls(case_id, request_id) = 1 AND (what = 'case') = (case_id IS NOT NULL)", name="erasure_of_one"),
        CheckConstraint("num_nonnulls(ground, verified) = CASE WHEN why = 'asked' THEN 2 ELSE 0 END", name="asked_on_a_ground"),
        CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="erased_when"),
        CheckConstraint("(confirmed_by IS NOT NULL) = (state = 'done' AND why <> 'period_over')", name="erasure_confirmed"),
        CheckConstraint('confirmed_by <> "by"', name="erasure_of_two_persons"),
        CheckConstraint("(why = 'period_over') <= (state = 'done')", name="the_clock_waits_for_nobody"),
        Index("erasure_case", "case_id", unique=True, postgresql_where="state <> 'superseded'"),
        Index("erasure_request", "request_id", "what", unique=True, postgresql_where="state <> 'superseded'"),
        _KEPT,
    )

    id: UUID = Field(primary_key=True)
    what: str = Field(sa_type=Text)
    case_id: UUID | None = row_of("case", nullable=True)
    request_id: UUID | None = row_of("request", nullable=True)
    why: str = Field(sa_type=Text)
    ground: str | None = Field(default=None, sa_type=Text)
    verified: str | None = Field(default=None, sa_type=Text)
    state: str = Field(sa_type=Text)
    by: str = Field(sa_type=Text)
    at: datetime = moment()
    confirmed_by: str | None = Field(default=None, sa_type=Text)
    done_at: datetime | None = moment(default=None)
    key_ids: list[UUID] = ids()
