"""When a date arrives: missing reasons, an answer at risk, an answer that is late (D13, D14). Each asks again what is true now."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from chassis.edge import Edge
from chassis.service import Due

from appeals_svc.actions import appeals, counsel
from appeals_svc.model import ANSWERABLE, State
from appeals_svc.tables import Appeal


async def reasons_due(edge: Edge, row: Any) -> datetime | None:
    """End the appeal unless its reasons came or their date was moved."""
    appeal: Appeal = row
    if appeal.state != State.INCOMPLETE or appeal.answer_due_at is None:
        return None
    if appeal.answer_due_at > edge.now:
        return appeal.answer_due_at
    await appeals.lapse(edge, appeal)
    return None


async def at_risk(edge: Edge, row: Any) -> datetime | None:
    """Tell once that an accepted appeal is at risk; one whose time is over already is told as breached alone."""
    appeal: Appeal = row
    if appeal.state in ANSWERABLE and appeal.clock_state == "running":
        await counsel.at_risk(edge, appeal)
    return None


async def breached(edge: Edge, row: Any) -> datetime | None:
    """Tell once that an accepted appeal is late."""
    appeal: Appeal = row
    if appeal.state in ANSWERABLE and appeal.clock_state in ("running", "at_risk"):
        await counsel.breached(edge, appeal)
    return None


DEADLINES = {
    "appeal.reasons_due": Due(aggregate=Appeal, act=reasons_due),
    "appeal.at_risk": Due(aggregate=Appeal, act=at_risk),
    "appeal.breached": Due(aggregate=Appeal, act=breached),
}
