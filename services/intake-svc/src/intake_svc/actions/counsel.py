"""A case for counsel or a court: who may read it as a whole (R95, D27)."""

from uuid import UUID

from chassis.audit import log_access
from chassis.edge import Edge
from chassis.errors import NotFound
from kernel.actor import Actor

from intake_svc.actions.complaint import led_by
from intake_svc.rules.counsel import may_read_file
from intake_svc.tables import Case


async def read_for_counsel(edge: Edge, case_id: UUID, reader: Actor) -> Case:
    """Give a case to counsel or the auditor, at whatever stage it is; the look is logged.

    Raises:
        NotFound: there is none, or they may not know of it.
    """
    row = await edge.get(Case, case_id, "case")
    if not await may_know(edge, row, reader):
        raise NotFound("case")
    await log_access(edge, "case", row.id)
    return row


async def may_know(edge: Edge, row: Case, reader: Actor) -> bool:
    """Tell whether somebody sees a case as counsel and the auditor do."""
    return bool(may_read_file(row.facts(), reader, led_by=await led_by(edge, row, reader.sub)))
