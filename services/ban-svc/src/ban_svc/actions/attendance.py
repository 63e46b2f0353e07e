"""Who is banned from an event at a moment: explicitly, where the scope covers it, and by every global ban (R16, R27, R28, R36)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from chassis.audit import log_access
from chassis.crypto import reveal
from chassis.edge import Edge
from kernel.kinds import Kind
from sqlalchemy import or_
from sqlmodel import col, select

from ban_svc.actions.permission import SCOPE
from ban_svc.hashes import hashes_of
from ban_svc.model import Scope
from ban_svc.model.event import EventFacts
from ban_svc.rules.scope import covers, moment_of, veiled
from ban_svc.tables import Action, Cover, Individual, Permission


@dataclass(frozen=True, slots=True)
class Absence:
    """One account that a ban keeps from an event: whose, by which action, until when (UTC; None without end)."""

    name_hash: bytes
    person_id: UUID
    action_id: UUID
    kind: Kind
    until: datetime | None


async def banned_from(edge: Edge, event: EventFacts, asked: datetime, *, names: Sequence[bytes] | None = None) -> list[Absence]:
    """List the accounts that bans keep from an event, asked at a moment; `names` asks about these alone."""
    at = moment_of(event, asked)
    standing = (
        select(Cover, Individual.person_id)
        .join(Action, col(Action.id) == col(Cover.action_id))
        .join(Individual, col(Individual.id) == col(Action.individual_id))
        .where(
            col(Cover.kind).in_((Kind.GLOBAL_BAN, Kind.EVENT_BAN)),
            col(Cover.name_hash).is_not(None) if names is None else col(Cover.name_hash).in_(names),
            col(Cover.starts_at) <= at,
            or_(col(Cover.ends_at).is_(None), col(Cover.ends_at) > at),
        )
        .order_by(col(Cover.id))
    )
    # The scopes of covers say their places in keyed hashes.
    hidden = replace(event, place=veiled(event.place, hashes_of(edge.runtime).place) if event.place else None)
    found = [
        Absence(row.name_hash or b"", person, row.action_id, Kind(row.kind), row.ends_at)
        for row, person in await edge.session.execute(standing)
        if covers(Scope.model_validate(row.scope) if row.scope else None, hidden)
    ]
    let_in = await _let_in(edge, {one.action_id for one in found}, event, at)
    return [one for one in found if one.action_id not in let_in]


async def _let_in(edge: Edge, action_ids: Iterable[UUID], event: EventFacts, at: datetime) -> set[UUID]:
    """Tell which bans a permission excepts this event from; its scope is opened, and the read logged (R16)."""
    standing = select(Permission).where(
        col(Permission.action_id).in_(list(action_ids)),
        Permission.state == "confirmed",
        col(Permission.confirmed_at) <= at,
        col(Permission.until) > at,
    )
    found = set()
    for one in await edge.session.scalars(standing):
        edge.access_reason = edge.access_reason or edge.operation
        await log_access(edge, "action", one.action_id)
        scope = Scope.model_validate_json(await reveal(edge, one.scope, place=SCOPE))
        # What is permitted for an affiliate's event names it, or the place; no word for affiliates is needed to let somebody in.
        if covers(scope.model_copy(update={"associated": True}), event):
            found.add(one.action_id)
    return found
