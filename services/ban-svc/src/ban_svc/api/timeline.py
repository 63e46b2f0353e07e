"""What was done, or refused, on an action, in order: each row of the trail as one item (R113)."""

from typing import Any
from uuid import UUID

from chassis import tables
from chassis.edge import Edge

from ban_svc.api.problems import PROBLEMS
from ban_svc.api.shapes import PerformerView, ReasonView, TimelineItem


async def timeline_of(edge: Edge, action_id: UUID) -> list[TimelineItem]:
    """Read the trail of an action."""
    row = tables.audit.c
    mine = tables.audit.select().where(row.aggregate == "action", row.aggregate_id == action_id).order_by(row.at, row.id)
    return [_item(one) for one in await edge.session.execute(mine)]


def _item(row: Any) -> TimelineItem:
    step = row.operation.rpartition(":")[2]
    reasons = [
        ReasonView(code=code, says=PROBLEMS.get(code, code.replace("_", " ").capitalize() + "."), cite=cite)
        for code, cite in zip(row.reasons, row.cites, strict=True)
    ]
    return TimelineItem(
        at=row.law_at,
        what=step if row.outcome == "done" else f"{row.outcome}: {step}",
        by=PerformerView(role=row.role, id=row.sub),
        cite=reasons[0].cite if reasons else None,
        reasons=reasons or None,
        event_id=row.event_id,
    )
