"""A request arrives, is completed, opens its case or is passed on (R50, R86-R89, D5, D10)."""

import json
from datetime import datetime
from uuid import UUID

from chassis.crypto import DataKey, new_data_key
from chassis.edge import Edge, new_id
from chassis.errors import NotFound
from chassis.ticker import schedule
from contracts.request import RequestState as RequestSaid
from kernel.actor import Actor
from kernel.deadline import ClockState, target
from kernel.decision import Reason
from kernel.kinds import Kind
from kernel.workdays import calendar_day

from intake_svc.actions import dates, sealed, standing, waiting
from intake_svc.actions.likeness import New, link, store_new
from intake_svc.actions.record import say_case, say_request
from intake_svc.actions.subjects import hashes_of
from intake_svc.actions.words import words_key
from intake_svc.model.case import CaseState, Priority
from intake_svc.model.filing import Brought, Filing
from intake_svc.model.request import Channel, Document, RequestState
from intake_svc.model.sender import Lane
from intake_svc.rules import request
from intake_svc.tables import FAR, Case, Request, Sender, Supplement

AT_RISK = "case.at_risk"
BREACHED = "case.breached"


async def file(edge: Edge, filing: Filing) -> Request:
    """Take a request in and store it.

    Raises:
        Refused: its sender is locked out, and it is not what always comes in.
    """
    new = take_in(edge, filing, out=await standing.hear(edge, lane_of(edge, filing), filing.sender))
    await store_new(edge, new)
    return new.row


def lane_of(edge: Edge, filing: Filing) -> Lane:
    """Tell through which lane a request comes in (D12)."""
    named = request.named_by(filing.brought.named, on=calendar_day(edge.now))
    return Lane(filing.kind, filing.channel, request.case_kind(filing.kind, filing.channel, named))


def take_in(edge: Edge, filing: Filing, *, out: Sender | None = None, received_at: datetime | None = None) -> New:
    """Judge a request: with its case when it is complete or urgent, forwarded when it is a notice, waiting for its parts otherwise.

    Its events are recorded; its rows are the caller's to store. `out` is its sender where one is locked out who is heard all the same,
    `received_at` its receipt where that lies before now (R87).
    """
    on = calendar_day(edge.now)
    named = request.named_by(filing.brought.named, on=on)
    case_kind = request.case_kind(filing.kind, filing.channel, named)
    asked = request.asked_as(filing.kind, filing.channel, case_kind)
    missing = request.is_complete(asked, filing.channel, filing.brought.parts, on=on)
    waits = request.waits_for_parts(filing.kind, filing.channel, missing, named)
    request_id = new_id()
    key = new_data_key(edge, request_id if case_kind is None else new_id())
    # What was asked and who asked may each go before the rest of a case does (D27).
    own, contact = key if case_kind is None else new_data_key(edge, request_id), new_data_key(edge, new_id())
    keyring = edge.runtime.keyring
    sender = filing.sender
    row = Request(
        id=request_id,
        kind=filing.kind,
        channel=filing.channel,
        standing_as=sender.standing_as,
        state=RequestState.COMPLETE if missing.granted else RequestState.INCOMPLETE,
        team=request.owner_of(asked, on=on),
        parts=sorted(filing.brought.parts),
        filed_by=edge.by.id,
        received_at=received_at or edge.now,
        case_id=None if case_kind is None or waits else key.id,
        case_kind=case_kind,
        complained_of=sorted(filing.complained_of),
        # Said here, since a default that is called costs more than the rest of the row.
        grounds=[],
        key_id=key.id,
        content=own.seal(sealed.set_apart(edge, case_kind, key.id, request_id, filing.brought.content), place="request.content"),
        requester=contact.seal(json.dumps(sender.said), place="request.requester"),
        email_hash=keyring.hash("intake.email", sender.email) if sender.email else None,
        wiki_user_hash=keyring.hash("intake.wiki_user", sender.wiki_user) if sender.wiki_user else None,
        subject_hashes=hashes_of(edge, filing.kind, filing.brought.matter),
    )
    if out is not None:
        row.sender_id, row.sender_state, row.sender_locked_out_until = out.id, out.state, out.locked_out_until
    say_request(edge, row, "received", None)
    opened = open_case(edge, row, case_kind) if row.case_id is not None and case_kind is not None else None
    _go_on(edge, row)
    if row.facts().waits:
        waiting.begin(edge, row)
    return New(row, opened, filing.brought.matter if request.is_linked(filing.kind) else None)


async def complete(edge: Edge, request_id: UUID, brought: Brought, *, by: Actor, as_kind: Kind | None = None) -> Request:
    """Add what was missing; what is complete then opens its case or is passed on, and the first receipt counts (R87, R88).

    `as_kind` is what a person of the staff says that the request is about, where it came as `other`.

    Raises:
        Refused: nothing is missing, or nothing was added.
    """
    row = await edge.lock(Request, request_id, "request")
    if not request.may_read_request(row.facts(), by):
        raise NotFound("request")
    request.may_complete(row.facts(), brought.parts).or_refuse()
    prior = row.public()
    key = await words_key(edge, row)
    edge.session.add(await _supplement(edge, row, brought, key))
    row.parts = sorted({*row.parts, *brought.parts})
    row.subject_hashes = sorted({*row.subject_hashes, *hashes_of(edge, Kind(row.kind), brought.matter)})
    named = as_kind or request.named_by(brought.named, on=calendar_day(row.received_at))
    if row.case_id is None and named is not None:
        _name(row, named)
    if row.matter_hash is None and request.is_linked(Kind(row.kind)):
        await link(edge, row, brought.matter)
    missing, case_kind = row.missing(), Kind(row.case_kind) if row.case_kind else None
    opens = row.case_id is None and case_kind is not None and (not missing or request.priority_of(case_kind) is Priority.URGENT)
    if opens:
        row.case_id = row.key_id
    if row.case_id is not None or not missing:
        await waiting.end(edge, row)
    if missing:
        _ask_for_the_rest(edge, row, prior)
    else:
        row.state = RequestState.COMPLETE
        row.version += 1
        say_request(edge, row, "completed", prior)
    if opens and case_kind is not None:
        edge.session.add(open_case(edge, row, case_kind))
    if not missing:
        _go_on(edge, row)
    return row


async def acknowledge(edge: Edge, request_id: UUID) -> None:
    """Note that the receipt was acknowledged to the sender; once (matrix row 2)."""
    row = await edge.lock(Request, request_id, "request")
    if row.acknowledged_at is not None:
        return
    prior = row.public()
    row.acknowledged_at = edge.now
    row.version += 1
    say_request(edge, row, "acknowledged", prior)


def _name(row: Request, named: Kind) -> None:
    """Take in what the request turns out to be about, while it has no case (R120, R123)."""
    row.case_kind = request.case_kind(Kind(row.kind), Channel(row.channel), named)
    asked = request.asked_as(Kind(row.kind), Channel(row.channel), Kind(row.case_kind) if row.case_kind else None)
    row.team = request.owner_of(asked, on=calendar_day(row.received_at))


def _go_on(edge: Edge, row: Request) -> None:
    """Pass a notice on, or ask for what is missing."""
    if row.state == RequestState.INCOMPLETE:
        _ask_for_the_rest(edge, row, row.public())
    elif row.kind == Kind.DMCA:
        forward(edge, row)


def _ask_for_the_rest(edge: Edge, row: Request, prior: RequestSaid) -> None:
    row.version += 1
    say_request(edge, row, "returned", prior)


def forward(edge: Edge, row: Request, document: Document = Document.NOTICE) -> None:
    """Pass a letter on to dmca-svc with its receipt date (R87); as a whole it is there now, however many parts it came in."""
    prior = row.public()
    row.state = RequestState.FORWARDED
    row.forwarded_to, row.document = "dmca", document
    row.received_by_agent_at = request.received_by_agent_at(Channel(row.channel), letter_at=edge.now, forwarded_at=edge.now)
    row.version += 1
    dates.keep_request(edge, row)
    say_request(edge, row, "forwarded", prior)


def open_case(edge: Edge, row: Request, kind: Kind, *also: Reason) -> Case:
    """Open the case of a request, with its clock counted from first receipt (R96, D5); it takes the request's key as its own.

    `also` stands in its trail beside what the law remarks.
    """
    due = target(kind, row.received_at)
    opened = Case(
        id=row.key_id,
        kind=kind,
        state=CaseState.OPEN,
        team=row.team,
        priority=request.priority_of(kind),
        received_at=row.received_at,
        due_at=due.target_at if due else FAR,
        target_at=due.target_at if due else None,
        at_risk_at=due.at_risk_at if due else None,
        clock_state=ClockState.RUNNING if due else None,
        request_ids=[row.id],
        # Said here, since a default that is called costs more than the rest of the row.
        action_ids=[],
        open_action_ids=[],
        complained_of=row.complained_of,
    )
    if due:
        schedule(edge, aggregate_id=opened.id, kind=AT_RISK, due_at=due.at_risk_at)
        schedule(edge, aggregate_id=opened.id, kind=BREACHED, due_at=due.target_at)
    asked = request.asked_as(Kind(row.kind), Channel(row.channel), kind)
    remarks = request.remarks(asked, Channel(row.channel), on=calendar_day(row.received_at))
    say_case(edge, opened, "opened", None, reasons=(*also, *remarks))
    return opened


async def follow_up(edge: Edge, row: Request, brought: Brought) -> Supplement:
    """Keep what its requester sent later, which may be a part that is missing or more about the matter: a person says which."""
    supplement = await _supplement(edge, row, brought, await words_key(edge, row))
    edge.session.add(supplement)
    return supplement


async def _supplement(edge: Edge, row: Request, brought: Brought, key: DataKey) -> Supplement:
    """Seal what was sent later under the request's key; what belongs into the sealed record goes there alone."""
    lies_sealed = await sealed.lies_sealed(edge, row)
    if lies_sealed:
        await sealed.bring(edge, row, brought.content)
    content = key.seal(sealed.NOTHING if lies_sealed else json.dumps(brought.content), place="supplement.content")
    return Supplement(id=new_id(), request_id=row.id, content=content, by=edge.by.id, at=edge.now)
