"""How a decision is shown: what is sealed in it only to a caller who said why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.audit import log_access
from chassis.crypto import reveal
from chassis.edge import Edge
from kernel.kinds import Kind
from kernel.review import Course, Review, Step, approvals_of, state_of, steps_of
from sqlmodel import col, select

from ban_svc import rules
from ban_svc.actions.modification import latest_modification, texts_of
from ban_svc.actions.refusal import turned_down
from ban_svc.actions.reversals import URL
from ban_svc.actions.review import review_facts
from ban_svc.actions.text import open_notes, open_spec
from ban_svc.actions.waiting import Proposed, proposed_on, texts_by_id, waiting_on
from ban_svc.api.shapes import ActionView, ModificationView, PerformerView, ProposalView, ReviewView, TurnedDownView
from ban_svc.model import ActionSpec, Effect
from ban_svc.tables import Action, Enforcement, Modification, Note, Permission, Signature


async def view(edge: Edge, action: Action, *, spec: ActionSpec | None = None) -> ActionView:
    """Show one action; what is sealed in it only to a caller who said why, and logged. `spec` is what the caller sent just now."""
    rows = await _rows_of(edge, [action])
    # A step of ours that opened the text gave itself as the reason; the caller gave none, and is shown none of it.
    if edge.access_reason is None or edge.access_reason == edge.operation:
        return await _with_life(edge, action, _shown(action, rows, spec=spec), opened=False)
    await log_access(edge, "action", action.id)
    urls = {effect.id: await reveal(edge, effect.url, place=URL) for effect in rows.effects if effect.url is not None}
    text, notes = await open_spec(edge, action), await _notes_of(edge, action, rows.signatures)
    texts = await texts_of(edge, action) if rows.effects else []
    named = rules.named_by_effects(texts, on=edge.now.date())
    return await _with_life(edge, action, _shown(action, rows, spec=text, notes=notes, urls=urls, named=named), opened=True)


async def _with_life(edge: Edge, action: Action, shown: ActionView, *, opened: bool) -> ActionView:
    """Add what waits for a second person, and the latest modification; the texts to whoever may see what is sealed."""
    waits = await waiting_on(edge, action)
    latest = await latest_modification(edge, action, opened=opened)
    proposals = [_proposal(one) for one in await proposed_on(edge, action)] if waits and opened else []
    refused = [_turned_down(note, reason) for note, reason in await turned_down(edge, action)] if opened else []
    return shown.model_copy(
        update={
            "waits_for_second": waits or None,
            "proposals": proposals or None,
            "turned_down": refused or None,
            "modification": _modification(*latest, note=await _note_of(edge, action, latest[0]) if opened else None) if latest else None,
        }
    )


def _proposal(one: Proposed) -> ProposalView:
    row = one.row
    until = row.until if isinstance(row, Permission) else None
    return ProposalView(what=one.what, by=row.by, at=row.at, reason=one.reason, note=one.note, scope=one.scope, until=until)


async def _note_of(edge: Edge, action: Action, modification: Modification) -> str | None:
    return (await texts_by_id(edge, action, [modification.note_id])).get(modification.note_id)


def _turned_down(note: Note, reason: str) -> TurnedDownView:
    what, _, how = note.about.partition("_")
    how = {"refusal": "refused", "withdrawal": "withdrawn"}[how]
    return TurnedDownView.model_validate({"what": what, "how": how, "by": note.by, "at": note.at, "reason": reason})


def _modification(row: Modification, review: Review | None, spec: ActionSpec | None, *, note: str | None) -> ModificationView:
    return ModificationView(
        digest=row.digest,
        nature=row.nature,
        route=row.route,
        state=row.state,
        remarks=row.reasons,
        by=PerformerView(role="team_manager" if row.manages else "evaluator", id=row.by),
        at=row.at,
        review=_reviewed(review) if review else None,
        spec=spec,
        note=note,
    )


def _reviewed(review: Review) -> ReviewView:
    return ReviewView.model_validate(
        {
            "course": review.course,
            "digest": review.digest,
            "steps": [
                {"level": step.level, "required": step.required, "state": step.state, "by": step.by, "at": step.at}
                for step in steps_of(review)
            ],
            "approvals": approvals_of(review),
            "state": state_of(review),
        }
    )


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
    owed = col(Enforcement.over_at).is_(None)
    effects = select(Enforcement).where(col(Enforcement.action_id).in_(ids), owed).order_by(col(Enforcement.id))
    return _Rows(list(await edge.session.scalars(signatures)), list(await edge.session.scalars(effects)))


def _shown(
    action: Action,
    rows: _Rows,
    *,
    spec: ActionSpec | None = None,
    notes: Mapping[UUID, str] | None = None,
    urls: Mapping[UUID, str] | None = None,
    named: Mapping[Effect, str] | None = None,
) -> ActionView:
    signatures = [one for one in rows.signatures if one.action_id == action.id and one.digest == action.digest]
    review = review_facts(action, signatures)
    return ActionView.model_validate(
        {
            **{name: getattr(action, name) for name in _AS_IT_IS},
            "review": {
                "course": action.course,
                "digest": action.digest,
                # What was not decided here has no chain.
                "steps": [_step(step, signatures, notes or {}) for step in steps_of(review)] if action.origin == "decided" else [],
                "approvals": approvals_of(review),
                "state": action.review_state,
                "remarks": _remarks(action, spec),
            },
            "binds_as": list(rules.capacities_of(Kind(action.kind), on=action.policy_date)) or None,
            "notice_withheld": action.notice_withheld or None,
            "imposed_by": action.imposed_by if action.imposed_by != "foundation" else None,
            "spec": spec,
            "authorised_by": [{"role": one.level, "id": one.by} for one in signatures if one.verdict == "approve"],
            "performed_by": performer_of(action),
            "enforcement": [_effect(effect, urls or {}, named or {}) for effect in rows.effects if effect.action_id == action.id],
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
    "emergency",
    "permitted_until",
    "ended_at",
    "version",
)


def performer_of(action: Action) -> PerformerView | None:
    """Tell who enacted it, in which role: what protects children in that of the named group (D4)."""
    if action.performed_by is None:
        return None
    return PerformerView(role="child_protection" if action.kind == Kind.CHILD_PROTECTION else "enforcer", id=action.performed_by)


def _remarks(action: Action, spec: ActionSpec | None) -> list[str] | None:
    """Say what is unusual in a text, and what it leaves to those who sign; nothing of what was not decided here."""
    if spec is None or action.origin != "decided":
        return None
    return [one.code for one in rules.remarks(spec, Course(action.course), on=action.policy_date)] or None


def _step(step: Step, signatures: Sequence[Signature], notes: Mapping[UUID, str]) -> dict[str, object]:
    note = next((notes.get(one.note_id) for one in signatures if one.level == step.level), None)
    return {"level": step.level, "required": step.required, "state": step.state, "by": step.by, "at": step.at, "note": note}


def _effect(effect: Enforcement, urls: Mapping[UUID, str], named: Mapping[Effect, str]) -> dict[str, object]:
    receipt = (
        {
            "log_id": effect.log_id,
            "revision_id": effect.revision_id,
            "url": urls.get(effect.id),
            "bars": effect.bars,
            "marked": effect.marked,
        }
        if effect.state in ("done", "drifted")
        else None
    )
    said = {"wiki": effect.wiki, "effect": effect.effect, "state": effect.state, "of": named.get(Effect(effect.wiki, effect.effect))}
    return {**said, "receipt": receipt, "still_marked": effect.still_marked}


async def _notes_of(edge: Edge, action: Action, signatures: Sequence[Signature]) -> dict[UUID, str]:
    wanted = select(Note).where(col(Note.id).in_([signature.note_id for signature in signatures if signature.digest == action.digest]))
    return await open_notes(edge, action, list(await edge.session.scalars(wanted)))
