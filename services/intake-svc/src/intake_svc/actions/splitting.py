"""A matter of another kind gets a case of its own: a request that had joined, or a second matter in one letter (R50, R87, R88, D12).

It counts from the first receipt of its letter, goes on alone from then, and may be joined again.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from chassis.crypto import new_data_key
from chassis.edge import Edge, new_id
from chassis.errors import NotFound
from kernel.actor import Actor
from kernel.decision import Decision
from kernel.kinds import Kind
from kernel.workdays import calendar_day
from sqlalchemy import or_, select
from sqlmodel import col

from intake_svc.actions import sealed
from intake_svc.actions.carrying import carry, carry_holds
from intake_svc.actions.filing import open_case
from intake_svc.actions.joining import leave, lock_joined
from intake_svc.actions.likeness import New, store_new
from intake_svc.actions.notes import keep_note, lock_seen
from intake_svc.actions.reading import read_case, read_requester
from intake_svc.actions.record import say_case, say_request
from intake_svc.actions.subjects import hashes_of
from intake_svc.model.case import Priority
from intake_svc.model.note import Topic
from intake_svc.model.request import Channel, RequestState
from intake_svc.model.splitting import Along, Matter
from intake_svc.rules import request as request_rules
from intake_svc.rules import splitting as rules
from intake_svc.tables import Case, Request, Split


@dataclass(frozen=True, slots=True)
class SplitOff:
    """What was split off, and under which ids what went along lies in the other case."""

    row: Split
    carried: Mapping[UUID, UUID]


async def split(edge: Edge, case_id: UUID, request_id: UUID, *, matter: Matter | None, along: Along, note: str, by: Actor) -> SplitOff:
    """Split a matter off a case: `matter` is one in the letter of this request; without it the request itself, which had joined.

    Raises:
        NotFound: there is no such case for this person, or the request is none of its own.
        Refused: with every reason why the case stays one.
    """
    edge.access_reason = edge.access_reason or edge.operation
    if matter is None:
        return await _split_request(edge, case_id, request_id, along=along, note=note, by=by)
    row = await lock_seen(edge, case_id, by)
    letter = await edge.lock(Request, request_id, "request")
    if letter.id not in row.request_ids or letter.case_id != row.id:
        raise NotFound("request")
    kind, whole = _judge(letter, matter)
    urgent = request_rules.priority_of(kind) is Priority.URGENT
    allowed = rules.may_split(row.facts(), urgent=urgent, by=by.sub, now=edge.now)
    (allowed & rules.may_be_matter(letter.facts(), kind, whole, urgent=urgent)).or_refuse()
    prior = row.public()
    made, opened = await _file(edge, letter, matter, kind, whole)
    row.version += 1
    say_case(edge, row, "expanded", prior, reasons=(rules.SPLIT_OFF,))
    return await _kept(edge, row, opened, made, along=along, holds={letter.id: made.id}, note=note)


async def splits_of(edge: Edge, case_id: UUID) -> list[Split]:
    """Give what was ever split off a case, and what it was split off from itself, oldest first."""
    both = or_(col(Split.case_id) == case_id, col(Split.to_case_id) == case_id)
    return list(await edge.session.scalars(select(Split).where(both).order_by(col(Split.id))))


async def list_splits(edge: Edge, case_id: UUID, reader: Actor) -> list[Split]:
    """Give the splits of a case to someone who may see it."""
    return await splits_of(edge, (await read_case(edge, case_id, reader)).id)


async def _split_request(edge: Edge, case_id: UUID, request_id: UUID, *, along: Along, note: str, by: Actor) -> SplitOff:
    joined = await lock_joined(edge, request_id, by)
    row, own = joined.case, joined.own
    if row is None or row.id != case_id:
        raise NotFound("request")
    allowed = rules.may_split(row.facts(), urgent=False, by=by.sub, now=edge.now)
    (allowed & rules.may_leave(joined.row.facts(), had_case=own is not None)).or_refuse()
    if own is None:
        raise AssertionError("what leaves a case has its own")
    await leave(edge, joined, note=note, by=by, reasons=(rules.SPLIT_OFF,))
    return await _kept(edge, row, own, joined.row, along=along, holds={joined.row.id: joined.row.id}, note=note)


def _judge(letter: Request, matter: Matter) -> tuple[Kind, Decision]:
    """Tell which kind of case a matter makes, and whether it brings what that asks for; the demands are those of the letter's receipt.

    Where the letter came in says nothing about a matter that a person read: of an urgent letter the rest is not urgent.
    """
    on = calendar_day(letter.received_at)
    named = request_rules.named_by(matter.brought.named, on=on)
    kind = request_rules.case_kind(matter.kind, Channel.FORM, named) or matter.kind
    if kind is Kind.DMCA:
        return kind, Decision()
    asked = request_rules.asked_as(matter.kind, Channel.FORM, kind)
    return kind, request_rules.is_complete(asked, Channel(letter.channel), matter.brought.parts, on=on)


async def _file(edge: Edge, letter: Request, matter: Matter, kind: Kind, whole: Decision) -> tuple[Request, Case]:
    """File the matter as a request of its own, of the same sender and receipt, with its case."""
    _, said = await read_requester(edge, letter.id)
    request_id, brought = new_id(), matter.brought
    # As of any request, what was asked and who asked may each go before the rest of the case does (D27).
    key, own, contact = (new_data_key(edge, one) for one in (new_id(), request_id, new_id()))
    made = Request(
        id=request_id,
        kind=matter.kind,
        channel=letter.channel,
        standing_as=letter.standing_as,
        state=RequestState.COMPLETE if whole else RequestState.INCOMPLETE,
        team=request_rules.owner_of(kind, on=calendar_day(letter.received_at)),
        parts=sorted(brought.parts),
        filed_by=letter.filed_by,
        received_at=letter.received_at,
        case_id=key.id,
        case_kind=kind,
        key_id=key.id,
        content=own.seal(sealed.set_apart(edge, kind, key.id, request_id, brought.content), place="request.content"),
        requester=contact.seal(json.dumps(said), place="request.requester"),
        email_hash=letter.email_hash,
        wiki_user_hash=letter.wiki_user_hash,
        subject_hashes=hashes_of(edge, matter.kind, brought.matter),
        sender_id=letter.sender_id,
        sender_state=letter.sender_state,
        sender_locked_out_until=letter.sender_locked_out_until,
        letter_id=letter.letter_id or letter.id,
    )
    say_request(edge, made, "received", None)
    opened = open_case(edge, made, kind, rules.SPLIT_OFF)
    await store_new(edge, New(made, opened, brought.matter if request_rules.is_linked(matter.kind) else None))
    return await edge.lock(Request, made.id, "request"), await edge.lock(Case, opened.id, "case")


async def _kept(edge: Edge, row: Case, to: Case, request: Request, *, along: Along, holds: dict[UUID, UUID], note: str) -> SplitOff:
    """Put the split on record, with its reason beside both cases, and let what belongs to the matter go along."""
    carried = await carry(edge, row, to, along)
    await carry_holds(edge, row, to, carried | holds)
    for one in (row, to):
        await keep_note(edge, one, Topic.SPLIT, note)
    made = Split(id=new_id(), case_id=row.id, to_case_id=to.id, request_id=request.id, by=edge.by.id, at=edge.now)
    edge.session.add(made)
    await edge.session.flush()
    return SplitOff(made, carried)
