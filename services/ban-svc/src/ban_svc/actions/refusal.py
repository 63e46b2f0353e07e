"""What waits for a second person is turned down by one, or taken back by whoever proposed it; for the person nothing changes (D26)."""

from typing import Literal
from uuid import UUID

from chassis.edge import Edge
from sqlmodel import col, select

from ban_svc import rules
from ban_svc.actions.change import note_change
from ban_svc.actions.life import life_of, waiting_of
from ban_svc.actions.text import open_notes, write_note
from ban_svc.tables import Action, Lift, Modification, Note, Permission
from ban_svc.tables.life import ByTwo

What = Literal["lift", "permission", "modification"]
TABLES: dict[What, type[ByTwo]] = {"lift": Lift, "permission": Permission, "modification": Modification}
_WORDS = ("refusal", "withdrawal")
_ABOUT = [f"{what}_{word}" for what in TABLES for word in _WORDS]


async def turn_down(edge: Edge, action_id: UUID, what: What, *, reason: str) -> Action:
    """End what waits, with a reason; it may be proposed anew.

    Raises:
        Refused: with every reason why this person may not, or nothing waits.
    """
    action = await edge.lock(Action, action_id, "action")
    row = await waiting_of(edge, TABLES[what], action.id)
    modification = row if isinstance(row, Modification) else None
    facts = await life_of(edge, action, modification)
    rules.may_turn_down(facts, row.waiting() if row else None, by=edge.by.id).or_refuse()
    if row is None:
        raise ValueError("a granted refusal of nothing")
    own = row.by == edge.by.id
    note = await write_note(edge, action, f"{what}_{'withdrawal' if own else 'refusal'}", reason)
    if own:
        row.state = "withdrawn"
    else:
        row.state, row.refused_by, row.refused_at, row.refusal_id = "refused", edge.by.id, edge.now, note.id
    note_change(edge, action, f"{what}_{row.state}", prior_state=action.state)
    return action


async def turned_down(edge: Edge, action: Action) -> list[tuple[Note, str]]:
    """Read what was turned down or taken back of an action, and why, in that order; the read is logged."""
    mine = select(Note).where(Note.action_id == action.id, col(Note.about).in_(_ABOUT)).order_by(col(Note.at), col(Note.id))
    notes = list(await edge.session.scalars(mine))
    texts = await open_notes(edge, action, notes) if notes else {}
    return [(note, texts[note.id]) for note in notes]
