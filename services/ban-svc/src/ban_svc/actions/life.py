"""A decision in force as whoever changes it finds it: facts for the rules, the locks, a second person (R29, R115, D1)."""

from typing import TypeVar
from uuid import UUID

from chassis.edge import Edge
from kernel.actor import Role
from kernel.kinds import Kind
from kernel.review import ReviewState
from sqlmodel import col, select

from ban_svc.actions.matter import aimed_at, sub_hash
from ban_svc.model import IN_FORCE, LifeFacts, State
from ban_svc.tables import Action, Modification, Recusal
from ban_svc.tables.life import ByTwo

Waiting = TypeVar("Waiting", bound=ByTwo)


async def life_of(edge: Edge, action: Action, modification: Modification | None = None) -> LifeFacts:
    """Gather what the rules ask about a decision, and about a modification of it, and whoever acts on it now."""
    stepped_aside = select(Recusal.id).where(Recusal.action_id == action.id, Recusal.by == edge.by.id)
    return LifeFacts(
        kind=Kind(action.kind),
        state=State(action.state),
        now=edge.now,
        expires_at=action.expires_at,
        enacted_at=action.enacted_at,
        issuance=action.issuance,
        involved=await is_involved(edge, edge.by.id, action, modification),
        recused=await edge.session.scalar(stepped_aside) is not None,
        named_group=edge.actor is not None and edge.actor.holds(Role.CHILD_PROTECTION),
        signed_after=action.emergency and action.review_state == ReviewState.OPEN,
    )


async def is_involved(edge: Edge, person: str, action: Action, modification: Modification | None) -> bool:
    """Tell whether a decision, or a modification of it, is aimed at this person, by whichever account, or its case names them (R115)."""
    named = [*action.subjects, *(modification.subjects if modification else ())]
    aimed = await aimed_at(edge, person, named=named, individual_id=action.individual_id)
    return bool(aimed) or sub_hash(edge.runtime, person) in action.named


async def lock_with_blocks(edge: Edge, action_id: UUID) -> tuple[Action, list[Action]]:
    """Lock a decision and then, in the order of their ids, the range blocks in force that enforce it and end with it (D15)."""
    action = await edge.lock(Action, action_id, "action")
    enforcing = select(Action.id).where(Action.enforces == action.id, col(Action.state).in_(IN_FORCE)).order_by(col(Action.id))
    return action, [await edge.lock(Action, one, "action") for one in list(await edge.session.scalars(enforcing))]


async def waiting_of(edge: Edge, table: type[Waiting], action_id: UUID) -> Waiting | None:
    """Find what waits for a second person, or for the chain."""
    open_ones = select(table).where(col(table.action_id) == action_id, col(table.state).in_(("proposed", "approved")))
    return (await edge.session.scalars(open_ones)).one_or_none()


async def replace(edge: Edge, waiting: ByTwo | None) -> None:
    """Let what the same person says anew stand in its place; the row stays on record."""
    if waiting is not None:
        waiting.state = "replaced"
        await edge.session.flush()


def confirm(edge: Edge, waiting: ByTwo, note_id: UUID | None) -> None:
    """Write down who was the second person."""
    waiting.state, waiting.confirmed_by, waiting.confirmed_at, waiting.confirmation_id = "confirmed", edge.by.id, edge.now, note_id
