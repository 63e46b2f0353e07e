"""Requests of one matter are one case: joined by a person, parted again by one; and a letter that is a notice is passed on (R87, R88)."""

from dataclasses import dataclass
from uuid import UUID

from chassis.crypto import data_key
from chassis.edge import Edge, new_id
from chassis.errors import NotFound
from kernel.actor import Actor
from kernel.decision import Reason
from sqlalchemy import select
from sqlmodel import col

from intake_svc.actions import waiting
from intake_svc.actions.carrying import carry_holds
from intake_svc.actions.closing import close, open_again
from intake_svc.actions.complaint import led_by
from intake_svc.actions.filing import forward
from intake_svc.actions.holds import is_held
from intake_svc.actions.record import say_case, say_request
from intake_svc.actions.weight import serve
from intake_svc.model.case import CaseFacts
from intake_svc.model.hold import Record
from intake_svc.model.request import Document, RequestState
from intake_svc.rules import case as case_rules
from intake_svc.rules import joining as rules
from intake_svc.tables import Case, Joining, Passing, Request

NOTE, PARTED_WHY, PASSED_WHY = "joining.note", "joining.parted_why", "passing.note"


async def join(edge: Edge, request_id: UUID, *, to: UUID | None, note: str, by: Actor) -> Request:
    """Join a request to the case of an earlier one, `to`, or the one that it was found to be like; its own case is closed (R88).

    Raises:
        Refused: with every reason why they are not one matter here.
        NotFound: there is no such request for this person, or none that it is like.
    """
    seen = await edge.get(Request, request_id, "request")
    first_id = to or seen.similar_to
    if first_id is None or first_id == request_id:
        raise NotFound("request that it is like")
    earlier = await edge.get(Request, first_id, "request")
    cases = await _lock_cases(edge, {seen.case_id, earlier.case_id}, by)
    row, first = await _lock_both(edge, request_id, first_id)
    own, case = cases.get(row.case_id), cases.get(first.case_id)
    rules.may_join(
        rules.Joint(
            request=row.facts(),
            received_at=row.received_at,
            own=own.facts() if own else None,
            own_serves=len(own.request_ids) if own else 0,
            first=first.facts(),
            first_received_at=first.received_at,
            case=case.facts() if case else None,
        )
    ).or_refuse()
    if case is None:
        raise AssertionError("what is joined is there")
    key = await data_key(edge, row.key_id)
    joining = Joining(
        id=new_id(),
        request_id=row.id,
        first_id=first.id,
        case_id=case.id,
        own_case_id=own.id if own else None,
        note=key.seal(note, place=NOTE),
        by=by.sub,
        at=edge.now,
    )
    edge.session.add(joining)
    prior, prior_case = row.public(), case.public()
    await waiting.end(edge, row)
    row.state, row.duplicate_of, row.case_id = RequestState.DUPLICATE, first.id, case.id
    row.version += 1
    await serve(edge, case, [*case.request_ids, row.id])
    case.version += 1
    if own is not None:
        await close(edge, own, passed_on="joined")
    say_request(edge, row, "duplicate_linked", prior)
    say_case(edge, case, "expanded", prior_case)
    return row


async def part(edge: Edge, request_id: UUID, *, note: str, by: Actor) -> Request:
    """Part a request from the case that it joined by mistake: it has its own case again, with the clock that this had.

    Raises:
        Refused: it joined nothing, the case is decided, or a hold lies on it that no case of its own would keep.
    """
    joined = await lock_joined(edge, request_id, by)
    row, case = joined.row, joined.case
    held = case is not None and await is_held(edge, case.id, Record.REQUEST, row.id)
    rules.may_part(row.facts(), case.facts() if case else None, held=held, has_own=joined.own is not None).or_refuse()
    await leave(edge, joined, note=note, by=by)
    if case is not None and joined.own is not None:
        await carry_holds(edge, case, joined.own, {row.id: row.id})
    return row


@dataclass(frozen=True, slots=True)
class Joined:
    """A request, the case that serves it, and the joining that brought it there with the case of its own, if it had one."""

    row: Request
    case: Case | None
    joining: Joining | None
    own: Case | None


async def lock_joined(edge: Edge, request_id: UUID, by: Actor) -> Joined:
    """Lock a request with the case that serves it and, where it joined that, with its own.

    Raises:
        NotFound: there is no such request for this person.
    """
    seen = await edge.get(Request, request_id, "request")
    found = await edge.session.scalars(select(Joining).where(col(Joining.request_id) == request_id, col(Joining.parted_at).is_(None)))
    joining = found.one_or_none()
    own_id = joining.own_case_id if joining else None
    cases = await _lock_cases(edge, {seen.case_id, own_id}, by)
    row = await edge.lock(Request, request_id, "request")
    return Joined(row, cases.get(row.case_id), joining, cases.get(own_id))


async def leave(edge: Edge, joined: Joined, *, note: str, by: Actor, reasons: tuple[Reason, ...] = ()) -> None:
    """Let a request leave the case that it joined for its own, or wait for its parts again."""
    row, case, joining = joined.row, joined.case, joined.joining
    if joining is None or case is None:
        raise AssertionError("what has joined a case has its record")
    key = await data_key(edge, row.key_id)
    joining.parted_by, joining.parted_at, joining.parted_why = by.sub, edge.now, key.seal(note, place=PARTED_WHY)
    prior, prior_case = row.public(), case.public()
    row.duplicate_of, row.case_id = None, joining.own_case_id
    row.state = RequestState.INCOMPLETE if row.missing() else RequestState.COMPLETE
    row.version += 1
    await serve(edge, case, [one for one in case.request_ids if one != row.id])
    case.version += 1
    say_request(edge, row, "returned" if row.state == RequestState.INCOMPLETE else "completed", prior)
    say_case(edge, case, "expanded", prior_case, reasons=reasons)
    if joined.own is not None:
        await open_again(edge, joined.own)
    elif row.state == RequestState.INCOMPLETE:
        waiting.begin(edge, row)


async def pass_on(edge: Edge, request_id: UUID, *, document: Document, note: str, by: Actor) -> Request:
    """Pass a letter on that is dmca-svc's to judge, with its first receipt; the case that it opened is closed (R87).

    Raises:
        Refused: it is over, has joined another, is urgent, or its case has gone on.
    """
    seen = await edge.get(Request, request_id, "request")
    cases = await _lock_cases(edge, {seen.case_id}, by)
    row = await edge.lock(Request, request_id, "request")
    own = cases.get(row.case_id)
    rules.may_pass_on(row.facts(), own.facts() if own else None, own_serves=len(own.request_ids) if own else 0).or_refuse()
    key = await data_key(edge, row.key_id)
    made = Passing(id=new_id(), request_id=row.id, document=document, note=key.seal(note, place=PASSED_WHY), by=by.sub, at=edge.now)
    edge.session.add(made)
    await waiting.end(edge, row)
    forward(edge, row, document)
    if own is not None:
        await close(edge, own, passed_on="forwarded")
    return row


async def _lock_cases(edge: Edge, ids: set[UUID | None], by: Actor) -> dict[UUID | None, Case]:
    """Lock cases in the order of their ids, before the requests in them: those that this person may work on.

    Raises:
        NotFound: one is of a kind that they may not know of.
    """
    found: dict[UUID | None, Case] = {}
    for case_id in sorted(one for one in ids if one is not None):
        row = await edge.lock(Case, case_id, "case")
        leaders = await led_by(edge, row, by.sub)
        facts: CaseFacts = row.facts()
        if not case_rules.may_touch(facts, by, led_by=leaders) or not case_rules.may_read_case(facts, by, now=edge.now, led_by=leaders):
            raise NotFound("request")
        found[case_id] = row
    return found


async def _lock_both(edge: Edge, one: UUID, other: UUID) -> tuple[Request, Request]:
    rows = {request_id: await edge.lock(Request, request_id, "request") for request_id in sorted([one, other])}
    return rows[one], rows[other]
