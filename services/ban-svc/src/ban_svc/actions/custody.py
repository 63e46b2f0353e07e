"""The chain of custody of an action: each step over which text, who signed it, who looked, who could have (R113, R114, D17, D18, D20)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis import tables as house
from chassis.audit import Access, accesses_of, log_access, write_audit
from chassis.edge import Edge
from sqlalchemy import Text, cast
from sqlmodel import col, select

from ban_svc import rules
from ban_svc.actions.text import open_spec
from ban_svc.hashes import hashes_of
from ban_svc.model import Scope
from ban_svc.rules.scope import covers, veiled
from ban_svc.tables import Action, Cover, Event, EventCopy, EventList, EventOmission, Modification, ModificationSignature, Signature

COPIED = "custody_copied"


@dataclass(frozen=True, slots=True)
class Step:
    """A row of the trail. `text` is the digest of the text that stood then, `seal` the row's number and hash in the house's chain."""

    row: Any
    text: str | None
    seal: tuple[int, str] | None


@dataclass(frozen=True, slots=True)
class Signed:
    """One person's word over one text, of the action or of a modification."""

    row: Signature | ModificationSignature
    digest: str


@dataclass(frozen=True, slots=True)
class Granted:
    """A grant of an event's list on which the person stood, while both held; `left_out_at` is when Legal left the ban out."""

    granted: EventList
    left_out_at: datetime | None


@dataclass(frozen=True, slots=True)
class Custody:
    """All of it, in the order in which it happened."""

    action: Action
    steps: Sequence[Step]
    signatures: Sequence[Signed]
    looks: Sequence[Access]
    grants: Sequence[Granted]
    copies: Sequence[EventCopy]
    checked: bool
    entry: str | None


async def custody_of(edge: Edge, action: Action) -> Custody:
    """Gather the chain of custody of an action; the look is logged with the caller's reason before anything is opened."""
    await log_access(edge, "action", action.id)
    spec = await open_spec(edge, action)
    spans = list(await edge.session.scalars(select(Cover).where(Cover.action_id == action.id, col(Cover.name_hash).is_not(None))))
    grants = await _grants(edge, action, spans)
    return Custody(
        action=action,
        steps=await _steps(edge, action),
        signatures=await _signatures(edge, action),
        looks=await accesses_of(edge, action.id),
        grants=grants,
        copies=await _copies(edge, action, [one.granted.id for one in grants], spans),
        checked=await _checked(edge, action),
        entry=rules.register_of(spec) if spec is not None else None,
    )


def note_copy(edge: Edge, action: Action, digest: str) -> None:
    """Put into the trail that a copy was made, and what it says in one digest: a copy that turns up somewhere is told by it."""
    write_audit(
        edge,
        aggregate="action",
        aggregate_id=action.id,
        operation=f"http:action:{COPIED}",
        prior_state=action.state,
        state=action.state,
        digest=digest,
    )


async def _steps(edge: Edge, action: Action) -> list[Step]:
    row, seal = house.audit.c, house.seal.c
    sealed = house.audit.outerjoin(house.seal, (seal.table == "audit") & (seal.row_id == cast(row.id, Text)))
    mine = (row.aggregate == "action") & (row.aggregate_id == action.id)
    asked = house.audit.select().add_columns(seal.no, seal.row_hash).select_from(sealed).where(mine).order_by(row.at, row.id)
    steps, text = [], None
    for one in await edge.session.execute(asked):
        if one.digest is not None and not one.operation.endswith(f":{COPIED}"):
            text = one.digest
        steps.append(Step(one, text, None if one.no is None else (one.no, one.row_hash.hex())))
    return steps


async def _signatures(edge: Edge, action: Action) -> list[Signed]:
    own = [Signed(one, one.digest) for one in await edge.session.scalars(select(Signature).where(Signature.action_id == action.id))]
    of_modifications = (
        select(ModificationSignature, Modification.digest)
        .join(Modification, col(Modification.id) == col(ModificationSignature.modification_id))
        .where(Modification.action_id == action.id)
    )
    later = [Signed(row, digest) for row, digest in await edge.session.execute(of_modifications)]
    return sorted(own + later, key=lambda one: (one.row.at, one.row.id))


async def _grants(edge: Edge, action: Action, spans: Sequence[Cover]) -> list[Granted]:
    """Find the confirmed grants whose event the ban covered while they held."""
    if not spans:
        return []
    first, last = _since(action), _end(spans)
    asked = (
        select(EventList, Event, col(EventOmission.at))
        .join(Event, col(Event.id) == col(EventList.event))
        .join(EventOmission, (col(EventOmission.event) == col(Event.id)) & (col(EventOmission.action_id) == action.id), isouter=True)
        .where(col(EventList.confirmed_at).is_not(None), col(EventList.until) > first)
        .order_by(col(EventList.confirmed_at), col(EventList.id))
    )
    if last is not None:
        asked = asked.where(col(EventList.confirmed_at) < last)
    place = hashes_of(edge.runtime).place
    found = []
    for granted, event, left_out_at in await edge.session.execute(asked):
        facts = event.facts()
        # The scopes of covers say their places in keyed hashes.
        hidden = replace(facts, place=veiled(facts.place, place)) if facts.place else facts
        if any(covers(Scope.model_validate(one.scope) if one.scope else None, hidden) for one in spans):
            found.append(Granted(granted, left_out_at))
    return found


async def _copies(edge: Edge, action: Action, lists: Sequence[UUID], spans: Sequence[Cover]) -> list[EventCopy]:
    """Find the copies of those lists that were made while the ban stood."""
    if not lists:
        return []
    first, last = _since(action), _end(spans)
    asked = select(EventCopy).where(col(EventCopy.list_id).in_(lists), col(EventCopy.at) >= first)
    if last is not None:
        asked = asked.where(col(EventCopy.at) < last)
    asked = asked.order_by(col(EventCopy.at), col(EventCopy.id))
    return list(await edge.session.scalars(asked))


async def _checked(edge: Edge, action: Action) -> bool:
    """Tell whether the check that tooling asks answers, or answered, from it: it knows no event bans (R37)."""
    known = select(Cover.id).where(Cover.action_id == action.id, Cover.kind != "event_ban").limit(1)
    return (await edge.session.scalar(known)) is not None


def _since(action: Action) -> datetime:
    """Tell from when on it could stand on a list: of an event to come also before the ban itself begins."""
    return max(action.proposed_at, action.enacted_at or action.proposed_at)


def _end(spans: Sequence[Cover]) -> datetime | None:
    ends = [one.ends_at for one in spans]
    return None if None in ends else max(end for end in ends if end is not None)
