"""Delegations on record: given, ended before their time, and found when a delegate signs (R91, D1)."""

from datetime import datetime
from uuid import UUID

from chassis.audit import write_audit
from chassis.crypto import new_data_key
from chassis.edge import Edge, new_id
from kernel.review import Level
from sqlmodel import col, select

from ban_svc import rules
from ban_svc.tables import Delegation

NOTE = "delegation.note"


async def delegate(edge: Edge, *, level: Level, delegate: str, starts_at: datetime, until: datetime, note: str) -> Delegation:
    """Let somebody sign for a level that the caller holds.

    Raises:
        Refused: with every reason.
    """
    held = edge.actor is not None and edge.actor.holds(level.role)
    rules.may_delegate(level, by=edge.by.id, held=held, delegate=delegate, starts_at=starts_at, until=until, now=edge.now).or_refuse()
    row_id = new_id()
    row = Delegation(
        id=row_id,
        level=level,
        by=edge.by.id,
        delegate=delegate,
        starts_at=starts_at,
        until=until,
        note=new_data_key(edge, row_id).seal(note, place=NOTE),
        at=edge.now,
    )
    edge.session.add(row)
    _note_in_trail(edge, row, "delegated", None, "given")
    return row


async def end_delegation(edge: Edge, delegation_id: UUID) -> Delegation:
    """End a delegation before its time; what was signed under it stays.

    Raises:
        Refused: with every reason.
    """
    row = await edge.lock(Delegation, delegation_id, "delegation")
    rules.may_end_delegation(row.facts(), by=edge.by.id, now=edge.now).or_refuse()
    row.ended_at = edge.now
    _note_in_trail(edge, row, "ended", "given", "ended")
    return row


async def delegations_of(edge: Edge, level: Level, delegate: str) -> list[Delegation]:
    """Find the delegations that let this person sign this level now, the oldest first."""
    mine = select(Delegation).where(Delegation.delegate == delegate, Delegation.level == level).order_by(col(Delegation.id))
    found = await edge.session.scalars(mine.with_for_update(read=True))
    return [one for one in found if one.facts().holds(level, delegate, edge.now)]


def _note_in_trail(edge: Edge, row: Delegation, what: str, prior_state: str | None, state: str) -> None:
    write_audit(
        edge,
        aggregate="delegation",
        aggregate_id=row.id,
        operation=f"http:delegation:{what}",
        prior_state=prior_state,
        state=state,
    )
