"""What others say that keeping and erasing depend on: how long actions last, who was told when, which appeals are open (D7, D27)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.edge import Edge
from contracts.action import ActionState
from contracts.appeal import AppealState
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from intake_svc.actions import dates
from intake_svc.model.retention import APPEAL_OVER
from intake_svc.tables import ActionHeard, AppealHeard, Case, Request


async def hear_action(edge: Edge, action: ActionState, *, acts: bool, at: datetime) -> None:
    """Take in that an action was decided, modified or has ended; `at` is when. The dates of its case are set anew.

    Raises:
        NotFound: there is no such case.
    """
    if action.case_id is None:
        return
    row = await edge.lock(Case, action.case_id, "case")
    issued = action.issued_at or action.decided_at or at
    said: dict[str, Any] = {"case_id": row.id, "kind": action.kind, "acts": acts, "issued_at": issued, "ended_at": action.ended_at}
    await edge.session.execute(
        insert(ActionHeard).values(id=action.action_id, **said).on_conflict_do_update(index_elements=["id"], set_=said)
    )
    await dates.set_dates(edge, row)


async def hear_informed_of_action(edge: Edge, action_id: UUID, at: datetime) -> None:
    """Take in that a party was told of an action, which its case may not have heard of yet."""
    case_id = await edge.session.scalar(select(col(ActionHeard.case_id)).where(col(ActionHeard.id) == action_id))
    row = await edge.lock(Case, case_id, "case") if case_id is not None else None
    told = insert(ActionHeard).values(id=action_id, informed_at=at)
    latest = {"informed_at": func.greatest(col(ActionHeard.informed_at), told.excluded.informed_at)}
    await edge.session.execute(told.on_conflict_do_update(index_elements=["id"], set_=latest))
    if row is not None:
        await dates.set_dates(edge, row)


async def hear_informed_of_ending(edge: Edge, request_id: UUID, at: datetime) -> None:
    """Take in that a requester was told how the matter ended without an action (D25)."""
    case_id = await edge.session.scalar(select(col(Request.case_id)).where(col(Request.id) == request_id))
    row = await edge.lock(Case, case_id, "case") if case_id is not None else None
    request = await edge.lock(Request, request_id, "request")
    request.informed_at = max(at, request.informed_at or at)
    await edge.session.flush()
    if row is not None:
        await dates.set_dates(edge, row)


async def hear_appeal(edge: Edge, appeal: AppealState, at: datetime) -> None:
    """Take in that an appeal is open, or over: what it is about is kept as long, and its parties for thirty days more."""
    ended = at if appeal.state in APPEAL_OVER else None
    said = {"decision_id": appeal.decision.id, "ended_at": ended}
    await edge.session.execute(
        insert(AppealHeard).values(id=appeal.appeal_id, **said).on_conflict_do_update(index_elements=["id"], set_=said)
    )
    case_id = await edge.session.scalar(select(col(ActionHeard.case_id)).where(col(ActionHeard.id) == appeal.decision.id))
    case_id = case_id or await edge.session.scalar(select(col(Request.case_id)).where(col(Request.id) == appeal.decision.id))
    if ended is not None and case_id is not None:
        await dates.set_dates(edge, await edge.lock(Case, case_id, "case"))
