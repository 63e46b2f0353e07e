"""A modification proposed, taken back, confirmed by a second person, or enacted after its chain (R113, D26)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from chassis.crypto import data_key
from chassis.edge import Edge, new_id
from kernel.actor import Role
from kernel.digest import digest as digest_of
from sqlalchemy import func
from sqlmodel import col, select

from ban_svc import rules
from ban_svc.actions.change import note_change
from ban_svc.actions.life import confirm, life_of, lock_with_blocks, replace, waiting_of
from ban_svc.actions.matter import subjects_of
from ban_svc.actions.modification.force import matter_of_modification, put_into_force
from ban_svc.actions.modification.release import is_kept
from ban_svc.actions.modification.review import optional_of
from ban_svc.actions.modification.text import term_of, text_in_force
from ban_svc.actions.ranges import named_ranges
from ban_svc.actions.text import MODIFIED, write_note
from ban_svc.model import ActionSpec, Nature, Route
from ban_svc.tables import Action, Modification


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
    old, term = await text_in_force(edge, action), await term_of(edge, action)
    matter = await matter_of_modification(edge, action, spec)
    # What counts is until when it holds: a range block ends with its ban, whatever its own text says.
    before = old.model_copy(update={"expires_at": action.expires_at})
    after = spec.model_copy(update={"expires_at": rules.ends_at(spec, matter.enforces)})
    waiting = await waiting_of(edge, Modification, action.id)
    earlier = waiting.waiting() if waiting else None
    decision = rules.may_modify(facts, before, after, nature, term, waiting=earlier, by=edge.by.id)
    if decision:
        decision &= rules.may_be_done(spec, matter)
    decision.or_refuse()
    await replace(edge, waiting)
    judged = rules.judge(before, after, term)
    route, subjects = judged.route(nature), subjects_of(edge.runtime, spec)
    remarks = judged.remarks + rules.is_still_theirs(kept=await is_kept(edge, action, set(action.subjects) - set(subjects)))
    chain = rules.chain_of_modification(spec, facts, optional_of(action)) if route is Route.CHAIN else None
    number = await edge.session.scalar(select(func.count()).select_from(Modification).where(col(Modification.action_id) == action.id))
    covered = {"modifies": str(action.id), "digest": action.digest, "number": (number or 0) + 1, "nature": nature, "spec": dict(text)}
    written, key = await write_note(edge, action, "modification", note), await data_key(edge, action.id)
    modification = Modification(
        id=new_id(),
        action_id=action.id,
        digest=digest_of(covered),
        spec=key.seal(spec.model_dump_json(exclude_unset=True, exclude_none=True), place=MODIFIED),
        subjects=subjects,
        ranges=named_ranges(edge, action.id, spec),
        nature=nature,
        burdens=judged.burdens,
        route=route,
        reasons=[one.code for one in remarks],
        levels=list(chain.column) if chain else [],
        approvals=chain.approvals if chain else 0,
        by=edge.by.id,
        manages=manages,
        note_id=written.id,
        at=edge.now,
    )
    edge.session.add(modification)
    note_change(edge, action, "modification_proposed", prior_state=action.state, remarks=remarks)
    return action


async def withdraw_modification(edge: Edge, action: Action, *, note: str) -> None:
    """Take back a modification that is not in force yet; the caller holds the action.

    Raises:
        Refused: nothing waits, or somebody else proposed it.
    """
    modification = await waiting_of(edge, Modification, action.id)
    rules.may_take_back(modification.waiting() if modification else None, by=edge.by.id).or_refuse()
    if modification is None:
        raise ValueError("a granted withdrawal of nothing")
    await write_note(edge, action, "modification_withdrawal", note)
    modification.state = "withdrawn"
    note_change(edge, action, "modification_withdrawn", prior_state=action.state)


async def confirm_modification(edge: Edge, action_id: UUID, *, note: str) -> Action:
    """Put a narrowing into force, as the second person.

    Raises:
        Refused: with every reason why this person may not, or nothing waits, or the chain decides it.
    """
    action, blocks = await lock_with_blocks(edge, action_id)
    modification = await waiting_of(edge, Modification, action.id)
    manages = edge.actor is not None and edge.actor.holds(Role.TEAM_MANAGER)
    waiting = modification.waiting() if modification else None
    rules.may_confirm(await life_of(edge, action, modification), waiting, by=edge.by.id, manages=manages).or_refuse()
    if modification is None:
        raise ValueError("a granted confirmation of nothing")
    confirm(edge, modification, (await write_note(edge, action, "modification_confirmation", note)).id)
    await put_into_force(edge, action, blocks, modification)
    return action


async def enact_modification(edge: Edge, action_id: UUID) -> Action:
    """Put into force, at this moment, what the chain approved.

    Raises:
        Refused: with every reason why this person may not, or not any more.
    """
    action, blocks = await lock_with_blocks(edge, action_id)
    modification = await waiting_of(edge, Modification, action.id)
    facts = await life_of(edge, action, modification)
    waiting, state = (modification.waiting(), modification.state) if modification else (None, "confirmed")
    rules.may_enact_modification(facts, waiting, state, by=edge.by.id).or_refuse()
    if modification is None:
        raise ValueError("a granted enactment of nothing")
    confirm(edge, modification, None)
    await put_into_force(edge, action, blocks, modification)
    return action
