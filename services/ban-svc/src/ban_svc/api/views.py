"""The answers, in the shapes of API.md; absent is never null."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

from chassis.audit import log_access
from chassis.crypto import reveal
from chassis.edge import Edge
from kernel.review import Step, approvals_of, steps_of
from pydantic import BaseModel, PlainSerializer
from sqlmodel import col, select

from ban_svc.actions.enforcement import URL
from ban_svc.actions.review import review_facts
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


class IndividualView(BaseModel):
    """A person on record, with the accounts that are confirmed to be theirs."""

    id: UUID
    accounts: list[AccountRef]


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
    rows = await _rows_of(edge, [action])
    # A step of ours that opened the text gave itself as the reason; the caller gave none, and is shown none of it.
    if edge.access_reason is None or edge.access_reason == edge.operation:
        return _shown(action, rows, spec=spec)
    await log_access(edge, "action", action.id)
    urls = {effect.id: await reveal(edge, effect.url, place=URL) for effect in rows.effects if effect.url is not None}
    return _shown(action, rows, spec=await open_spec(edge, action), notes=await _notes_of(edge, action, rows.signatures), urls=urls)


async def view_list(edge: Edge, actions: Sequence[Action]) -> list[ActionView]:
    """Show many actions with what is sealed in none of them, in two queries."""
    rows = await _rows_of(edge, actions)
    return [_shown(action, rows) for action in actions]


@dataclass(frozen=True, slots=True)
class _Rows:
    """What belongs to the actions shown: signatures over whatever text, in turn, and effects, as they were named."""

    signatures: Sequence[Signature]
    effects: Sequence[Enforcement]


async def _rows_of(edge: Edge, actions: Sequence[Action]) -> _Rows:
    ids = [action.id for action in actions]
    signatures = select(Signature).where(col(Signature.action_id).in_(ids)).order_by(col(Signature.ordinal))
    effects = select(Enforcement).where(col(Enforcement.action_id).in_(ids)).order_by(col(Enforcement.id))
    return _Rows(list(await edge.session.scalars(signatures)), list(await edge.session.scalars(effects)))


def _shown(
    action: Action,
    rows: _Rows,
    *,
    spec: ActionSpec | None = None,
    notes: Mapping[UUID, str] | None = None,
    urls: Mapping[UUID, str] | None = None,
) -> ActionView:
    signatures = [one for one in rows.signatures if one.action_id == action.id and one.digest == action.digest]
    review = review_facts(action, signatures)
    return ActionView.model_validate(
        {
            **{name: getattr(action, name) for name in _AS_IT_IS},
            "review": {
                "course": action.course,
                "digest": action.digest,
                "steps": [_step(step, signatures, notes or {}) for step in steps_of(review)],
                "approvals": approvals_of(review),
                "state": action.review_state,
            },
            "spec": spec,
            "authorised_by": [{"role": one.level, "id": one.by} for one in signatures if one.verdict == "approve"],
            "performed_by": {"role": "enforcer", "id": action.performed_by} if action.performed_by else None,
            "enforcement": [_effect(effect, urls or {}) for effect in rows.effects if effect.action_id == action.id],
        }
    )


_AS_IT_IS = (
    "id",
    "case_id",
    "notice_id",
    "kind",
    "origin",
    "state",
    "individual_id",
    "acting_account",
    "enacted_at",
    "expires_at",
    "version",
)


def _step(step: Step, signatures: Sequence[Signature], notes: Mapping[UUID, str]) -> dict[str, object]:
    note = next((notes.get(one.note_id) for one in signatures if one.level == step.level), None)
    return {"level": step.level, "required": step.required, "state": step.state, "by": step.by, "at": step.at, "note": note}


def _effect(effect: Enforcement, urls: Mapping[UUID, str]) -> dict[str, object]:
    receipt = {"log_id": effect.log_id, "revision_id": effect.revision_id, "url": urls.get(effect.id)} if effect.state == "done" else None
    return {"wiki": effect.wiki, "effect": effect.effect, "state": effect.state, "receipt": receipt}


async def _notes_of(edge: Edge, action: Action, signatures: Sequence[Signature]) -> dict[UUID, str]:
    wanted = select(Note).where(col(Note.id).in_([signature.note_id for signature in signatures if signature.digest == action.digest]))
    return await open_notes(edge, action, list(await edge.session.scalars(wanted)))
