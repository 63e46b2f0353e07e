"""What waits for a second person, and all that they read before they agree: who proposes it, why, for what and until when (R115, D26)."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from chassis.crypto import reveal
from chassis.edge import Edge
from sqlmodel import col, select

from ban_svc.actions.life import waiting_of
from ban_svc.actions.permission import SCOPE
from ban_svc.actions.text import open_notes
from ban_svc.model import IN_FORCE, Route, Scope
from ban_svc.tables import Action, Lift, Modification, Note, Permission


@dataclass(frozen=True, slots=True)
class Proposed:
    """A lift or permission that waits: its row, and what is sealed of it."""

    what: Literal["lift", "permission"]
    row: Lift | Permission
    note: str
    reason: str | None = None
    scope: Scope | None = None


async def waiting_on(edge: Edge, action: Action) -> list[str]:
    """Name what waits for a second person: a lift, a permission, a narrowing."""
    if action.state not in IN_FORCE:
        return []
    found = []
    for name, table in (("lift", Lift), ("permission", Permission), ("modification", Modification)):
        proposed = select(table.id).where(col(table.action_id) == action.id, col(table.state) == "proposed")
        if table is Modification:
            proposed = proposed.where(col(Modification.route) == Route.TWO_PEOPLE)
        if await edge.session.scalar(proposed) is not None:
            found.append(name)
    return found


async def proposed_on(edge: Edge, action: Action) -> list[Proposed]:
    """Read the lift and the permission that wait, in that order; the read is logged."""
    if action.state not in IN_FORCE:
        return []
    lift, permission = await waiting_of(edge, Lift, action.id), await waiting_of(edge, Permission, action.id)
    named = [*((lift.reason_id, lift.note_id) if lift else ()), *((permission.note_id,) if permission else ())]
    texts = await texts_by_id(edge, action, named)
    found = []
    if lift is not None:
        found.append(Proposed("lift", lift, texts[lift.note_id], reason=texts[lift.reason_id]))
    if permission is not None:
        scope = Scope.model_validate_json(await reveal(edge, permission.scope, place=SCOPE))
        found.append(Proposed("permission", permission, texts[permission.note_id], scope=scope))
    return found


async def texts_by_id(edge: Edge, action: Action, ids: list[UUID]) -> dict[UUID, str]:
    """Read notes of an action by their ids, where there are any; the read is logged."""
    if not ids:
        return {}
    return await open_notes(edge, action, list(await edge.session.scalars(select(Note).where(col(Note.id).in_(ids)))))
