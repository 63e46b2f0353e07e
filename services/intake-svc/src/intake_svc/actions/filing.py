"""A request arrives, is completed, opens its case or is passed on (R50, R86-R89, D5, D10)."""

import json
from uuid import UUID

from chassis.crypto import DataKey, data_key, new_data_key
from chassis.edge import Edge, new_id
from chassis.errors import NotFound
from chassis.ticker import schedule
from contracts.request import RequestState as RequestSaid
from kernel.actor import Actor
from kernel.deadline import ClockState, target
from kernel.kinds import Kind
from kernel.workdays import calendar_day

from intake_svc.actions.likeness import link, store_new
from intake_svc.actions.record import say_case, say_request
from intake_svc.model.case import CaseState
from intake_svc.model.filing import Brought, Filing
from intake_svc.model.request import Channel, RequestState
from intake_svc.rules import request
from intake_svc.tables import FAR, Case, Request, Supplement

AT_RISK = "case.at_risk"
BREACHED = "case.breached"


async def file(edge: Edge, filing: Filing) -> Request:
    """Take a request in: with its case when it is complete or urgent, forwarded when it is a notice, waiting for its parts otherwise."""
    on = calendar_day(edge.now)
    missing = request.is_complete(filing.kind, filing.channel, filing.brought.parts, on=on)
    case_kind = request.case_kind(filing.kind, filing.channel)
    waits = request.waits_for_parts(filing.kind, filing.channel, missing)
    request_id = new_id()
    key = new_data_key(edge, request_id if case_kind is None else new_id())
    keyring = edge.runtime.keyring
    sender = filing.sender
    row = Request(
        id=request_id,
        kind=filing.kind,
        channel=filing.channel,
        standing_as=sender.standing_as,
        state=RequestState.COMPLETE if missing.granted else RequestState.INCOMPLETE,
        team=request.owner_of(filing.kind, on=on),
        parts=sorted(filing.brought.parts),
        filed_by=edge.by.id,
        received_at=edge.now,
        case_id=None if case_kind is None or waits else key.id,
        key_id=key.id,
        content=key.seal(json.dumps(filing.brought.content), place="request.content"),
        requester=key.seal(json.dumps(sender.said), place="request.requester"),
        email_hash=keyring.hash("intake.email", sender.email) if sender.email else None,
        wiki_user_hash=keyring.hash("intake.wiki_user", sender.wiki_user) if sender.wiki_user else None,
    )
    say_request(edge, row, "received", None)
    opened = _open_case(edge, row, case_kind) if row.case_id is not None and case_kind is not None else None
    _go_on(edge, row)
    await store_new(edge, row, opened, filing.brought.matter if request.is_linked(filing.kind) else None)
    return row


async def complete(edge: Edge, request_id: UUID, brought: Brought, *, by: Actor) -> Request:
    """Add what was missing; what is complete then opens its case or is passed on, and the first receipt counts (R87, R88).

    Raises:
        Refused: nothing is missing, or nothing was added.
    """
    row = await edge.lock(Request, request_id, "request")
    if not request.may_read_request(row.facts(), by):
        raise NotFound("request")
    request.may_complete(row.facts(), brought.parts).or_refuse()
    prior = row.public()
    key = await data_key(edge, row.key_id)
    edge.session.add(_supplement(edge, row, brought, key))
    row.parts = sorted({*row.parts, *brought.parts})
    if row.matter_hash is None and request.is_linked(Kind(row.kind)):
        await link(edge, row, brought.matter)
    if row.missing():
        _ask_for_the_rest(edge, row, prior)
        return row
    row.state = RequestState.COMPLETE
    case_kind = request.case_kind(Kind(row.kind), Channel(row.channel))
    opens = row.case_id is None and case_kind is not None
    if opens:
        row.case_id = row.key_id
    row.version += 1
    say_request(edge, row, "completed", prior)
    if opens and case_kind is not None:
        edge.session.add(_open_case(edge, row, case_kind))
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


def _go_on(edge: Edge, row: Request) -> None:
    """Pass a notice on, or ask for what is missing."""
    if row.state == RequestState.INCOMPLETE:
        _ask_for_the_rest(edge, row, row.public())
    elif row.kind == Kind.DMCA:
        _forward(edge, row)


def _ask_for_the_rest(edge: Edge, row: Request, prior: RequestSaid) -> None:
    row.version += 1
    say_request(edge, row, "returned", prior)


def _forward(edge: Edge, row: Request) -> None:
    """Pass a notice on to dmca-svc with its receipt date (R87); the letter as a whole is there now, however many parts it came in."""
    prior = row.public()
    row.state = RequestState.FORWARDED
    row.forwarded_to, row.document = "dmca", "notice"
    row.received_by_agent_at = request.received_by_agent_at(Channel(row.channel), letter_at=edge.now, forwarded_at=edge.now)
    row.version += 1
    say_request(edge, row, "forwarded", prior)


def _open_case(edge: Edge, row: Request, kind: Kind) -> Case:
    """Open the case of a request, with its clock counted from first receipt (R96, D5); it takes the request's key as its own."""
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
    )
    if due:
        schedule(edge, aggregate_id=opened.id, kind=AT_RISK, due_at=due.at_risk_at)
        schedule(edge, aggregate_id=opened.id, kind=BREACHED, due_at=due.target_at)
    remarks = request.remarks(Kind(row.kind), Channel(row.channel), on=calendar_day(row.received_at))
    say_case(edge, opened, "opened", None, reasons=remarks)
    return opened


def _supplement(edge: Edge, row: Request, brought: Brought, key: DataKey) -> Supplement:
    """Seal what was sent later under the request's key."""
    content = key.seal(json.dumps(brought.content), place="supplement.content")
    return Supplement(id=new_id(), request_id=row.id, content=content, by=edge.by.id, at=edge.now)
