"""The list of those banned from an event: granted by two people, copied for one reader, gone when the event ends (R36-R38, D18)."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.audit import log_access, write_audit
from chassis.crypto import data_key, new_data_key, reveal, reveal_many
from chassis.edge import Edge, new_id
from chassis.ticker import schedule
from kernel.kinds import Kind
from sqlmodel import col, select

from ban_svc.actions.attendance import banned_from
from ban_svc.actions.events import event_of
from ban_svc.actions.inheritance import NAME, accounts_of, members_of
from ban_svc.model import IN_FORCE
from ban_svc.model.event import EventFacts, Ground, ListState
from ban_svc.rules import event_list as law
from ban_svc.tables import Action, Event, EventCopy, EventList, EventOmission, Photograph

DOCUMENT = "event_list.document"
NOTE = "event_list.note"
REASON = "event_omission.reason"


@dataclass(frozen=True, slots=True)
class Entry:
    """One person on a copy: names first, then which photographs there are."""

    names: Sequence[str]
    photographs: Sequence[UUID]


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy, made for one reader: the names of each person on it, every name marked, and the number that stands on it visibly."""

    number: str
    event: Event
    granted: EventList
    people: Sequence[Entry]
    at: datetime


async def propose_list(
    edge: Edge, event_id: str, *, recipients: Sequence[str], ground: Ground, document: str, until: datetime
) -> EventList:
    """Propose that named persons may have the list of an event, on a ground that binds them.

    Raises:
        Refused: the event is unknown or over, or the grant would outlive it.
    """
    event = await event_of(edge, event_id)
    list_id = new_id()
    key = new_data_key(edge, list_id)
    row = EventList(
        id=list_id,
        event=event.id,
        recipients=list(dict.fromkeys(recipients)),
        ground=ground,
        document=key.seal(document, place=DOCUMENT),
        until=until,
        proposed_by=edge.by.id,
        at=edge.now,
    )
    law.may_grant(row.facts(event), now=edge.now).or_refuse()
    edge.session.add(row)
    await edge.session.flush()
    schedule(edge, aggregate_id=row.id, kind="event_list.over", due_at=until)
    _note(edge, row, "proposed", prior=None)
    return row


async def read_document(edge: Edge, row: EventList) -> str:
    """Read on what a grant rests, as the manager does before confirming it; the read is logged."""
    await log_access(edge, "event_list", row.id)
    return await reveal(edge, row.document, place=DOCUMENT)


async def confirm_list(edge: Edge, list_id: UUID, *, text: str) -> EventList:
    """Confirm a grant as the manager.

    Raises:
        Refused: with every reason why it may not be confirmed, by this person or at all.
    """
    row = await edge.lock(EventList, list_id, "event list")
    event = await event_of(edge, row.event)
    law.may_confirm_grant(row.facts(event), by=edge.by.id, now=edge.now).or_refuse()
    prior, key = row.state, await data_key(edge, row.id)
    row.state, row.confirmed_by, row.confirmed_at = ListState.GRANTED, edge.by.id, edge.now
    row.note = key.seal(text, place=NOTE)
    row.version += 1
    _note(edge, row, "granted", prior=prior)
    return row


async def copy_list(edge: Edge, list_id: UUID) -> Copy:
    """Make a copy for whoever asks, marked with who that is; the look is on record before the first name.

    Raises:
        Refused: the grant does not name them, is not confirmed, or is over.
    """
    row = await edge.lock(EventList, list_id, "event list")
    event = await event_of(edge, row.event)
    law.may_read_list(row.facts(event), by=edge.by.id, now=edge.now).or_refuse()
    await log_access(edge, "event_list", row.id)
    made = EventCopy(id=new_id(), list_id=row.id, mark=secrets.token_bytes(law.MARK_BYTES), reader=edge.by.id, at=edge.now)
    edge.session.add(made)
    people = [
        Entry(law.marked(await _names(edge, person), made.mark), await photographs_of(edge, person))
        for person in sorted(await on_list(edge, event.facts()))
    ]
    people = sorted((one for one in people if one.names), key=lambda one: one.names[0])
    _note(edge, row, "copied", prior=row.state)
    return Copy(number=made.mark.hex(), event=event, granted=row, people=people, at=edge.now)


async def trace_copy(edge: Edge, text: str) -> list[EventCopy]:
    """Tell from a text that leaked whose copies it came from; the question is on record."""
    found = select(EventCopy).where(col(EventCopy.mark).in_(law.marks_in(text))).order_by(col(EventCopy.at), col(EventCopy.id))
    copies = list(await edge.session.scalars(found))
    write_audit(edge, aggregate="event_list", aggregate_id=copies[0].list_id if copies else None, operation="http:event_list:traced")
    return copies


async def leave_out(edge: Edge, list_id: UUID, action_id: UUID, *, reason: str) -> EventList:
    """Leave a global ban out of every list of an event, by Legal's recorded reason.

    Raises:
        Refused: it is no global ban in force, or left out already.
    """
    action = await edge.lock(Action, action_id, "action")
    granted = await edge.lock(EventList, list_id, "event list")
    there = await edge.session.get(EventOmission, (granted.event, action.id))
    globally = action.kind == Kind.GLOBAL_BAN and action.state in IN_FORCE
    law.may_leave_out(globally=globally, left_out=there is not None).or_refuse()
    key = await data_key(edge, action.id)
    row = EventOmission(event=granted.event, action_id=action.id, reason=key.seal(reason, place=REASON), by=edge.by.id, at=edge.now)
    edge.session.add(row)
    await edge.session.flush()
    write_audit(edge, aggregate="action", aggregate_id=action.id, operation="http:action:left_out_of_list", state=action.state)
    return granted


async def live_grant(edge: Edge, event_id: str) -> EventList | None:
    """Find the grant by which whoever asks may know who is banned from an event now."""
    found = select(EventList).where(
        EventList.event == event_id,
        EventList.state == ListState.GRANTED,
        col(EventList.until) > edge.now,
        col(EventList.recipients).contains([edge.by.id]),
    )
    return (await edge.session.scalars(found.order_by(col(EventList.id)))).first()


async def end_list(edge: Edge, row: EventList) -> None:
    """Note that a grant is over; nobody could read by it since that moment."""
    if row.state == ListState.ENDED or row.until > edge.now:
        return
    prior = row.state
    row.state, row.ended_at = ListState.ENDED, row.until
    row.version += 1
    _note(edge, row, "ended", prior=prior)


async def on_list(edge: Edge, event: EventFacts) -> set[UUID]:
    """Tell which persons are banned from an event now, less those whom Legal left out."""
    left_out = set(await edge.session.scalars(select(EventOmission.action_id).where(EventOmission.event == event.id)))
    return {one.person_id for one in await banned_from(edge, event, edge.now) if one.action_id not in left_out}


async def photographs_of(edge: Edge, person: UUID) -> list[UUID]:
    """Give the ids of the photographs of a person; each is opened by itself, with a reason."""
    members = await members_of(edge, person)
    mine = select(Photograph.id).where(col(Photograph.individual_id).in_(members)).order_by(col(Photograph.id))
    return list(await edge.session.scalars(mine))


async def _names(edge: Edge, person: UUID) -> list[str]:
    accounts = await accounts_of(edge, person)
    for individual in sorted({account.individual_id for account in accounts}):
        await log_access(edge, "individual", individual)
    return sorted(await reveal_many(edge, [account.name for account in accounts], place=NAME))


def _note(edge: Edge, row: EventList, what: str, *, prior: str | None) -> None:
    source = edge.operation.partition(":")[0]
    write_audit(
        edge,
        aggregate="event_list",
        aggregate_id=row.id,
        operation=f"{source if source in ('http', 'deadline') else 'event'}:event_list:{what}",
        prior_state=prior,
        state=row.state,
    )
