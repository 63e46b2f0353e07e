"""A case is set to the kind that it turned out to be, and a breach gets its cause (R50, R96-R99, D5, D20)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.edge import Edge, new_id
from chassis.ticker import cancel, schedule
from kernel.actor import Actor
from kernel.deadline import ClockState, ExtensionCause, Target
from kernel.decision import Reason
from kernel.kinds import Kind
from kernel.workdays import calendar_day
from sqlalchemy import delete, select
from sqlmodel import col

from intake_svc.actions.case import LEASE
from intake_svc.actions.evidence import take_out_all
from intake_svc.actions.filing import AT_RISK, BREACHED
from intake_svc.actions.notes import keep_note, lock_seen
from intake_svc.actions.record import note_case, say_case
from intake_svc.actions.sealed import move_in
from intake_svc.model.note import Topic
from intake_svc.rules import kind as rules
from intake_svc.rules.request import owner_of, priority_of
from intake_svc.tables import FAR, BreachCause, Case, KindChange, Likeness, Request


@dataclass(frozen=True, slots=True)
class Changed:
    """A case of another kind, and what became of its clock."""

    row: Case
    clock: Reason
    target_before: datetime | None


async def change_kind(edge: Edge, case_id: UUID, to: Kind, *, reason: str, by: Actor) -> Changed:
    """Set a case to another kind: its receipt stays, its clock is that of the new kind from then, and the one before is on record.

    Of a case that is one of child protection from now on no file, hash or mark of whom it is about stays, and nobody has it.

    Raises:
        Refused: it is decided, something is in review, or the kind is none that it may have.
    """
    row = await lock_seen(edge, case_id, by)
    rules.may_change_kind(row.facts(), to).or_refuse()
    prior = row.public()
    before = None if row.target_at is None or row.at_risk_at is None else Target(row.target_at, row.at_risk_at)
    after = rules.clock_of(to, row.received_at)
    fate = rules.fate_of(before, after)
    edge.session.add(
        KindChange(
            id=new_id(),
            case_id=row.id,
            from_kind=row.kind,
            to_kind=to,
            clock=fate,
            target_at=row.target_at,
            due_at=row.due_at if before else None,
            by=edge.by.id,
            at=edge.now,
        )
    )
    await keep_note(edge, row, Topic.KIND, reason)
    if to is Kind.CHILD_PROTECTION:
        await into_the_lane(edge, row)
    row.kind, row.priority, row.team = to, priority_of(to), owner_of(to, on=calendar_day(row.received_at))
    if fate is not rules.ClockFate.KEPT:
        await _set_clock(edge, row, after)
    row.version += 1
    told = rules.told_of_clock(fate)
    say_case(edge, row, "expanded", prior, reasons=(told,))
    return Changed(row, told, before.target_at if before else None)


async def _set_clock(edge: Edge, row: Case, due: Target | None) -> None:
    """Let the clock of the new kind count from first receipt; what is past is said at once by the dates themselves."""
    row.target_at, row.at_risk_at = (due.target_at, due.at_risk_at) if due else (None, None)
    row.due_at, row.clock_since = due.target_at if due else FAR, edge.now
    row.clock_state, row.delay_cause = ClockState.RUNNING if due else None, None
    await cancel(edge, row.id, AT_RISK, BREACHED)
    if due:
        schedule(edge, aggregate_id=row.id, kind=AT_RISK, due_at=due.at_risk_at)
        schedule(edge, aggregate_id=row.id, kind=BREACHED, due_at=due.target_at)


async def into_the_lane(edge: Edge, row: Case) -> None:
    """Leave nothing of a case that is child protection from now on where others could find it (D4, D20)."""
    await take_out_all(edge, row)
    await move_in(edge, row)
    for request in await edge.session.scalars(select(Request).where(col(Request.case_id) == row.id).order_by(col(Request.id))):
        request.subject_hashes, request.matter_hash = [], None
        await edge.session.execute(delete(Likeness).where(col(Likeness.request_id) == request.id))
    if row.assignee is not None:
        row.assignee = row.assigned_until = None
        await cancel(edge, row.id, LEASE)


async def explain_breach(edge: Edge, case_id: UUID, *, cause: ExtensionCause, note: str, by: Actor) -> BreachCause:
    """Put on record why a target passed, for a cause of the policy; a later word stands beside an earlier one.

    Raises:
        Refused: no target that counts has passed.
    """
    row = await lock_seen(edge, case_id, by)
    late = row.clock_state == ClockState.BREACHED or (row.stopped_at is not None and row.stopped_at >= row.due_at)
    rules.may_explain_breach(breached=late).or_refuse()
    said = BreachCause(id=new_id(), case_id=row.id, target_at=row.due_at, cause=cause, by=edge.by.id, at=edge.now)
    edge.session.add(said)
    await keep_note(edge, row, Topic.BREACH, note)
    note_case(edge, row, "breach_explained")
    return said


async def causes_of(edge: Edge, case_id: UUID) -> list[BreachCause]:
    """Give the causes that were named for breaches of a case, oldest first."""
    return list(await edge.session.scalars(select(BreachCause).where(col(BreachCause.case_id) == case_id).order_by(col(BreachCause.id))))


async def changes_of(edge: Edge, case_id: UUID) -> list[KindChange]:
    """Give the kinds that a case had, oldest first."""
    return list(await edge.session.scalars(select(KindChange).where(col(KindChange.case_id) == case_id).order_by(col(KindChange.id))))
