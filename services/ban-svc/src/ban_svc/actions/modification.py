"""Changing a decision in force: proposed, signed by the chain or by two people, put into force (R29-R31, R102, R103, D26)."""

from collections.abc import Mapping
from dataclasses import replace as changed_to
from typing import Any
from uuid import UUID

from chassis.audit import log_access
from chassis.crypto import data_key, reveal
from chassis.edge import Edge, new_id
from chassis.ticker import cancel, schedule
from kernel.actor import Performer, Role
from kernel.digest import digest as digest_of
from kernel.kinds import Kind
from kernel.review import Course, Level, Review, ReviewState, Verdict, may_sign, state_of
from kernel.review.chain import Chain
from sqlalchemy import func, update
from sqlmodel import col, select

from ban_svc import rules
from ban_svc.actions.change import announce, note_in_trail
from ban_svc.actions.expiry import uncover
from ban_svc.actions.inheritance import hold, settle
from ban_svc.actions.life import confirm, life_of, lock_with_blocks, replace, waiting_of
from ban_svc.actions.matter import matter_of
from ban_svc.actions.owed import renew
from ban_svc.actions.text import MODIFIED, first_spec, open_spec, write_note
from ban_svc.index import patch_after_commit
from ban_svc.model import ActionSpec, Matter, Nature, Route, Term
from ban_svc.tables import Action, Cover, Modification, ModificationSignature, Recusal

_AFTER = {ReviewState.APPROVED: "approved", ReviewState.DECLINED: "declined", ReviewState.RETURNED: "returned"}


async def propose_modification(
    edge: Edge, action_id: UUID, *, spec: ActionSpec, text: Mapping[str, Any], nature: Nature, note: str, manages: bool
) -> Action:
    """Put another text for a decision in force before its chain, or, where it burdens nobody, before a second person.

    Raises:
        Refused: with every reason why it may not be modified so.
    """
    action = await edge.lock(Action, action_id, "action")
    facts = await life_of(edge, action)
    rules.is_in_force(facts).or_refuse()
    old, term = await _in_force(edge, action), await _term(edge, action)
    waiting = await waiting_of(edge, Modification, action.id)
    earlier = waiting.waiting() if waiting else None
    decision = rules.may_modify(facts, old, spec, nature, term, waiting=earlier, by=edge.by.id)
    if decision:
        decision &= rules.may_be_done(spec, await _matter(edge, action, spec))
    decision.or_refuse()
    await replace(edge, waiting)
    judged = rules.judge(old, spec, term)
    route = judged.route(nature)
    chain = rules.chain_of_modification(spec, facts, _optional(action)) if route is Route.CHAIN else None
    number = await edge.session.scalar(select(func.count()).select_from(Modification).where(col(Modification.action_id) == action.id))
    covered = {"modifies": str(action.id), "digest": action.digest, "number": (number or 0) + 1, "nature": nature, "spec": dict(text)}
    written, key = await write_note(edge, action, "modification", note), await data_key(edge, action.id)
    modification = Modification(
        id=new_id(),
        action_id=action.id,
        digest=digest_of(covered),
        spec=key.seal(spec.model_dump_json(exclude_unset=True, exclude_none=True), place=MODIFIED),
        nature=nature,
        route=route,
        reasons=[one.code for one in judged.remarks],
        levels=list(chain.column) if chain else [],
        approvals=chain.approvals if chain else 0,
        by=edge.by.id,
        manages=manages,
        note_id=written.id,
        at=edge.now,
    )
    edge.session.add(modification)
    note_in_trail(edge, action, "modification_proposed", prior_state=action.state, remarks=judged.remarks)
    return action


async def is_of_modification(edge: Edge, action_id: UUID, digest: str) -> bool:
    """Tell whether a digest is that of a modification of the action, and not of the action itself."""
    found = select(Modification.id).where(Modification.action_id == action_id, Modification.digest == digest)
    return await edge.session.scalar(found) is not None


async def is_modification_approved(edge: Edge, action_id: UUID) -> bool:
    """Tell whether the chain has approved a modification that is to be put into force."""
    found = select(Modification.id).where(Modification.action_id == action_id, Modification.state == "approved")
    return await edge.session.scalar(found) is not None


async def sign_modification(edge: Edge, action_id: UUID, *, level: Level, verdict: Verdict, digest: str, note: str) -> Action:
    """Sign one level of the chain over a modification, in its turn and in the role of its name.

    Raises:
        Refused: with every reason why this person may not sign this level of it now.
    """
    action = await edge.lock(Action, action_id, "action")
    named = select(Modification).where(Modification.action_id == action.id, Modification.digest == digest)
    modification = (await edge.session.scalars(named)).one()
    facts = await life_of(edge, action)
    may_be_signed = rules.is_in_force(facts) & rules.is_signed(modification.waiting(), modification.state)
    may_be_signed.or_refuse()
    review = await review_of_modification(edge, action, modification, involved=facts.involved)
    held = edge.actor is not None and edge.actor.holds(level.role)
    may_sign(review, by=edge.by.id, level=level, verdict=verdict, digest=digest, role_held=held).or_refuse()
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
        at=edge.now,
    )
    edge.session.add(signature)
    await edge.session.flush()
    heard = state_of(await review_of_modification(edge, action, modification, involved=facts.involved))
    modification.state = _AFTER.get(heard, modification.state)
    note_in_trail(edge, action, "modification_reviewed" if heard is ReviewState.OPEN else f"modification_{heard}", prior_state=action.state)
    return action


async def confirm_modification(edge: Edge, action_id: UUID, *, note: str) -> Action:
    """Put a narrowing into force, as the second person.

    Raises:
        Refused: with every reason why this person may not, or nothing waits, or the chain decides it.
    """
    action, blocks = await lock_with_blocks(edge, action_id)
    modification = await waiting_of(edge, Modification, action.id)
    manages = edge.actor is not None and edge.actor.holds(Role.TEAM_MANAGER)
    waiting = modification.waiting() if modification else None
    rules.may_confirm(await life_of(edge, action), waiting, by=edge.by.id, manages=manages).or_refuse()
    if modification is None:
        raise ValueError("a granted confirmation of nothing")
    confirm(edge, modification, (await write_note(edge, action, "modification_confirmation", note)).id)
    await _put_into_force(edge, action, blocks, modification)
    return action


async def enact_modification(edge: Edge, action_id: UUID) -> Action:
    """Put into force, at this moment, what the chain approved.

    Raises:
        Refused: with every reason why this person may not, or not any more.
    """
    action, blocks = await lock_with_blocks(edge, action_id)
    modification = await waiting_of(edge, Modification, action.id)
    if modification is None:
        raise ValueError("no modification waits")
    facts = await life_of(edge, action)
    rules.may_enact_modification(facts, modification.waiting(), modification.state, by=edge.by.id).or_refuse()
    confirm(edge, modification, None)
    await _put_into_force(edge, action, blocks, modification)
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
        chain=Chain(Kind(action.kind), Course.ACT, levels, levels, _optional(action), modification.approvals, "D26"),
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
    return row, review, await _read(edge, action, row) if opened else None


async def _put_into_force(edge: Edge, action: Action, blocks: list[Action], modification: Modification) -> None:
    """Have the new text hold from now on: for the check, for the clock, for the wikis, for the range blocks and for appeals."""
    action_was, ended = action.public(), action.expires_at
    spec = await _read(edge, action, modification)
    matter = await _matter(edge, action, spec)
    rules.may_be_done(spec, matter).or_refuse()
    # One statement: the database takes the new end with the modification that brings it, and not otherwise.
    await edge.session.flush()
    action.modified_by, action.nature = modification.id, modification.nature
    action.expires_at, action.starts_at = rules.ends_at(spec, matter.enforces), spec.starts_at
    action.irrevocable, action.disclosure = bool(spec.irrevocable), rules.disclosure_of(spec)
    if modification.nature == "substantial_atypical":
        action.issuance, action.issued_at = (action.issuance or 1) + 1, edge.now
    await edge.session.flush()
    if action.expires_at != ended:
        await _move_end(edge, action)
    if action.individual_id is not None:
        # Another scope or start holds for every account of the person.
        await hold(edge, action.individual_id)
        await settle(edge, action.individual_id, texts={action.id: spec})
    announce(edge, action, "modified", action_was)
    for block in blocks:
        await _shorten(edge, block, action)


async def _move_end(edge: Edge, action: Action) -> None:
    """Have the covers, the clock and the wikis follow the new end; an address that a ban names is never kept longer by it (D23)."""
    lasting = (col(Cover.network).is_(None)) | (col(Cover.kind) != Kind.GLOBAL_BAN)
    alive = (col(Cover.ends_at).is_(None)) | (col(Cover.ends_at) > edge.now)
    mine = update(Cover).where(col(Cover.action_id) == action.id, alive)
    await edge.session.execute(mine.where(lasting).values(ends_at=action.expires_at))
    if action.expires_at is not None:
        await uncover(edge, action, action.expires_at)
    else:
        await patch_after_commit(edge, action.id)
    await cancel(edge, action.id, "action.expires")
    if action.expires_at is not None:
        schedule(edge, aggregate_id=action.id, kind="action.expires", due_at=action.expires_at)
    await renew(edge, action)


async def _shorten(edge: Edge, block: Action, ban: Action) -> None:
    """Have a range block end with its ban, which ends sooner now (D15)."""
    if ban.expires_at is None or (block.expires_at is not None and block.expires_at <= ban.expires_at):
        return
    prior = block.public()
    block.expires_at, block.nature = ban.expires_at, "ordinary"
    await edge.session.flush()
    await _move_end(edge, block)
    announce(edge, block, "modified", prior)


async def _matter(edge: Edge, action: Action, spec: ActionSpec) -> Matter:
    """Gather what surrounds the new text; it rests on what the decision rests on, also where that was before this system."""
    matter = await matter_of(edge, spec, Course.ACT, case=action.case_id, notice=action.notice_id, action_id=action.id)
    return changed_to(matter, has_case=matter.has_case or action.origin == "recorded")


async def _in_force(edge: Edge, action: Action) -> ActionSpec:
    """Read the text in force."""
    spec = await open_spec(edge, action)
    if spec is None:
        raise ValueError("an action in force without a text")
    return spec


async def _read(edge: Edge, action: Action, modification: Modification) -> ActionSpec:
    """Read the text that a modification brings, logged as every read of the action's."""
    edge.access_reason = edge.access_reason or edge.operation
    await log_access(edge, "action", action.id)
    return ActionSpec.model_validate_json(await reveal(edge, modification.spec, place=MODIFIED))


async def _term(edge: Edge, action: Action) -> Term:
    """Tell how long the decision was to hold when it was first issued."""
    first = await first_spec(edge, action)
    return Term(action.enacted_at or edge.now, first.expires_at if first else None)


def _optional(action: Action) -> frozenset[Level]:
    return frozenset(Level(level) for level in action.optional_levels)
