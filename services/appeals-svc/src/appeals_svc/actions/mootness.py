"""An appeal ends moot when what it is about was undone, or a global ban took the event ban in (R33, D14)."""

from __future__ import annotations

from uuid import UUID

from chassis import ticker
from chassis.audit import write_audit
from chassis.edge import Edge
from chassis.outbox import record
from contracts.appeal import AppealChange
from kernel.decision import Reason
from kernel.kinds import Kind
from sqlalchemy import or_
from sqlmodel import col, select

from appeals_svc import rules
from appeals_svc.actions.facts import facts_of
from appeals_svc.model import PENDING, AppellantRole, State
from appeals_svc.tables import Appeal, Decision


async def end_what_is_moot(edge: Edge, decision: Decision) -> None:
    """End the pending appeals that what was just learnt of a decision leaves without an object; the caller holds the decisions' locks."""
    touched = {decision.id: decision}
    if decision.matter == Kind.GLOBAL_BAN:
        tied = or_(col(Decision.part_of) == decision.id, col(Decision.id).in_(decision.escalates))
        touched |= {one.id: one for one in await edge.session.scalars(select(Decision).where(tied, Decision.matter == Kind.EVENT_BAN))}
    for appeal in await _pending(edge, list(touched)):
        facts = await facts_of(edge, touched[appeal.decision_id], AppellantRole(appeal.role))
        stands = rules.still_stands(facts)
        if not stands:
            await _end(edge, appeal, stands.reasons)


async def _pending(edge: Edge, decisions: list[UUID]) -> list[Appeal]:
    """Lock the verified appeals about these decisions that are not answered yet, in the order of their ids."""
    pending = select(Appeal).where(
        col(Appeal.decision_id).in_(decisions), col(Appeal.state).in_(sorted(PENDING)), col(Appeal.verified_at).is_not(None)
    )
    ordered = pending.order_by(col(Appeal.id)).with_for_update().execution_options(populate_existing=True)
    return list((await edge.session.scalars(ordered)).all())


async def _end(edge: Edge, appeal: Appeal, reasons: tuple[Reason, ...]) -> None:
    prior, before = appeal.public(), appeal.state
    appeal.state = State.MOOT
    appeal.version += 1
    if appeal.clock_state is not None:
        appeal.clock_state = "stopped"
    record(edge, AppealChange.of("moot", state=appeal.public(), prior=prior, version=appeal.version, **edge.stamp()))
    write_audit(edge, aggregate="appeal", aggregate_id=appeal.id, prior_state=before, state=appeal.state, reasons=reasons)
    await ticker.cancel(edge, appeal.id)
