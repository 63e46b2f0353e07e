"""What intake answers: ids, states and dates; sealed texts only where their access was logged (API: intake)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from kernel.deadline import ExtensionCause
from pydantic import BaseModel

from intake_svc.actions.recommendation import Recommended
from intake_svc.actions.resolution import Read
from intake_svc.model.alert import AlertKind
from intake_svc.model.case import CaseState, Priority
from intake_svc.model.request import Channel, RequestState, Standing, Team
from intake_svc.model.resolution import OTHER, How, ResolutionState
from intake_svc.rules.problems import PROBLEMS
from intake_svc.tables import Alert, Case, ExtensionRow, Recommendation, Request, Resolution


class ReasonView(BaseModel):
    """A reason: its code, what it says, and the rule it rests on."""

    code: str
    says: str
    cite: str


class RequestView(BaseModel):
    """A request. `letter_id` is the one whose letter told of this matter too, when a person split it off."""

    id: UUID
    kind: str
    state: RequestState
    team: Team
    missing: list[ReasonView]
    case_id: UUID | None = None
    received_at: datetime
    acknowledged_at: datetime | None = None
    similar_to: UUID | None = None
    duplicate_of: UUID | None = None
    letter_id: UUID | None = None

    @classmethod
    def of(cls, row: Request, *, to_staff: bool = False) -> Self:
        """Show a row."""
        return cls(
            id=row.id,
            kind=row.kind,
            state=RequestState(row.state),
            team=Team(row.team),
            missing=[ReasonView(code=one.code, says=one.says, cite=one.cite) for one in row.missing()],
            case_id=row.case_id,
            received_at=row.received_at,
            acknowledged_at=row.acknowledged_at,
            letter_id=row.letter_id,
            # That others ask the same is nothing that a requester's desk is told.
            similar_to=row.similar_to if to_staff else None,
            duplicate_of=row.duplicate_of if to_staff else None,
        )


class ExtensionView(BaseModel):
    """A later target, its cause and its author."""

    until: datetime
    cause: ExtensionCause
    by: str
    at: datetime


class ClockView(BaseModel):
    """A clock. Target and risk are the first ones, which stay on record; the last extension's `until` is the target that counts now."""

    target_at: datetime
    at_risk_at: datetime
    state: str
    extensions: list[ExtensionView]


class CaseView(BaseModel):
    """A case."""

    id: UUID
    kind: str
    state: CaseState
    team: Team
    assignee: str | None = None
    priority: Priority
    received_at: datetime
    clock: ClockView | None = None
    request_ids: list[UUID]
    action_ids: list[UUID]
    outcome: str | None = None
    reports: int
    version: int

    @classmethod
    def of(cls, row: Case, extensions: Sequence[ExtensionRow], *, now: datetime) -> Self:
        """Show a row as it stands now."""
        clock = None
        if row.target_at is not None and row.at_risk_at is not None:
            made = [ExtensionView(until=one.until, cause=ExtensionCause(one.cause), by=one.by, at=one.at) for one in extensions]
            clock = ClockView(target_at=row.target_at, at_risk_at=row.at_risk_at, state=row.clock_state or "", extensions=made)
        return cls(
            id=row.id,
            kind=row.kind,
            state=CaseState(row.state),
            team=Team(row.team),
            assignee=row.facts().held_by(now),
            priority=Priority(row.priority),
            received_at=row.received_at,
            clock=clock,
            request_ids=row.request_ids,
            action_ids=row.action_ids,
            outcome=row.outcome,
            reports=row.reports,
            version=row.version,
        )


class RecommendationView(BaseModel):
    """A recommendation; `spec` only for the service that makes the action of it."""

    recommendation_id: UUID
    case_id: UUID
    course: str
    evaluator: str
    optional_levels: list[str]
    spec: dict[str, Any] | None = None
    digest: str
    recommended_at: datetime

    @classmethod
    def of(cls, row: Recommendation, spec: dict[str, Any] | None = None) -> Self:
        """Show a row."""
        return cls(
            recommendation_id=row.id,
            case_id=row.case_id,
            course=row.course,
            evaluator=row.evaluator,
            optional_levels=row.optional_levels,
            spec=spec,
            digest=row.digest,
            recommended_at=row.at,
        )


class RecommendedView(RecommendationView):
    """A recommendation as it was made, with what was still open of the evaluation."""

    open_points: list[ReasonView] | None = None

    @classmethod
    def made(cls, made: Recommended) -> Self:
        """Show what was made."""
        shown = cls.of(made.row)
        shown.open_points = [ReasonView(code=one.code, says=one.says, cite=one.cite) for one in made.open_points] or None
        return shown


class PerformerView(BaseModel):
    """Who did it."""

    role: str
    id: str


class TimelineItem(BaseModel):
    """One thing that happened."""

    at: datetime
    what: str
    by: PerformerView
    cite: str | None = None
    reasons: list[ReasonView] | None = None
    event_id: UUID | None = None

    @classmethod
    def of(cls, row: Any, similar: Mapping[UUID, UUID]) -> Self:
        """Show a row of the trail."""
        _, _, did = row.operation.partition(":")
        what = did.replace(":", " ").replace("_", " ")
        if row.outcome == "refused":
            what = f"refused: {what}"
        elif did == "request:linked" and row.aggregate_id in similar:
            what = f"request linked to {similar[row.aggregate_id]}"
        reasons = [
            ReasonView(code=code, says=PROBLEMS.get(code, code.replace("_", " ").capitalize() + "."), cite=cite)
            for code, cite in zip(row.reasons, row.cites, strict=True)
        ]
        return cls(
            at=row.law_at,
            what=what,
            by=PerformerView(role=row.role, id=row.sub),
            cite=reasons[0].cite if reasons else None,
            reasons=reasons or None,
            event_id=row.event_id,
        )


class RequesterView(BaseModel):
    """Who asked, as they said; where it was deferred, whom the letter points to, and where it was refused, on which grounds."""

    request_id: UUID
    standing_as: Standing
    pointers: list[str] | None = None
    refused_because: list[str] | None = None
    name: str | None = None
    email: str | None = None
    wiki_user: str | None = None


class LetterView(BaseModel):
    """The words of a letter that was passed on."""

    request_id: UUID
    kind: str
    channel: Channel
    text: str
    received_at: datetime
    received_by_agent_at: datetime | None = None


class ResolutionView(BaseModel):
    """How a matter is to end, or ended, without an action; its words only where the look was logged."""

    id: UUID
    case_id: UUID | None = None
    request_id: UUID | None = None
    how: How
    grounds: list[str]
    state: ResolutionState
    by: str
    at: datetime
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None
    note: str | None = None
    confirmation: str | None = None
    reopening: str | None = None

    @classmethod
    def of(cls, row: Resolution) -> Self:
        """Show a row without its words."""
        return cls(
            id=row.id,
            case_id=row.case_id,
            request_id=row.request_id,
            how=How(row.how),
            grounds=row.grounds,
            state=ResolutionState(row.state),
            by=row.by,
            at=row.at,
            confirmed_by=row.confirmed_by,
            confirmed_at=row.confirmed_at,
        )

    @classmethod
    def whole(cls, read: Read) -> Self:
        """Show a row with its words, the texts of its grounds among them."""
        words = {"note": read.note, "confirmation": read.confirmation, "reopening": read.reopening}
        codes = [one for one in read.row.grounds if one != OTHER]
        return cls.of(read.row).model_copy(update={**words, "grounds": [*codes, *(f"{OTHER}: {text}" for text in read.texts)]})


class AlertView(BaseModel):
    """What passed between a case and the authorities."""

    id: UUID
    kind: AlertKind
    happened_at: datetime
    authority: str
    why: str
    note: str
    by: str
    at: datetime

    @classmethod
    def of(cls, row: Alert, words: Mapping[str, str]) -> Self:
        """Show a row with its words."""
        return cls(id=row.id, kind=AlertKind(row.kind), happened_at=row.happened_at, by=row.by, at=row.at, **words)


class PartyView(BaseModel):
    """Whether they are who asked."""

    party: bool
