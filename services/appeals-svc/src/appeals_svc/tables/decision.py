"""Decisions as the bus told of them, who took part, and what was delivered (R101-R106)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from appeals_svc.tables.columns import KEPT, Base, ids, moment


class Decision(Base, table=True):
    """A decision or a case on its way to one, by the id that its owner gave it. Holds ids and dates only, nothing of a case.

    `locked_out_until`: until when the sender of a request is locked out, as intake-svc told of it (D12).
    """

    __table_args__ = (
        CheckConstraint("kind IN ('action', 'request', 'notice')", name="decision_kind"),
        CheckConstraint("standing IN ('open', 'final', 'undone')", name="decision_standing"),
        Index("decision_part_of", "part_of"),
    )

    id: UUID = Field(primary_key=True)
    kind: str
    matter: str
    acts: bool
    standing: str
    in_force: bool = False
    individual_id: UUID | None = None
    case_id: UUID | None = None
    notice_id: UUID | None = None
    request_ids: list[UUID] = ids()
    part_of: UUID | None = None
    escalates: list[UUID] = ids()
    ended_at: datetime | None = moment()
    locked_out_until: datetime | None = moment()


class Term(Base, table=True):
    """What a decision says from one of its versions on; never changed (R32, R102)."""

    __tablename__ = "decision_term"
    __table_args__ = (CheckConstraint("nature IN ('first', 'ordinary', 'substantial_atypical')", name="decision_term_nature"), KEPT)

    decision_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True)
    at: datetime = moment(nullable=False)
    nature: str
    issuance: int
    expires_at: datetime | None = moment()
    irrevocable: bool = False


class Receipt(Base, table=True):
    """A letter about a decision that reached its requester or its subject (D7)."""

    __table_args__ = (
        CheckConstraint("role IN ('requester', 'subject')", name="receipt_role"),
        Index("receipt_about", "about_id", "role"),
        KEPT,
    )

    notification_id: UUID = Field(primary_key=True)
    about_id: UUID
    about_version: int | None = None
    role: str
    delivered_at: datetime = moment(nullable=False)


class Participant(Base, table=True):
    """Who did something on an action, request, case or notice, by the opaque id of the bus (D13)."""

    __table_args__ = (KEPT,)

    about_id: UUID = Field(primary_key=True)
    sub: str = Field(primary_key=True)
    role: str = Field(primary_key=True)
    since: datetime = moment(nullable=False)


class CaseFile(Base, table=True):
    """Which requests a case serves, so that who filed or handled one of them is found from the action on the case."""

    __tablename__ = "case_file"

    case_id: UUID = Field(primary_key=True)
    request_ids: list[UUID] = ids()


class Step(Base, table=True):
    """What happened to an action, request, case or notice on its way, as far as the bus tells: what, when, in which role (R113)."""

    __tablename__ = "decision_step"
    __table_args__ = (KEPT,)

    about_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True)
    at: datetime = moment(nullable=False)
    what: str
    role: str
    level: str | None = None
    verdict: str | None = None
