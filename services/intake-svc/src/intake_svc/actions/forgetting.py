"""A sender whose standing counts no more is forgotten: the mark goes, and the key of what staff noted (D12, D27)."""

from datetime import datetime

from chassis.audit import write_audit
from chassis.crypto import destroy_data_key
from chassis.edge import Edge
from chassis.ticker import move
from kernel.workdays import calendar_day
from sqlalchemy import func, select
from sqlmodel import col

from intake_svc.actions.record import source_of
from intake_svc.rules.retention import standing_until
from intake_svc.tables import ConductRow, LockOut, Sender, WarningRow

EXPIRY = "sender.retention"


async def set_date(edge: Edge, row: Sender) -> None:
    """Set the date on which a sender is forgotten, anew with whatever is put on record of them."""
    await move(edge, row.id, EXPIRY, await _until(edge, row))


async def period_over(edge: Edge, row: Sender) -> datetime | None:
    """Forget a sender when nothing of their standing counts any more."""
    until = await _until(edge, row)
    if row.mark is None:
        return None
    if until > edge.now:
        return until
    row.mark = None
    row.version += 1
    await edge.session.flush()
    await destroy_data_key(edge, row.id)
    write_audit(
        edge,
        aggregate="sender",
        aggregate_id=row.id,
        operation=f"{source_of(edge)}:sender:forgotten",
        prior_state=row.state,
        state=row.state,
        policy_date=calendar_day(edge.now),
    )
    return None


async def _until(edge: Edge, row: Sender) -> datetime:
    seen = await edge.session.scalar(select(func.max(col(ConductRow.at))).where(col(ConductRow.sender_id) == row.id))
    told = func.max(func.coalesce(col(WarningRow.delivered_at), col(WarningRow.at)))
    warned = await edge.session.scalar(select(told).where(col(WarningRow.sender_id) == row.id))
    out = await edge.session.scalar(select(func.max(col(LockOut.until))).where(col(LockOut.sender_id) == row.id))
    return standing_until([at for at in (seen, warned, out) if at is not None], now=edge.now, on=calendar_day(edge.now))
