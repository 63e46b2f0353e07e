"""The story of a notice out of the audit trail: who, what, when and by which rule (R113)."""

from typing import Any
from uuid import UUID

from chassis import tables
from chassis.edge import Edge
from chassis.http import Page, page
from pydantic import BaseModel
from sqlalchemy import select

from dmca_svc.api.parts import Moment, ReasonView
from dmca_svc.problems import PROBLEMS

# They say by which rule a step was taken and stand against nothing: the rule is cited.
RULES_FOLLOWED = frozenset(
    {
        "by_staff_account",
        "down_already",
        "who_gave_it",
        "uploader_informed",
        "legals_reason",
        "hold_released",
        "hold_laid",
        "evidence_quarantined",
        "evidence_taken_out",
    }
)


class PerformerView(BaseModel):
    """A role and an opaque id."""

    role: str
    id: str


class TimelineItem(BaseModel):
    """One step. A refused one says so in `what` and why in `reasons`."""

    at: Moment
    what: str
    by: PerformerView
    state: str | None = None
    cite: str | None = None
    reasons: list[ReasonView] | None = None
    event_id: UUID | None = None


async def timeline_of(edge: Edge, notice_id: UUID, *, after: str | None, limit: int) -> Page[TimelineItem]:
    """Read the trail of a notice, oldest first."""
    audit = tables.audit
    return await page(
        edge, select(audit).where(audit.c.aggregate_id == notice_id).order_by(audit.c.at, audit.c.id), _item, after=after, limit=limit
    )


def _item(row: Any) -> TimelineItem:
    step = row.operation.rpartition(":")[2]
    reasons = [
        ReasonView(code=code, says=PROBLEMS.get(code, code.replace("_", " ") + "."), cite=cite)
        for code, cite in zip(row.reasons, row.cites, strict=True)
        if code not in RULES_FOLLOWED
    ]
    return TimelineItem(
        at=row.law_at,
        what=f"{step}_refused" if row.outcome == "refused" else step,
        by=PerformerView(role=row.role, id=row.sub),
        state=row.state,
        cite=row.cites[0] if row.cites else None,
        reasons=reasons or None,
        event_id=row.event_id,
    )
