"""Whom to ask about an action: who did it and their line manager, as intake's staff directory knows them (R94)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from chassis.audit import log_access
from chassis.errors import Unavailable
from chassis.http import OpenEdge, Prepared, Received, Router
from chassis.peers import NotThere, PeerFailed
from chassis.runtime import Runtime
from chassis.service import Permanent
from fastapi import Request
from kernel.actor import Role
from kernel.kinds import Kind
from pydantic import BaseModel

from ban_svc import rules
from ban_svc.actions.matter import roles_of
from ban_svc.api.actions import READERS, readable
from ban_svc.api.shapes import Moment, PerformerView
from ban_svc.api.views import performer_of
from ban_svc.rules.contact import has_contacts
from ban_svc.tables import Action

contacts = Router(prefix="/bans/v1", tags=["bans"])

NOT_ENTERED = "The staff directory does not have them; an operator enters them at PUT /intake/v1/staff/{sub}."
NOT_THEN = "The staff directory does not say who led them when they acted; an operator enters it, with the day from which it was so."
NOBODY_LEADS = "The staff directory names no line manager of theirs when they acted."


class ContactView(BaseModel):
    """A member of staff, and where to write to them now; `missing` says what the directory lacks and what to do."""

    id: str | None = None
    contact: str | None = None
    team: str | None = None
    missing: str | None = None


class ContactsView(BaseModel):
    """Whom to ask about an action: whoever did it, and who led them then."""

    action_id: UUID
    performed_by: PerformerView
    performed_at: Moment
    staff: ContactView
    line_manager: ContactView


@dataclass(frozen=True, slots=True)
class Directory:
    """What the directory says of two people."""

    staff: ContactView
    line_manager: ContactView


async def ask_directory(request: Request, _received: Received) -> Directory | None:
    """Ask intake for both, with no transaction open; None for whoever the endpoint refuses.

    Raises:
        Unavailable: intake cannot be reached, or does not answer in words that can be read.
    """
    if not request.headers.get("x-access-reason"):
        # Nobody is looked up for a call that does not say why.
        return None
    runtime: Runtime = request.app.state.runtime
    try:
        action_id = UUID(str(request.path_params["action_id"]))
    except ValueError:
        return None
    async with runtime.edge("http:read_action_contacts") as edge:
        action = await edge.session.get(Action, action_id)
        roles = request.scope["office.caller"].actor.roles
        if action is None or action.performed_by is None or not _may_ask(action, roles):
            return None
        who, then = action.performed_by, action.enacted_at or edge.now
    reason = f"contacts of action {action_id}"
    asking = _Asking(runtime, reason, request.scope.get("office.request_id"))
    try:
        return Directory(await asking.contact(who), await asking.line_manager(who, then))
    except (PeerFailed, Permanent, KeyError) as error:
        says = "The staff directory, which intake-svc keeps, cannot be reached, so nobody can be named; try again."
        raise Unavailable(says) from error


@dataclass(frozen=True, slots=True)
class _Asking:
    runtime: Runtime
    reason: str
    request_id: str | None

    async def entry(self, sub: str, at: datetime | None = None) -> dict[str, Any] | None:
        path, params = f"/intake/v1/staff/{quote(sub, safe='')}", {"at": at.isoformat()} if at else None
        try:
            return await self.runtime.peers.get("intake", path, reason=self.reason, request_id=self.request_id, params=params)
        except NotThere:
            return None

    async def contact(self, sub: str) -> ContactView:
        found = await self.entry(sub)
        if found is None:
            return ContactView(id=sub, missing=NOT_ENTERED)
        return ContactView(id=sub, contact=found["contact"], team=found["team"])

    async def line_manager(self, sub: str, then: datetime) -> ContactView:
        found = await self.entry(sub, then)
        if found is None:
            return ContactView(missing=NOT_THEN)
        leads = found.get("line_manager")
        return ContactView(missing=NOBODY_LEADS) if leads is None else await self.contact(leads)


@contacts.get(
    "/actions/{action_id}/contacts",
    roles=(*READERS, Role.SERVICE),
    reads="whom to ask",
    prepares=ask_directory,
    refuses=("nobody_acted",),
)
async def read_action_contacts(edge: OpenEdge, action_id: UUID, directory: Annotated[Directory | None, Prepared]) -> ContactsView:
    """Read whom to ask about an action: who put it into force, and who led them then, with where both are reached now.

    Whom the staff directory does not have is said to be missing, with what to do about it.
    """
    action = await edge.get(Action, action_id, "action") if Role.SERVICE in roles_of(edge) else await readable(edge, action_id)
    performed = performer_of(action)
    has_contacts(performed=performed is not None and action.enacted_at is not None).or_refuse()
    if directory is None or performed is None or action.enacted_at is None:
        raise Unavailable("It was put into force this moment; ask again.")
    await log_access(edge, "action", action.id)
    return ContactsView(
        action_id=action.id,
        performed_by=performed,
        performed_at=action.enacted_at,
        staff=directory.staff,
        line_manager=directory.line_manager,
    )


def _may_ask(action: Action, roles: frozenset[Role]) -> bool:
    return Role.SERVICE in roles or bool(rules.may_work_on(Kind(action.kind), roles))
