"""The chain over a modification: signed like that over a decision, also by a delegate, over the modification's own digest (D1, D26)."""

from uuid import UUID

from chassis.edge import Edge, new_id
from kernel.actor import Performer
from kernel.decision import Decision
from kernel.kinds import Kind
from kernel.review import Course, Level, Review, ReviewState, Verdict, may_sign, state_of
from kernel.review.chain import Chain
from sqlmodel import col, select

from ban_svc import rules
from ban_svc.actions.change import note_change
from ban_svc.actions.delegation import delegations_of
from ban_svc.actions.life import is_involved, life_of
from ban_svc.actions.matter import roles_of
from ban_svc.actions.modification.text import read_modification
from ban_svc.actions.text import write_note
from ban_svc.model import ActionSpec, Route
from ban_svc.tables import Action, Delegation, Modification, ModificationSignature, Recusal

_AFTER = {ReviewState.APPROVED: "approved", ReviewState.DECLINED: "declined", ReviewState.RETURNED: "returned"}


async def is_of_modification(edge: Edge, action_id: UUID, digest: str) -> bool:
    """Tell whether a digest is that of a modification of the action, and not of the action itself."""
    found = select(Modification.id).where(Modification.action_id == action_id, Modification.digest == digest)
    return await edge.session.scalar(found) is not None


async def is_modification_approved(edge: Edge, action_id: UUID) -> bool:
    """Tell whether the chain has approved a modification that is to be put into force."""
    found = select(Modification.id).where(Modification.action_id == action_id, Modification.state == "approved")
    return await edge.session.scalar(found) is not None


async def had_part(edge: Edge, action: Action, person: str) -> bool:
    """Tell whether somebody put a decision into force, or proposed, signed or confirmed a modification of it: who did cannot undo that by
    stepping aside.
    """  # noqa: D205 - one sentence
    signed = select(ModificationSignature.modification_id).where(ModificationSignature.by == person)
    theirs = (col(Modification.by) == person) | (col(Modification.confirmed_by) == person) | col(Modification.id).in_(signed)
    modified = select(Modification.id).where(Modification.action_id == action.id, theirs).limit(1)
    return action.performed_by == person or await edge.session.scalar(modified) is not None


async def sign_modification(edge: Edge, action_id: UUID, *, level: Level, verdict: Verdict, digest: str, note: str) -> Action:
    """Sign one level of the chain over a modification, in its turn and in the role of its name, or for somebody who delegated it.

    Raises:
        Refused: with every reason why this person may not sign this level of it now.
    """
    action = await edge.lock(Action, action_id, "action")
    named = select(Modification).where(Modification.action_id == action.id, Modification.digest == digest)
    modification = (await edge.session.scalars(named)).one()
    facts = await life_of(edge, action, modification)
    may_be_signed = rules.is_in_force(facts) & rules.is_signed(modification.waiting(), modification.state)
    (may_be_signed & rules.may_work_on(Kind(action.kind), roles_of(edge))).or_refuse()
    review = await review_of_modification(edge, action, modification, involved=facts.involved)
    roles, for_another = roles_of(edge), Decision()
    delegation = None if level.role in roles else await _delegation(edge, action, modification, review, level)
    if delegation is not None:
        for_another = await _may_sign_for(edge, action, modification, review, delegation)
    held = level.role in roles or delegation is not None
    (may_sign(review, by=edge.by.id, level=level, verdict=verdict, digest=digest, role_held=held) & for_another).or_refuse()
    edge.by = Performer(role=level.role.value, id=edge.by.id)
    written = await write_note(edge, action, "modification_review", note)
    signature = ModificationSignature(
        id=new_id(),
        modification_id=modification.id,
        level=level,
        by=edge.by.id,
        verdict=verdict,
        ordinal=len(review.signatures) + 1,
        note_id=written.id,
        delegation_id=delegation.id if delegation else None,
        at=edge.now,
    )
    edge.session.add(signature)
    await edge.session.flush()
    heard = state_of(await review_of_modification(edge, action, modification, involved=facts.involved))
    modification.state = _AFTER.get(heard, modification.state)
    note_change(edge, action, "modification_reviewed" if heard is ReviewState.OPEN else f"modification_{heard}", prior_state=action.state)
    return action


async def review_of_modification(edge: Edge, action: Action, modification: Modification, *, involved: bool = False) -> Review:
    """Gather the facts of the review of a modification, as they stand for whoever acts now."""
    given = select(ModificationSignature).where(ModificationSignature.modification_id == modification.id)
    signatures = list(await edge.session.scalars(given.order_by(col(ModificationSignature.ordinal))))
    recused = await edge.session.scalars(select(Recusal.by).where(Recusal.action_id == action.id))
    levels = tuple(Level(level) for level in modification.levels)
    return Review(
        kind=Kind(action.kind),
        course=Course.ACT,
        chain=Chain(Kind(action.kind), Course.ACT, levels, levels, optional_of(action), modification.approvals, "D26"),
        digest=modification.digest,
        evaluator=modification.by,
        signatures=tuple(one.facts(modification.digest) for one in signatures),
        recused=frozenset(recused),
        involved=frozenset({edge.by.id} if involved else ()),
    )


async def latest_modification(edge: Edge, action: Action, *, opened: bool) -> tuple[Modification, Review | None, ActionSpec | None] | None:
    """Give the latest modification with its review, where the chain signs it, and its text, where the access was logged."""
    if action.enacted_at is None:
        return None
    mine = select(Modification).where(Modification.action_id == action.id).order_by(col(Modification.id).desc()).limit(1)
    row = (await edge.session.scalars(mine)).one_or_none()
    if row is None:
        return None
    review = await review_of_modification(edge, action, row) if row.route == Route.CHAIN else None
    return row, review, await read_modification(edge, action, row) if opened else None


def optional_of(action: Action) -> frozenset[Level]:
    """Give the levels that the evaluator chose beside those that the matrix asks."""
    return frozenset(Level(level) for level in action.optional_levels)


async def _delegation(edge: Edge, action: Action, modification: Modification, review: Review, level: Level) -> Delegation | None:
    """Find the delegation under which this person signs: one by somebody who may sign it, where there is one."""
    found = await delegations_of(edge, level, edge.by.id)
    free = [one for one in found if await _may_sign_for(edge, action, modification, review, one)]
    return next(iter(free or found), None)


async def _may_sign_for(edge: Edge, action: Action, modification: Modification, review: Review, delegation: Delegation) -> Decision:
    involved = frozenset({delegation.by} if await is_involved(edge, delegation.by, action, modification) else ())
    return rules.may_sign_for(delegation.facts(), review, involved=involved)
