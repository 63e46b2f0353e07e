"""A case is taken on and handed over, its clock extended, at risk and breached (R96-R100, R113, D5)."""

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from chassis.crypto import data_key
from chassis.edge import Edge, new_id
from chassis.errors import NotFound
from chassis.ticker import cancel, move
from kernel.actor import Actor
from kernel.deadline import ClockState, ExtensionCause, state_of
from kernel.workdays import calendar_day
from sqlalchemy import or_, select
from sqlmodel import col

from intake_svc.actions.complaint import led_by
from intake_svc.actions.filing import AT_RISK, BREACHED
from intake_svc.actions.record import note_case, say_case
from intake_svc.model.case import CaseState
from intake_svc.rules import case as rules
from intake_svc.tables import Case, ExtensionRow

LEASE = "case.lease"


async def extensions_of(edge: Edge, *case_ids: UUID) -> dict[UUID, list[ExtensionRow]]:
    """Give the extensions that count of these cases, each case's in the order in which they were made; one of another clock does not."""
    since = or_(col(Case.clock_since).is_(None), col(ExtensionRow.at) >= col(Case.clock_since))
    count = select(ExtensionRow).join(Case, col(Case.id) == col(ExtensionRow.case_id)).where(since)
    found = count.where(col(ExtensionRow.case_id).in_(case_ids)).order_by(col(ExtensionRow.id))
    rows: dict[UUID, list[ExtensionRow]] = {case_id: [] for case_id in case_ids}
    for row in await edge.session.scalars(found):
        rows[row.case_id].append(row)
    return rows


async def lock_for(edge: Edge, case_id: UUID, actor: Actor) -> Case:
    """Lock a case that this person may work on.

    Raises:
        NotFound: there is none, or it is of a kind that they may not know of.
    """
    row = await edge.lock(Case, case_id, "case")
    if not rules.may_touch(row.facts(), actor, led_by=await led_by(edge, row, actor.sub)):
        raise NotFound("case")
    return row


async def assign(edge: Edge, case_id: UUID, *, assignee: str, term: timedelta | None, by: Actor, taken_from: str | None = None) -> Case:
    """Give a case to one evaluator for a time; a case that was open is in evaluation then (R99).

    Raises:
        Refused: it is decided, somebody else has it or had it taken over by now, or the time is out of bounds.
    """
    row = await lock_for(edge, case_id, by)
    on = calendar_day(edge.now)
    lasts = rules.lease(term, on=on)
    rules.may_assign(row.facts(), by=by.sub, term=lasts, now=edge.now, on=on, taken_from=taken_from).or_refuse()
    rules.may_be_given(row.facts(), assignee, led_by=await led_by(edge, row, assignee)).or_refuse()
    prior = row.public()
    row.assignee, row.assigned_until = assignee, edge.now + lasts
    if row.state == CaseState.OPEN:
        row.state = CaseState.EVALUATING
    row.version += 1
    await move(edge, row.id, LEASE, row.assigned_until)
    say_case(edge, row, "assigned", prior)
    return row


async def release(edge: Edge, row: Case) -> datetime | None:
    """End a lease whose time has come. No event: `assigned_until` told everybody when it was given."""
    if row.assigned_until is None:
        return None
    if edge.now < row.assigned_until:
        return row.assigned_until
    row.assignee = row.assigned_until = None
    note_case(edge, row, "released")
    return None


async def extend(edge: Edge, case_id: UUID, *, until: datetime, cause: ExtensionCause, note: str, by: Actor) -> Case:
    """Move a clock's target for a cause that the policy accepts; the first target stays on record (R98, D5).

    Raises:
        Refused: there is no running clock, or the date is no later one.
    """
    row = await lock_for(edge, case_id, by)
    if not rules.may_read_case(row.facts(), by, now=edge.now, led_by=await led_by(edge, row, by.sub)):
        raise NotFound("case")
    made = (await extensions_of(edge, row.id))[row.id]
    rules.may_extend(row.facts(row.clock(made)), until=until, cause=cause, by=by.sub, now=edge.now).or_refuse()
    prior = row.public()
    key = await data_key(edge, row.id)
    extension = ExtensionRow(
        id=new_id(), case_id=row.id, until=until, cause=cause, note=key.seal(note, place="extension.note"), by=by.sub, at=edge.now
    )
    edge.session.add(extension)
    clock = row.clock([*made, extension])
    if clock is None:
        raise AssertionError("a clock that may be extended is there")
    row.due_at, row.delay_cause, row.clock_state = until, cause, state_of(clock, edge.now)
    row.version += 1
    if row.clock_state == ClockState.RUNNING:
        await move(edge, row.id, AT_RISK, clock.effective.at_risk_at)
    else:
        await cancel(edge, row.id, AT_RISK)
    await move(edge, row.id, BREACHED, until)
    say_case(edge, row, "extended", prior)
    return row


async def at_risk(edge: Edge, row: Case) -> None:
    """Say that three quarters of the time are gone, once for each target (D5)."""
    if await _stands(edge, row) is ClockState.AT_RISK and row.clock_state == ClockState.RUNNING:
        _say_clock(edge, row, "at_risk")


async def breached(edge: Edge, row: Case) -> None:
    """Say that the target has passed, once for each target; the case goes on (R97)."""
    if await _stands(edge, row) is ClockState.BREACHED and row.clock_state in {ClockState.RUNNING, ClockState.AT_RISK}:
        _say_clock(edge, row, "breached")


async def _stands(edge: Edge, row: Case) -> ClockState | None:
    # A clock that was extended says why; of the others nothing need be read when thousands are due at once.
    made = (await extensions_of(edge, row.id))[row.id] if row.delay_cause else []
    clock = row.clock(made)
    return None if clock is None else state_of(clock, edge.now)


def _say_clock(edge: Edge, row: Case, kind: Literal["at_risk", "breached"]) -> None:
    prior = row.public()
    row.clock_state = kind
    row.version += 1
    say_case(edge, row, kind, prior)
