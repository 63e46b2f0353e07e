"""The answers, in the shapes of API.md; absent is never null."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

from chassis.crypto import reveal
from chassis.edge import Edge
from kernel.review import approvals_of, steps_of
from pydantic import BaseModel, PlainSerializer
from sqlmodel import col, select

from ban_svc.actions.enforcement import URL
from ban_svc.actions.review import review_of, signatures_of
from ban_svc.actions.text import open_notes, open_spec
from ban_svc.model import AccountRef, ActionSpec
from ban_svc.tables import Action, Enforcement, Note, Signature


def _as_text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


Moment = Annotated[datetime, PlainSerializer(_as_text, return_type=str, when_used="json")]


class PerformerView(BaseModel):
    """Who did it: a role and an opaque id."""

    role: str
    id: str


class StepView(BaseModel):
    """One level of the chain; its note is shown to whoever gave a reason to read the action."""

    level: str
    required: bool
    state: Literal["waiting", "open", "approved", "dissented", "returned", "skipped"]
    by: str | None = None
    at: Moment | None = None
    note: str | None = None


class ReviewView(BaseModel):
    """How the review of the present text stands."""

    course: Literal["act", "no_action"]
    digest: str
    steps: list[StepView]
    approvals: int
    state: Literal["open", "approved", "declined", "returned"]


class ReceiptView(BaseModel):
    """The proof of an effect; an address of a page is shown to whoever gave a reason to read the action."""

    log_id: int | None = None
    revision_id: int | None = None
    url: str | None = None


class EnforcementView(BaseModel):
    """One effect on one wiki."""

    wiki: str
    effect: str
    state: Literal["waiting", "done"]
    receipt: ReceiptView | None = None


class ActionView(BaseModel):
    """A decision. `spec`, which names the person, is there for whoever proposed it or gave X-Access-Reason, and in no list."""

    id: UUID
    case_id: UUID | None = None
    notice_id: UUID | None = None
    kind: str
    origin: Literal["decided", "recorded"]
    state: str
    review: ReviewView
    spec: ActionSpec | None = None
    authorised_by: list[PerformerView]
    performed_by: PerformerView | None = None
    individual_id: UUID | None = None
    acting_account: Literal["wmfoffice", "staff"] | None = None
    enacted_at: Moment | None = None
    expires_at: Moment | None = None
    emergency: bool = False
    enforcement: list[EnforcementView]
    version: int


class SubjectView(BaseModel):
    """Whom an action is against, for the services that write to them or hear them."""

    action_id: UUID
    kind: str
    individual_id: UUID | None = None
    accounts: list[AccountRef]
    enacted_at: Moment | None = None
    expires_at: Moment | None = None
    irrevocable: bool
    warning: str | None = None
    reapply_criteria: list[str] | None = None
    no_rights_until: Moment | None = None


class PartyView(BaseModel):
    """Whether the one asked about is the person."""

    party: bool


class ReasonView(BaseModel):
    """A ground that stood against a step, or a remark that went with it."""

    code: str
    says: str
    cite: str


class TimelineItem(BaseModel):
    """One step, done or refused."""

    at: Moment
    what: str
    by: PerformerView | None = None
    cite: str | None = None
    reasons: list[ReasonView] | None = None
    event_id: UUID | None = None


class TimelineView(BaseModel):
    """Everything that happened, or was tried, in order."""

    items: list[TimelineItem]


async def view(edge: Edge, action: Action, *, spec: ActionSpec | None = None) -> ActionView:
    """Show one action; what is sealed in it only to a caller who said why, and logged. `spec` is what the caller sent just now."""
    signatures = await signatures_of(edge, action)
    effects = list(await edge.session.scalars(select(Enforcement).where(Enforcement.action_id == action.id).order_by(col(Enforcement.id))))
    notes: dict[UUID, str] = {}
    reading = edge.access_reason is not None and edge.access_reason != edge.operation
    if reading:
        spec = await open_spec(edge, action)
        notes = await _notes_of(edge, action, signatures)
    by_level = {signature.level: signature for signature in signatures}
    review = await review_of(edge, action)
    steps = [
        StepView(
            level=step.level,
            required=step.required,
            state=step.state.value,
            by=step.by,
            at=step.at,
            note=notes.get(by_level[step.level].note_id) if step.by else None,
        )
        for step in steps_of(review)
    ]
    return ActionView(
        id=action.id,
        case_id=action.case_id,
        notice_id=action.notice_id,
        kind=action.kind,
        origin=action.origin,
        state=action.state,
        review=ReviewView.model_validate(
            {
                "course": action.course,
                "digest": action.digest,
                "steps": steps,
                "approvals": approvals_of(review),
                "state": action.review_state,
            }
        ),
        spec=spec,
        authorised_by=[PerformerView(role=one.level, id=one.by) for one in signatures if one.verdict == "approve"],
        performed_by=PerformerView(role="enforcer", id=action.performed_by) if action.performed_by else None,
        individual_id=action.individual_id,
        acting_account=action.acting_account,
        enacted_at=action.enacted_at,
        expires_at=action.expires_at,
        enforcement=[await _effect(edge, effect, reading=reading) for effect in effects],
        version=action.version,
    )


async def _notes_of(edge: Edge, action: Action, signatures: Sequence[Signature]) -> dict[UUID, str]:
    wanted = select(Note).where(col(Note.id).in_([signature.note_id for signature in signatures]))
    return await open_notes(edge, action, list(await edge.session.scalars(wanted)))


async def _effect(edge: Edge, effect: Enforcement, *, reading: bool) -> EnforcementView:
    url = await reveal(edge, effect.url, place=URL) if effect.url is not None and reading else None
    receipt = ReceiptView(log_id=effect.log_id, revision_id=effect.revision_id, url=url) if effect.state == "done" else None
    return EnforcementView(wiki=effect.wiki, effect=effect.effect, state=effect.state, receipt=receipt)
