"""What callers are answered; the shapes of API.md and what counsel needs beside them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from kernel.decision import Reason
from pydantic import BaseModel, PlainSerializer

from appeals_svc import rules
from appeals_svc.model import AppellantRole, Channel, Outcome, Route, State
from appeals_svc.tables import Appeal, Ruling

Z = Annotated[datetime, PlainSerializer(lambda at: at.astimezone(UTC).isoformat().replace("+00:00", "Z"), return_type=str)]


class ReasonView(BaseModel):
    """One ground that stands against an appeal."""

    code: str
    says: str
    cite: str


class EligibilityView(BaseModel):
    """Whether it can be appealed, with every reason against it. `until` is absent where there is no limit, or no appeal.

    `routes` are who would answer: one, or where ca@ is open as well the two to choose from; none where there is no appeal.
    """

    granted: bool
    reasons: list[ReasonView]
    routes: list[Route]
    until: Z | None = None
    policy_until: Z | None = None

    @classmethod
    def of(cls, found: rules.Eligibility) -> Self:
        """Show what the rules answered."""
        reasons = _shown(found.decision.reasons)
        if found.window is None:
            return cls(granted=found.decision.granted, reasons=reasons, routes=[])
        until, policy_until = None if found.limitless else found.window.until, found.window.policy_until
        return cls(granted=found.decision.granted, reasons=reasons, routes=list(found.routes), until=until, policy_until=policy_until)


class JudgedView(BaseModel):
    """What the rules answered when the appeal was filed."""

    granted: bool
    reasons: list[ReasonView]


class ClockView(BaseModel):
    """The 28 days from counsel's approval (D13)."""

    target_at: Z
    at_risk_at: Z
    state: str
    extensions: list[dict[str, str]] = []


class DecisionView(BaseModel):
    """Which decision is appealed."""

    kind: str
    id: UUID


class AppealView(BaseModel):
    """An appeal. `deadline` is the later date of D7, `policy_deadline` the policy's own; `after_policy_deadline` tells counsel.

    `outcome_refused` are the codes with which the owner of the decision answered that it could not carry the outcome out.
    """

    id: UUID
    decision: DecisionView
    role: AppellantRole
    channel: Channel
    state: State
    route: Route
    eligibility: JudgedView
    filed_at: Z
    verified: bool
    deadline: Z | None = None
    policy_deadline: Z | None = None
    informed_at: Z | None = None
    after_policy_deadline: bool
    informed_by_claim: bool
    answer_due_at: Z | None = None
    requester_locked_out_until: Z | None = None
    clock: ClockView | None = None
    locale: str | None = None
    seats: int
    votes: int
    outcome: Outcome | None = None
    decided_at: Z | None = None
    outcome_refused: list[str] | None = None
    withdrawn_at: Z | None = None
    version: int

    @classmethod
    def of(cls, row: Appeal) -> Self:
        """Show a row."""
        against = row.against
        if row.verified_at is None and not against:
            against = (rules.NOT_VERIFIED,)
        clock = row.clock
        return cls(
            id=row.id,
            decision=DecisionView(kind=row.decision_kind, id=row.decision_id),
            role=AppellantRole(row.role),
            channel=Channel(row.channel),
            state=State(row.state),
            route=Route(row.route),
            eligibility=JudgedView(granted=not against, reasons=_shown(against)),
            filed_at=row.filed_at,
            verified=row.verified_at is not None,
            deadline=row.deadline,
            policy_deadline=row.policy_deadline,
            informed_at=row.informed_at,
            after_policy_deadline=row.after_policy,
            informed_by_claim=row.on_claim,
            answer_due_at=row.answer_due_at if row.state == State.INCOMPLETE else None,
            requester_locked_out_until=row.locked_out_until,
            clock=None if clock is None else ClockView(target_at=clock.target_at, at_risk_at=clock.at_risk_at, state=clock.state),
            locale=row.locale,
            seats=row.seats,
            votes=row.votes,
            outcome=None if row.outcome is None else Outcome(row.outcome),
            decided_at=row.decided_at,
            outcome_refused=row.outcome_refused,
            withdrawn_at=row.withdrawn_at,
            version=row.version,
        )


class AppellantView(BaseModel):
    """Who appeals, for the service that writes to them; every look is logged."""

    appeal_id: UUID
    role: AppellantRole
    name: str | None = None
    email: str | None = None
    wiki_user: str | None = None
    decision: DecisionView


class RulingView(BaseModel):
    """One question to the law: what was asked and answered, on which date of the policy, and whether it is answered the same today."""

    what: str
    at: Z
    policy_date: date
    facts: dict[str, Any]
    answer: dict[str, Any]
    same_again: bool

    @classmethod
    def of(cls, row: Ruling, *, same: bool) -> Self:
        """Show a row."""
        return cls(what=row.what, at=row.at, policy_date=row.policy_date, facts=row.facts, answer=row.answer, same_again=same)


class LetterView(BaseModel):
    """Why somebody appeals, for counsel; every look is logged."""

    appeal_id: UUID
    reasons: str | None = None
    translation: str | None = None
    verified_how: str | None = None
    claimed_informed_at: Z | None = None


def _shown(reasons: Iterable[Reason]) -> list[ReasonView]:
    return [ReasonView(code=one.code, says=one.says, cite=one.cite) for one in reasons]
