"""Explicit permission: a scoped exception to a ban, with an end, which the check obeys from the second signature on (R16, D26)."""

from datetime import datetime
from uuid import UUID

from chassis.crypto import data_key
from chassis.edge import Edge, new_id
from kernel.actor import Role

from ban_svc import rules
from ban_svc.actions.change import announce, note_change
from ban_svc.actions.life import confirm, life_of, replace, waiting_of
from ban_svc.actions.text import write_note
from ban_svc.index import patch_after_commit
from ban_svc.model import Scope
from ban_svc.tables import Action, Permission

SCOPE = "permission.scope"


async def propose_permission(edge: Edge, action_id: UUID, *, scope: Scope, until: datetime, note: str) -> Action:
    """Put an exception before a second person; the check obeys nothing yet. The same person may say it anew.

    Raises:
        Refused: with every reason why it may not be permitted.
    """
    action = await edge.lock(Action, action_id, "action")
    waiting = await waiting_of(edge, Permission, action.id)
    earlier = waiting.waiting() if waiting else None
    rules.may_permit(await life_of(edge, action), scope, until, waiting=earlier, by=edge.by.id).or_refuse()
    await replace(edge, waiting)
    written, key = await write_note(edge, action, "permission", note), await data_key(edge, action.id)
    permission = Permission(
        id=new_id(),
        action_id=action.id,
        scope=key.seal(scope.model_dump_json(exclude_none=True), place=SCOPE),
        wikis=list(rules.wikis_of(scope)),
        events=sorted(set(scope.events or ())),
        until=until,
        by=edge.by.id,
        note_id=written.id,
        at=edge.now,
    )
    edge.session.add(permission)
    note_change(edge, action, "permission_proposed", prior_state=action.state)
    return action


async def confirm_permission(edge: Edge, action_id: UUID, *, note: str) -> Action:
    """Permit it, as the second person; it holds from now until its end.

    Raises:
        Refused: with every reason why this person may not, or nothing is to be permitted.
    """
    action = await edge.lock(Action, action_id, "action")
    permission = await waiting_of(edge, Permission, action.id)
    manages = edge.actor is not None and edge.actor.holds(Role.TEAM_MANAGER)
    waiting = permission.waiting() if permission else None
    decision = rules.may_confirm(await life_of(edge, action), waiting, by=edge.by.id, manages=manages)
    if permission is not None:
        decision &= rules.is_ahead(permission.until, edge.now)
    decision.or_refuse()
    if permission is None:
        raise ValueError("a granted confirmation of nothing")
    confirm(edge, permission, (await write_note(edge, action, "permission_confirmation", note)).id)
    await edge.session.flush()
    prior = action.public()
    action.permission_id, action.permitted_until = permission.id, permission.until
    announce(edge, action, "permitted", prior)
    # A trigger has written the exception beside every account that the ban covers.
    await patch_after_commit(edge, action.id)
    return action
