"""An appeal as it is kept, and what others may know of it (R102-R107, D7, D13, D14)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from chassis.crypto import Sealed
from contracts.appeal import AppealedDecision, AppealState
from contracts.envelope import Clock, OutcomeRefusal
from kernel.decision import Reason
from sqlalchemy import CheckConstraint, Column, Date, Index, String
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from appeals_svc.model import ANSWERABLE, HOLDS_NO_PLACE, Outcome, State
from appeals_svc.tables.columns import Base, digest, listed, moment, sealed

JUDGED = frozenset({State.WITH_COUNSEL, State.REFUSED_BY_COUNSEL, State.DECIDED}) | ANSWERABLE
"""What stands here was complete, verified and eligible when it came before counsel."""


class Appeal(Base, table=True):
    """One appeal. Who appeals and why lies under the appeal's own data key; hashes find the same person again."""

    __table_args__ = (
        CheckConstraint(f"state IN ({listed(State)})", name="appeal_state"),
        CheckConstraint("route IN ('committee', 'staff', 'ca', 'counsel')", name="appeal_route"),
        CheckConstraint("role IN ('requester', 'subject')", name="appeal_role"),
        CheckConstraint(
            f"state NOT IN ({listed(JUDGED)})"
            " OR (verified_at IS NOT NULL AND reasons IS NOT NULL AND party IS TRUE AND issuance IS NOT NULL)",
            name="appeal_complete_before_counsel",
        ),
        CheckConstraint(
            f"state NOT IN ({listed(JUDGED - {State.WITH_COUNSEL})}) OR (counsel_by IS NOT NULL AND counsel_at IS NOT NULL)",
            name="appeal_answered_by_counsel",
        ),
        CheckConstraint("state <> 'incomplete' OR answer_due_at IS NOT NULL", name="appeal_reasons_have_a_date"),
        CheckConstraint(
            f"state NOT IN ({listed(ANSWERABLE)}) OR (target_at IS NOT NULL AND at_risk_at IS NOT NULL)",
            name="appeal_accepted_has_its_clock",
        ),
        CheckConstraint(
            "(state = 'decided') = (outcome IS NOT NULL AND decided_at IS NOT NULL AND reply IS NOT NULL)", name="appeal_decided_with_reply"
        ),
        CheckConstraint(f"outcome IN ({listed(Outcome)})", name="appeal_outcome"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="appeal_withdrawn"),
        Index(
            "appeal_once",
            "decision_id",
            "issuance",
            "person",
            unique=True,
            postgresql_where=f"verified_at IS NOT NULL AND state NOT IN ({listed(HOLDS_NO_PLACE)})"
            " AND (state <> 'withdrawn' OR counsel_at IS NOT NULL)",
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
    filed_at: datetime = moment(nullable=False)
    filed_by: str
    matter: str | None = None
    issuance: int | None = None
    person: bytes = digest(nullable=False)
    email_hash: bytes | None = digest()
    user_hash: bytes | None = digest()
    name: Sealed | None = sealed()
    email: Sealed | None = sealed()
    wiki_user: Sealed | None = sealed()
    reasons: Sealed | None = sealed()
    claimed_informed_at: datetime | None = moment()
    party: bool | None = None
    verified_how: Sealed | None = sealed()
    verified_by: str | None = None
    verified_at: datetime | None = moment()
    eligibility: list[dict[str, str]] = Field(default_factory=list, sa_column=Column(JSONB, nullable=False))
    policy_date: date = Field(sa_column=Column(Date, nullable=False))
    informed_at: datetime | None = moment()
    deadline: datetime | None = moment()
    policy_deadline: datetime | None = moment()
    after_policy: bool = False
    on_claim: bool = False
    locked_out_until: datetime | None = moment()
    answer_due_at: datetime | None = moment()
    counsel_by: str | None = None
    counsel_at: datetime | None = moment()
    counsel_note: Sealed | None = sealed()
    target_at: datetime | None = moment()
    at_risk_at: datetime | None = moment()
    clock_state: str | None = None
    locale: str | None = None
    translation: Sealed | None = sealed()
    translated_by: str | None = None
    # Why those who judge must know who asked for the case; without it they do not (D13).
    requester_needed: Sealed | None = sealed()
    seats: int = 0
    votes: int = 0
    votes_opened_at: datetime | None = moment()
    counts: dict[str, int] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True), nullable=True))
    outcome: str | None = None
    decided_at: datetime | None = moment()
    decided_by: str | None = None
    reply: Sealed | None = sealed()
    conditions: Sealed | None = sealed()
    outcome_refused: list[str] | None = Field(default=None, sa_column=Column(ARRAY(String), nullable=True))
    outcome_refused_at: datetime | None = moment()
    withdrawn_at: datetime | None = moment()

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

    @property
    def outcome_refusal(self) -> OutcomeRefusal | None:
        """Why the owner of the decision could not carry out the outcome."""
        return None if self.outcome_refused is None else OutcomeRefusal(appeal_id=self.id, codes=tuple(self.outcome_refused))

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
                "seats": self.seats,
                "votes": self.votes,
                "outcome": self.outcome,
                "decided_at": self.decided_at,
                "outcome_refusal": self.outcome_refusal,
            }
        )
