"""What this service keeps: decisions as the bus told of them, who took part, what was delivered, and the appeals (R101-R107)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from chassis.crypto import Sealed, SealedText
from contracts.appeal import AppealedDecision, AppealState
from contracts.envelope import Clock
from kernel.decision import Reason
from sqlalchemy import CheckConstraint, Column, Date, DateTime, Index, LargeBinary, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from appeals_svc.model import HOLDS_NO_PLACE, State

KEPT = {"info": {"grants": ("SELECT", "INSERT")}}


class Base(SQLModel, registry=registry()):
    """The tables of appeals-svc."""


def _moment(*, nullable: bool = True) -> Any:
    """Declare a time with its zone, absent unless `nullable` is False."""
    column = Column(DateTime(timezone=True), nullable=nullable)
    return Field(default=None, sa_column=column) if nullable else Field(sa_column=column)


def _ids() -> Any:
    return Field(default_factory=list, sa_column=Column(ARRAY(Uuid), nullable=False))


def _bytes(*, nullable: bool = True) -> Any:
    column = Column(LargeBinary, nullable=nullable)
    return Field(default=None, sa_column=column) if nullable else Field(sa_column=column)


def _sealed() -> Any:
    return Field(default=None, sa_column=Column(SealedText, nullable=True))


def _named(states: frozenset[State]) -> str:
    return ", ".join(f"'{state}'" for state in sorted(states))


class Decision(Base, table=True):
    """A decision or a case on its way to one, by the id that its owner gave it. Holds ids and dates only, nothing of a case."""

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
    request_ids: list[UUID] = _ids()
    part_of: UUID | None = None
    escalates: list[UUID] = _ids()
    ended_at: datetime | None = _moment()


class Term(Base, table=True):
    """What a decision says from one of its versions on; never changed (R32, R102)."""

    __tablename__ = "decision_term"
    __table_args__ = (CheckConstraint("nature IN ('first', 'ordinary', 'substantial_atypical')", name="decision_term_nature"), KEPT)

    decision_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True)
    at: datetime = _moment(nullable=False)
    nature: str
    issuance: int
    expires_at: datetime | None = _moment()
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
    delivered_at: datetime = _moment(nullable=False)


class Participant(Base, table=True):
    """Who did something on an action, request, case or notice, by the opaque id of the bus (D13)."""

    __table_args__ = (KEPT,)

    about_id: UUID = Field(primary_key=True)
    sub: str = Field(primary_key=True)
    role: str = Field(primary_key=True)
    since: datetime = _moment(nullable=False)


class CaseFile(Base, table=True):
    """Which requests a case serves, so that who filed or handled one of them is found from the action on the case."""

    __tablename__ = "case_file"

    case_id: UUID = Field(primary_key=True)
    request_ids: list[UUID] = _ids()


class Appeal(Base, table=True):
    """One appeal. Who appeals and why lies under the appeal's own data key; hashes find the same person again."""

    __table_args__ = (
        CheckConstraint(f"state IN ({_named(frozenset(State))})", name="appeal_state"),
        CheckConstraint("route IN ('committee', 'staff', 'ca', 'counsel')", name="appeal_route"),
        CheckConstraint("role IN ('requester', 'subject')", name="appeal_role"),
        CheckConstraint(
            "state NOT IN ('with_counsel', 'accepted', 'refused_by_counsel')"
            " OR (verified_at IS NOT NULL AND reasons IS NOT NULL AND party IS TRUE AND issuance IS NOT NULL)",
            name="appeal_complete_before_counsel",
        ),
        CheckConstraint(
            "state NOT IN ('accepted', 'refused_by_counsel') OR (counsel_by IS NOT NULL AND counsel_at IS NOT NULL)",
            name="appeal_answered_by_counsel",
        ),
        CheckConstraint("state <> 'incomplete' OR answer_due_at IS NOT NULL", name="appeal_reasons_have_a_date"),
        CheckConstraint("state <> 'accepted' OR (target_at IS NOT NULL AND at_risk_at IS NOT NULL)", name="appeal_accepted_has_its_clock"),
        Index(
            "appeal_once",
            "decision_id",
            "issuance",
            "person",
            unique=True,
            postgresql_where=f"verified_at IS NOT NULL AND state NOT IN ({_named(HOLDS_NO_PLACE)})",
        ),
        Index("appeal_decision", "decision_id", "id"),
    )

    id: UUID = Field(primary_key=True)
    decision_kind: str
    decision_id: UUID
    role: str
    channel: str
    state: str
    route: str
    version: int = 1
    filed_at: datetime = _moment(nullable=False)
    filed_by: str
    matter: str | None = None
    issuance: int | None = None
    person: bytes = _bytes(nullable=False)
    email_hash: bytes | None = _bytes()
    user_hash: bytes | None = _bytes()
    name: Sealed | None = _sealed()
    email: Sealed | None = _sealed()
    wiki_user: Sealed | None = _sealed()
    reasons: Sealed | None = _sealed()
    claimed_informed_at: datetime | None = _moment()
    party: bool | None = None
    verified_how: Sealed | None = _sealed()
    verified_by: str | None = None
    verified_at: datetime | None = _moment()
    eligibility: list[dict[str, str]] = Field(default_factory=list, sa_column=Column(JSONB, nullable=False))
    policy_date: date = Field(sa_column=Column(Date, nullable=False))
    informed_at: datetime | None = _moment()
    deadline: datetime | None = _moment()
    policy_deadline: datetime | None = _moment()
    after_policy: bool = False
    on_claim: bool = False
    answer_due_at: datetime | None = _moment()
    counsel_by: str | None = None
    counsel_at: datetime | None = _moment()
    counsel_note: Sealed | None = _sealed()
    target_at: datetime | None = _moment()
    at_risk_at: datetime | None = _moment()
    clock_state: str | None = None

    @property
    def against(self) -> tuple[Reason, ...]:
        """What stands against it, as it was judged."""
        return tuple(Reason(**one) for one in self.eligibility)

    @property
    def clock(self) -> Clock | None:
        """The 28 days from acceptance, once there is one (D13)."""
        if self.target_at is None or self.at_risk_at is None:
            return None
        return Clock.model_validate({"target_at": self.target_at, "at_risk_at": self.at_risk_at, "state": self.clock_state})

    def public(self) -> AppealState:
        """Give what others may know of it."""
        return AppealState.model_validate(
            {
                "appeal_id": self.id,
                "decision": AppealedDecision.model_validate({"kind": self.decision_kind, "id": self.decision_id}),
                "matter_kind": self.matter,
                "issuance": self.issuance,
                "route": self.route,
                "state": self.state,
                "appellant_role": self.role,
                "appellant_verified": self.verified_at is not None,
                "filed_at": self.filed_at,
                "informed_at": self.informed_at,
                "deadline": self.deadline,
                "policy_deadline": self.policy_deadline,
                "answer_due_at": self.answer_due_at if self.state == State.INCOMPLETE else None,
                "ineligible_codes": tuple(reason.code for reason in self.against) if self.state == State.INELIGIBLE else (),
                "clock": self.clock,
            }
        )
