"""A resolution that waits for its peer falls when another step takes its place (D2)."""

from uuid import UUID

from chassis.edge import Edge
from sqlalchemy import select
from sqlmodel import col

from intake_svc.model.resolution import ResolutionState
from intake_svc.tables import Case, Request, Resolution


async def proposed_on(edge: Edge, *, case_id: UUID | None = None, request_id: UUID | None = None) -> Resolution | None:
    """Give the resolution of a case or request that is proposed or in force; there is one at most."""
    mine = col(Resolution.case_id) == case_id if case_id is not None else col(Resolution.request_id) == request_id
    live = col(Resolution.state).in_([ResolutionState.PROPOSED, ResolutionState.CONFIRMED])
    found = select(Resolution).where(mine, live).with_for_update().execution_options(populate_existing=True)
    return (await edge.session.scalars(found)).one_or_none()


async def supersede(edge: Edge, row: Case) -> None:
    """Let what is proposed on a case fall."""
    if row.resolution_id is not None:
        _fall(edge, await proposed_on(edge, case_id=row.id))
        row.resolution_id = None
        await edge.session.flush()


async def supersede_request(edge: Edge, row: Request) -> None:
    """Let what is proposed on a request without a case fall."""
    _fall(edge, await proposed_on(edge, request_id=row.id))
    await edge.session.flush()


def _fall(edge: Edge, proposed: Resolution | None) -> None:
    if proposed is not None and proposed.state == ResolutionState.PROPOSED:
        proposed.state, proposed.ended_by, proposed.ended_at = ResolutionState.SUPERSEDED, edge.by.id, edge.now
