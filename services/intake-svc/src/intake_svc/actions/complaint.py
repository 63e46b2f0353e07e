"""Complaints about staff are kept from whom they are about and whom they lead, by the staff directory (R123)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from chassis.edge import Edge
from chassis.errors import NotFound
from chassis.ticker import cancel
from kernel.actor import Actor
from kernel.kinds import Kind
from sqlalchemy import Select, select
from sqlmodel import col

from intake_svc.actions.record import note_case
from intake_svc.rules.case import is_complained_of
from intake_svc.tables import Case, Staff


async def leaders_of(edge: Edge, sub: str) -> frozenset[str]:
    """Give who leads somebody, directly or through others, as the directory has it now."""
    first: Select[Any] = select(col(Staff.line_manager).label("sub")).where(col(Staff.sub) == sub, col(Staff.line_manager).is_not(None))
    above = first.cte("above", recursive=True)
    # A union drops what it has seen, so that people who lead each other in a circle end it.
    above = above.union(
        select(col(Staff.line_manager)).join(above, col(Staff.sub) == above.c.sub).where(col(Staff.line_manager).is_not(None))
    )
    return frozenset(await edge.session.scalars(select(above.c.sub)))


async def led_by(edge: Edge, row: Case, sub: str) -> frozenset[str]:
    """Give who leads somebody where the case asks about it: most cases are about no member of staff."""
    return await leaders_of(edge, sub) if row.complained_of else frozenset()


async def name_complained_of(edge: Edge, case_id: UUID, persons: Sequence[str], *, by: Actor) -> Case:
    """Put on record whom of the staff a complaint is about: from now on it is kept from them and from whom they lead (R123).

    Raises:
        NotFound: there is no such case, it is no complaint about staff, or it is about this person.
    """
    row = await edge.lock(Case, case_id, "case")
    leaders = await led_by(edge, row, by.sub)
    complaint = row.kind == Kind.STAFF_COMPLAINT or bool(row.complained_of)
    if not complaint or is_complained_of(row.facts(), by.sub, led_by=leaders):
        raise NotFound("case")
    row.complained_of = sorted({*row.complained_of, *persons})
    if row.assignee is not None and is_complained_of(row.facts(), row.assignee, led_by=await led_by(edge, row, row.assignee)):
        # As when a lease ends: the events that gave it are not taken back.
        row.assignee = row.assigned_until = None
        await cancel(edge, row.id, "case.lease")
    note_case(edge, row, "complained_of_named")
    return row
