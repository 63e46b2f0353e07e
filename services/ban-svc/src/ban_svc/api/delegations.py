"""Delegations over HTTP: who signs for whom, on which level, from when until when (R91, D1)."""

from typing import Annotated
from uuid import UUID

from chassis.audit import log_access
from chassis.crypto import reveal
from chassis.edge import Edge
from chassis.http import After, Limit, OpenEdge, Page, Router, page
from kernel.actor import Role
from kernel.review import Level
from pydantic import BaseModel, Field, StringConstraints
from sqlmodel import col, select

from ban_svc import actions
from ban_svc.actions.delegation import NOTE
from ban_svc.api.forms import Form, Note
from ban_svc.api.shapes import Moment, PerformerView
from ban_svc.model.spec import Moment as MomentSent
from ban_svc.tables import Delegation

delegations = Router(prefix="/bans/v1", tags=["bans"])
SIGNERS = tuple(level.role for level in Level)


class DelegationForm(Form):
    """Who may sign for the caller on which level; times are RFC 3339, `from` is now unless it is said."""

    level: Level
    delegate: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^\S+$")] = Field(description="The delegate's `sub`")
    starts_at: MomentSent | None = Field(None, alias="from")
    until: MomentSent
    note: Note


class DelegationView(BaseModel):
    """A delegation on record; its note is shown to whoever gave a reason to read it."""

    id: UUID
    level: Level
    by: PerformerView
    delegate: str
    starts_at: Moment = Field(serialization_alias="from")
    until: Moment
    ended_at: Moment | None = None
    note: str | None = None


@delegations.post(
    "/delegations",
    roles=SIGNERS,
    status=201,
    creates=True,
    refuses=("role_missing", "delegates_to_self", "ends_before_it_starts", "ends_in_the_past", "delegation_too_long"),
    example={
        "level": "director",
        "delegate": "dana",
        "from": "2030-07-01T00:00:00Z",
        "until": "2030-07-15T00:00:00Z",
        "note": "On leave; agreed with the chief.",
    },
)
async def delegate_level(edge: OpenEdge, form: DelegationForm) -> DelegationView:
    """Let another person sign for a level that you hold, between two dates.

    What the delegate signs is a signature of the delegate, who counts as one person.
    """
    starts_at = form.starts_at or edge.now
    row = await actions.delegate(edge, level=form.level, delegate=form.delegate, starts_at=starts_at, until=form.until, note=form.note)
    return await _view(edge, row)


@delegations.get("/delegations", roles=(*SIGNERS, Role.AUDITOR))
async def list_delegations(edge: OpenEdge, *, level: Level | None = None, after: After = None, limit: Limit = 50) -> Page[DelegationView]:
    """List delegations, past and present, in the order they were given."""
    query = select(Delegation).order_by(col(Delegation.id))
    found = await page(edge, query.filter_by(level=level) if level else query, lambda row: row, after=after, limit=limit)
    return Page(items=[_shown(row) for row in found.items], next=found.next)


@delegations.post("/delegations/{delegation_id}/end", roles=SIGNERS, refuses=("not_the_delegator", "delegation_over"), example={})
async def end_delegation(edge: OpenEdge, delegation_id: UUID) -> DelegationView:
    """End a delegation before its time; what was signed under it stays signed."""
    return await _view(edge, await actions.end_delegation(edge, delegation_id))


async def _view(edge: Edge, row: Delegation) -> DelegationView:
    if edge.access_reason is None:
        return _shown(row)
    await edge.flush()
    await log_access(edge, "delegation", row.id)
    return _shown(row, await reveal(edge, row.note, place=NOTE))


def _shown(row: Delegation, note: str | None = None) -> DelegationView:
    return DelegationView(
        id=row.id,
        level=Level(row.level),
        by=PerformerView(role=row.level, id=row.by),
        delegate=row.delegate,
        starts_at=row.starts_at,
        until=row.until,
        ended_at=row.ended_at,
        note=note,
    )
