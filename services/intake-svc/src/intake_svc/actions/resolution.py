"""A matter ends without an action: proposed by its evaluator, confirmed by a team peer, opened again by a person (R60, R111, R116, D2)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from chassis.audit import log_access, write_audit
from chassis.crypto import data_key, reveal
from chassis.edge import Edge, new_id
from chassis.errors import NotFound
from kernel.actor import Actor
from kernel.kinds import Kind
from kernel.workdays import calendar_day
from sqlalchemy import select
from sqlmodel import col

from intake_svc.actions import dates, waiting
from intake_svc.actions.case import lock_for
from intake_svc.actions.closing import close, open_again
from intake_svc.actions.proposal import proposed_on, supersede, supersede_request
from intake_svc.actions.reading import may_read_request, read_case
from intake_svc.actions.record import note_case, say_request, source_of
from intake_svc.model.request import RequestState
from intake_svc.model.resolution import ENDS_AS, OTHER, Ending, How, Proposed, ResolutionState
from intake_svc.rules import resolution as rules
from intake_svc.tables import Case, Request, Resolution

WORDS, CONFIRMATION, ENDING = "resolution.words", "resolution.confirmation", "resolution.ending"


@dataclass(frozen=True, slots=True)
class Read:
    """A resolution with its words, for whoever is to confirm or look into it."""

    row: Resolution
    texts: Sequence[str]
    note: str
    confirmation: str | None = None
    reopening: str | None = None


async def propose(edge: Edge, case_id: UUID, proposed: Proposed, *, by: Actor) -> Resolution:
    """Propose how a case ends; what was proposed before falls. The case goes on until a peer confirms (D2).

    Raises:
        Refused: with every reason why it may not end so.
    """
    row = await lock_for(edge, case_id, by)
    asked = [RequestState(one.state) for one in await _requests_of(edge, row)]
    ending = _ending(proposed)
    rules.may_resolve(row.facts(), ending, requests=asked, by=by.sub, now=edge.now, on=calendar_day(edge.now)).or_refuse()
    await supersede(edge, row)
    made = await _write(edge, row.id, proposed, ending, by=by, case_id=row.id)
    row.resolution_id = made.id
    note_case(edge, row, "resolution_proposed")
    return made


async def confirm(edge: Edge, case_id: UUID, *, note: str, by: Actor) -> Resolution:
    """Confirm how a case ends, as a peer; its requesters are told and its clock stops (D2, D5, D25).

    Raises:
        Refused: nothing is proposed, it was this person's own, or the case may not end so any more.
    """
    row = await lock_for(edge, case_id, by)
    found = await proposed_on(edge, case_id=row.id)
    facts = row.facts()
    rules.may_confirm(found.facts() if found else None, by=by.sub, holder=facts.held_by(edge.now)).or_refuse()
    if found is None:
        raise AssertionError("what may be confirmed is there")
    requests = await _requests_of(edge, row)
    states = [RequestState(one.state) for one in requests]
    ending = found.facts().ending
    rules.may_resolve(facts, ending, requests=states, by=found.by, now=edge.now, on=calendar_day(edge.now)).or_refuse()
    await _confirmed(edge, found, row.id, note=note, by=by)
    for one in requests:
        if RequestState(one.state) not in {RequestState.WITHDRAWN, RequestState.FORWARDED, RequestState.LAPSED}:
            _end(edge, one, found)
    await close(edge, row, outcome=found.how)
    return found


async def propose_for_request(edge: Edge, request_id: UUID, proposed: Proposed, *, by: Actor) -> Resolution:
    """Propose how a request ends that waits for its parts and has no case.

    Raises:
        Refused: with every reason why it may not end so.
    """
    row = await _lock_request(edge, request_id, by)
    ending = _ending(proposed)
    rules.may_resolve_request(row.facts(), ending, on=calendar_day(edge.now)).or_refuse()
    await supersede_request(edge, row)
    made = await _write(edge, row.key_id, proposed, ending, by=by, request_id=row.id)
    _note_request(edge, row, "resolution_proposed")
    return made


async def confirm_for_request(edge: Edge, request_id: UUID, *, note: str, by: Actor) -> Resolution:
    """Confirm how a request without a case ends, as a peer; its requester is told (D2, D25).

    Raises:
        Refused: nothing is proposed, it was this person's own, or it may not end so any more.
    """
    row = await _lock_request(edge, request_id, by)
    found = await proposed_on(edge, request_id=row.id)
    rules.may_confirm(found.facts() if found else None, by=by.sub, holder=None).or_refuse()
    if found is None:
        raise AssertionError("what may be confirmed is there")
    rules.may_resolve_request(row.facts(), found.facts().ending, on=calendar_day(edge.now)).or_refuse()
    await _confirmed(edge, found, row.key_id, note=note, by=by)
    await waiting.end(edge, row)
    _end(edge, row, found)
    return found


async def reopen(edge: Edge, case_id: UUID, *, note: str, by: Actor) -> Case:
    """Open a case again that a resolution closed. What its requesters were told stays told until the case ends anew.

    Raises:
        Refused: no resolution closed it.
    """
    row = await lock_for(edge, case_id, by)
    rules.may_reopen(row.facts()).or_refuse()
    found = await proposed_on(edge, case_id=row.id)
    if found is None:
        raise AssertionError("a closed case has its resolution")
    key = await data_key(edge, row.id)
    found.state, found.ended_by, found.ended_at = ResolutionState.REOPENED, by.sub, edge.now
    found.ending = key.seal(note, place=ENDING)
    await open_again(edge, row)
    return row


async def read(edge: Edge, case_id: UUID, reader: Actor) -> Read:
    """Read how a case is to end, or ended, with its words; the look is logged.

    Raises:
        NotFound: there is no such case for this person, or nothing was ever proposed on it.
    """
    row = await read_case(edge, case_id, reader)
    found = select(Resolution).where(col(Resolution.case_id) == row.id).order_by(col(Resolution.id).desc()).limit(1)
    return await _opened(edge, "case", row.id, (await edge.session.scalars(found)).one_or_none())


async def read_for_request(edge: Edge, request_id: UUID, reader: Actor) -> Read:
    """Read how a request without a case is to end, or ended, with its words; the look is logged.

    Raises:
        NotFound: there is no such request for this person, or nothing was ever proposed on it.
    """
    row = await edge.get(Request, request_id, "request")
    await _may_judge(edge, row, reader)
    found = select(Resolution).where(col(Resolution.request_id) == row.id).order_by(col(Resolution.id).desc()).limit(1)
    await log_access(edge, "request", row.id)
    return await _opened(edge, "case", row.key_id, (await edge.session.scalars(found)).one_or_none())


def _ending(proposed: Proposed) -> Ending:
    return Ending(proposed.how, rules.grounds_of(proposed.how, proposed.codes | ({OTHER} if proposed.texts else frozenset())))


async def _opened(edge: Edge, aggregate: str, key_id: UUID, row: Resolution | None) -> Read:
    if row is None:
        raise NotFound("resolution")
    await log_access(edge, aggregate, key_id)
    words = json.loads(await reveal(edge, row.words, place=WORDS))
    confirmation = None if row.confirmation is None else await reveal(edge, row.confirmation, place=CONFIRMATION)
    reopening = None if row.ending is None else await reveal(edge, row.ending, place=ENDING)
    return Read(row, words["grounds"], words["note"], confirmation, reopening)


async def _requests_of(edge: Edge, row: Case) -> list[Request]:
    """Lock the requests that a case serves, in the order of their ids."""
    mine = select(Request).where(col(Request.id).in_(row.request_ids)).order_by(col(Request.id))
    return list(await edge.session.scalars(mine.with_for_update().execution_options(populate_existing=True)))


async def _lock_request(edge: Edge, request_id: UUID, by: Actor) -> Request:
    row = await edge.lock(Request, request_id, "request")
    await _may_judge(edge, row, by)
    return row


async def _may_judge(edge: Edge, row: Request, by: Actor) -> None:
    """Let a peer, who sees no requests otherwise, judge how one ends; child protection and complaints about staff stay where they are."""
    outside = row.kind == Kind.CHILD_PROTECTION or row.case_kind == Kind.STAFF_COMPLAINT
    if outside and not await may_read_request(edge, row, by):
        raise NotFound("request")


async def _write(
    edge: Edge, key_id: UUID, proposed: Proposed, ending: Ending, *, by: Actor, case_id: UUID | None = None, request_id: UUID | None = None
) -> Resolution:
    key = await data_key(edge, key_id)
    made = Resolution(
        id=new_id(),
        how=ending.how,
        grounds=sorted(ending.grounds),
        words=key.seal(json.dumps({"grounds": list(proposed.texts), "note": proposed.note}), place=WORDS),
        state=ResolutionState.PROPOSED,
        by=by.sub,
        at=edge.now,
        case_id=case_id,
        request_id=request_id,
    )
    edge.session.add(made)
    return made


async def _confirmed(edge: Edge, row: Resolution, key_id: UUID, *, note: str, by: Actor) -> None:
    key = await data_key(edge, key_id)
    row.state, row.confirmed_by, row.confirmed_at = ResolutionState.CONFIRMED, by.sub, edge.now
    row.confirmation = key.seal(note, place=CONFIRMATION)


def _end(edge: Edge, row: Request, resolution: Resolution) -> None:
    """Say to the requester how the matter ended; what was told before, and the case opened again, is told anew."""
    prior = row.public()
    state = ENDS_AS[How(resolution.how)]
    row.state, row.grounds, row.decided_at = state, list(resolution.grounds), edge.now
    row.version += 1
    dates.keep_request(edge, row)
    say_request(edge, row, _SAID[state], prior)


_SAID: Mapping[RequestState, Literal["resolved", "deferred", "refused"]] = {
    RequestState.RESOLVED: "resolved",
    RequestState.DEFERRED: "deferred",
    RequestState.REFUSED: "refused",
}


def _note_request(edge: Edge, row: Request, what: str) -> None:
    write_audit(
        edge,
        aggregate="request",
        aggregate_id=row.id,
        operation=f"{source_of(edge)}:request:{what}",
        prior_state=row.state,
        state=row.state,
    )
