"""Lifting a decision that has served its purpose, by two people (R30, D26)."""

from uuid import UUID

from chassis.edge import Edge, new_id
from kernel.actor import Role

from ban_svc import rules
from ban_svc.actions.change import note_change
from ban_svc.actions.expiry import end
from ban_svc.actions.life import confirm, life_of, lock_with_blocks, replace, waiting_of
from ban_svc.actions.text import write_note
from ban_svc.tables import Action, Lift


async def propose_lift(edge: Edge, action_id: UUID, *, reason: str, note: str) -> Action:
    """Put a lift before a second person; it changes nothing yet. The same person may say it anew.

    Raises:
        Refused: with every reason why it may not be lifted.
    """
    action = await edge.lock(Action, action_id, "action")
    waiting = await waiting_of(edge, Lift, action.id)
    rules.may_lift(await life_of(edge, action), waiting=waiting.waiting() if waiting else None, by=edge.by.id).or_refuse()
    await replace(edge, waiting)
    why, written = await write_note(edge, action, "lift_reason", reason), await write_note(edge, action, "lift", note)
    edge.session.add(Lift(id=new_id(), action_id=action.id, by=edge.by.id, reason_id=why.id, note_id=written.id, at=edge.now))
    note_change(edge, action, "lift_proposed", prior_state=action.state)
    return action


async def confirm_lift(edge: Edge, action_id: UUID, *, note: str) -> Action:
    """Lift it, as the second person; range blocks that enforce it end with it.

    Raises:
        Refused: with every reason why this person may not, or nothing is to be lifted.
    """
    action, blocks = await lock_with_blocks(edge, action_id)
    lift = await waiting_of(edge, Lift, action.id)
    manages = edge.actor is not None and edge.actor.holds(Role.TEAM_MANAGER)
    waiting = lift.waiting() if lift else None
    rules.may_confirm(await life_of(edge, action), waiting, by=edge.by.id, manages=manages).or_refuse()
    if lift is None:
        raise ValueError("a granted confirmation of nothing")
    confirm(edge, lift, (await write_note(edge, action, "lift_confirmation", note)).id)
    # The database lifts nothing that two people have not signed.
    await edge.session.flush()
    for one in (action, *blocks):
        await end(edge, one, "lifted", edge.now)
    return action
