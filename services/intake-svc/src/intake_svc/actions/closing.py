"""A case is closed without an action, or opened again with the clock that it had (R60, R87, R88, R111, D5)."""

from chassis.edge import Edge
from chassis.ticker import cancel, schedule
from kernel.deadline import ClockState

from intake_svc.actions import dates
from intake_svc.actions.filing import AT_RISK, BREACHED
from intake_svc.actions.record import say_case
from intake_svc.model.case import CaseState
from intake_svc.tables import Case


async def close(edge: Edge, row: Case, *, outcome: str | None = None, passed_on: str | None = None) -> None:
    """Close a case that ends without an action, or whose request went elsewhere; its clock stops and remembers where it stood."""
    prior = row.public()
    row.state, row.outcome, row.passed_on, row.decided_at = CaseState.CLOSED, outcome, passed_on, edge.now
    if row.clock_state is not None:
        row.clock_before, row.clock_state, row.stopped_at = row.clock_state, ClockState.STOPPED, edge.now
    row.version += 1
    await cancel(edge, row.id, AT_RISK, BREACHED)
    await dates.set_dates(edge, row)
    say_case(edge, row, "closed", prior)


async def open_again(edge: Edge, row: Case) -> None:
    """Open a closed case again: its clock goes on as if it had never stopped, and what it missed meanwhile is said at once (R97)."""
    prior = row.public()
    row.state, row.outcome, row.passed_on, row.decided_at, row.resolution_id = CaseState.EVALUATING, None, None, None, None
    row.clock_state, row.clock_before, row.stopped_at = row.clock_before, None, None
    row.review_at = None
    await dates.forget_dates(edge, row)
    if row.clock_state == ClockState.RUNNING:
        schedule(edge, aggregate_id=row.id, kind=AT_RISK, due_at=row.risk_at())
    if row.clock_state in {ClockState.RUNNING, ClockState.AT_RISK}:
        schedule(edge, aggregate_id=row.id, kind=BREACHED, due_at=row.due_at)
    row.version += 1
    say_case(edge, row, "reopened", prior)
