"""What the rules ask about a decision, gathered from the rows that the bus left here."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from chassis.edge import Edge
from contracts import opaque
from kernel.kinds import Kind
from sqlalchemy import ColumnElement, func, or_
from sqlmodel import col, select

from appeals_svc import rules
from appeals_svc.model import AppellantRole, DecisionFacts, DecisionKind, GlobalBan, Letter, Nature, Participation, Standing
from appeals_svc.model import Term as TermFacts
from appeals_svc.tables import Appeal, CaseFile, Decision, Participant, Receipt, Step, Term


async def known(edge: Edge, kind: str, decision_id: UUID, *, lock: bool = False) -> Decision | None:
    """Find a decision by kind and id; None when nobody told of it. Locked, nothing is filed about it beside this edge."""
    row = await edge.session.get(Decision, decision_id, with_for_update=lock, populate_existing=lock)
    return row if row is not None and row.kind == kind else None


async def facts_of(edge: Edge, decision: Decision, role: AppellantRole) -> DecisionFacts:
    """Gather a decision as one role may appeal it."""
    terms = await edge.session.scalars(select(Term).where(Term.decision_id == decision.id).order_by(col(Term.version)))
    told = select(Receipt).where(Receipt.about_id == decision.id, Receipt.role == role)
    letters = await edge.session.scalars(told.order_by(col(Receipt.delivered_at), col(Receipt.about_version)))
    return DecisionFacts(
        kind=DecisionKind(decision.kind),
        matter=Kind(decision.matter),
        acts=decision.acts,
        standing=Standing(decision.standing),
        terms=tuple(TermFacts(one.version, one.at, Nature(one.nature), one.issuance, one.expires_at, one.irrevocable) for one in terms),
        letters=tuple(Letter(one.delivered_at, one.about_version) for one in letters),
        taken_in_by=await _global_bans(edge, decision),
    )


async def _global_bans(edge: Edge, decision: Decision) -> tuple[GlobalBan, ...]:
    """Find the global bans that an event ban is part of or led to (R33).

    One that the ban's owner names and that nobody has told of yet counts as standing: its event is on the way.
    """
    if decision.matter != Kind.EVENT_BAN:
        return ()
    named: list[ColumnElement[bool]] = [col(Decision.escalates).contains([decision.id])]
    if decision.part_of is not None:
        named.append(col(Decision.id) == decision.part_of)
    asked = select(Decision).where(Decision.matter == Kind.GLOBAL_BAN, or_(*named)).order_by(col(Decision.id))
    found = (await edge.session.scalars(asked)).all()
    bans = [GlobalBan(one.in_force, one.ended_at) for one in found]
    if decision.part_of is not None and decision.part_of not in {one.id for one in found}:
        bans.append(GlobalBan(in_force=True))
    return tuple(bans)


async def participants_of(edge: Edge, decision: Decision) -> list[Participation]:
    """List who took part in the decision, its case, its requests or its notice, as far as the bus shows it: each role of each once (D13).

    In one order, so that what a ruling keeps of it does not go by the order in which the bus told it.
    """
    asked = select(Participant.sub, Participant.role).where(col(Participant.about_id).in_(await _file_of(edge, decision)))
    rows = await edge.session.execute(asked.distinct().order_by(col(Participant.sub), col(Participant.role)))
    return [Participation(sub, role) for sub, role in rows]


async def steps_of(edge: Edge, decision: Decision) -> list[Step]:
    """List what happened to a decision, its case, its requests or its notice, oldest first."""
    steps = select(Step).where(col(Step.about_id).in_(await _file_of(edge, decision)))
    return list(await edge.session.scalars(steps.order_by(col(Step.at), col(Step.about_id), col(Step.version))))


async def filed_by(edge: Edge, decision: Decision, sub: str) -> bool:
    """Tell whether this person of the desk filed a request or notice behind the decision, or an appeal against it."""
    behind = select(Participant.about_id).where(
        col(Participant.about_id).in_(await _file_of(edge, decision)), Participant.sub == opaque(sub), Participant.role == "requester_desk"
    )
    against = select(Appeal.id).where(Appeal.decision_id == decision.id, Appeal.filed_by == sub)
    return (await edge.session.scalar(behind.limit(1))) is not None or (await edge.session.scalar(against.limit(1))) is not None


async def locked_out_until(edge: Edge, decision: Decision) -> datetime | None:
    """Tell until when the requester behind a decision is locked out, as far as intake-svc named a request of theirs (D12)."""
    behind = select(func.max(Decision.locked_out_until)).where(col(Decision.id).in_(await _file_of(edge, decision)))
    until: datetime | None = await edge.session.scalar(behind)
    return until if until is not None and until > edge.now else None


async def eligibility(edge: Edge, kind: str, decision_id: UUID, role: AppellantRole, at: datetime) -> rules.Eligibility:
    """Answer whether a decision could be appealed at a moment, and store nothing; what the asker did not file is as good as unknown."""
    decision = await known(edge, kind, decision_id)
    if decision is None or not await filed_by(edge, decision, edge.by.id):
        return rules.eligibility_of(None, role, at)
    return rules.eligibility_of(await facts_of(edge, decision, role), role, at)


async def _file_of(edge: Edge, decision: Decision) -> set[UUID]:
    """Collect the ids of everything that belongs to a decision's file."""
    ids = {decision.id, *decision.request_ids}
    if decision.notice_id is not None:
        ids.add(decision.notice_id)
    if decision.case_id is not None:
        ids.add(decision.case_id)
        case = await edge.session.get(CaseFile, decision.case_id)
        ids.update(case.request_ids if case is not None else ())
    return ids
