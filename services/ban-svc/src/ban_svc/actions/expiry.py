"""How a decision ends: by the clock, by two people, by an appeal; what it covered, owed, and must undo (R29, R30, R101)."""

from datetime import datetime
from typing import Literal

from chassis.edge import Edge
from chassis.ticker import cancel
from sqlalchemy import update
from sqlmodel import col

from ban_svc.actions.change import announce
from ban_svc.actions.individuals import forget_unnamed
from ban_svc.actions.owed import undo
from ban_svc.index import patch_after_commit
from ban_svc.model import IN_FORCE, State
from ban_svc.tables import Action, Cover

Ending = Literal["expired", "lifted", "overturned"]


async def expire(edge: Edge, action: Action) -> None:
    """Note that the end date came; the check has known it since that moment."""
    if action.state not in IN_FORCE or action.expires_at is None or action.expires_at > edge.now:
        return
    await end(edge, action, "expired", action.expires_at)


async def end(edge: Edge, action: Action, how: Ending, at: datetime) -> None:
    """End a decision in force at a moment: nothing is covered by it from then on, and what was done on wikis is owed back."""
    prior = action.public()
    if how != "expired":
        await uncover(edge, action, at)
        await cancel(edge, action.id, "action.expires")
    await undo(edge, action, by_the_clock=how == "expired")
    action.state, action.ended_at = State(how), at
    announce(edge, action, how, prior)
    await forget_unnamed(edge, action)


async def uncover(edge: Edge, action: Action, at: datetime) -> None:
    """End every cover of an action at a moment at the latest, and have the check know."""
    # Before the action's own row changes: the database lets covers of an action in force alone be written.
    over = update(Cover).where(col(Cover.action_id) == action.id, (col(Cover.ends_at).is_(None)) | (col(Cover.ends_at) > at))
    await edge.session.execute(over.values(ends_at=at))
    await patch_after_commit(edge, action.id)
