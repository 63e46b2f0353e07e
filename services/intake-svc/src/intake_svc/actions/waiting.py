"""An incomplete request waits: its sender is reminded once, in business hours, and it lapses in the end, or is taken back (R88, R111)."""

import json
from datetime import datetime
from uuid import UUID

from chassis.edge import Edge, new_id
from chassis.errors import NotFound
from chassis.ticker import cancel, schedule
from kernel.actor import Actor
from kernel.deadline import in_office_hours
from kernel.kinds import Kind

from intake_svc.actions import dates, sealed
from intake_svc.actions.proposal import supersede_request
from intake_svc.actions.record import say_request
from intake_svc.actions.words import words_key
from intake_svc.model.request import RequestState
from intake_svc.rules import waiting as rules
from intake_svc.rules.request import may_read_request
from intake_svc.tables import Request, Supplement

REMINDER = "request.reminder"
LAPSE = "request.lapse"


def begin(edge: Edge, row: Request) -> None:
    """Set the dates of a request that waits; one that waits again has at least as long as the reminder takes."""
    wait = rules.wait_for(Kind(row.case_kind or row.kind), row.received_at)
    if wait.reminder_at > edge.now:
        schedule(edge, aggregate_id=row.id, kind=REMINDER, due_at=wait.reminder_at)
    schedule(edge, aggregate_id=row.id, kind=LAPSE, due_at=max(wait.lapses_at, edge.now + (wait.reminder_at - row.received_at)))


async def end(edge: Edge, row: Request) -> None:
    """Take the dates away, and what was proposed about the request while it waited: it waits no more."""
    await cancel(edge, row.id, REMINDER, LAPSE)
    await supersede_request(edge, row)


async def remind(edge: Edge, row: Request) -> datetime | None:
    """Ask once more for what is missing; outside business hours the reminder waits for the next that there are (D6)."""
    if not row.facts().waits:
        return None
    hours = in_office_hours(edge.now)
    if hours > edge.now:
        return hours
    prior = row.public()
    row.version += 1
    say_request(edge, row, "returned", prior)
    return None


async def lapse(edge: Edge, row: Request) -> datetime | None:
    """Let a request go whose parts did not come in time; its sender may file a new one (R88)."""
    if not row.facts().waits:
        return None
    prior = row.public()
    await end(edge, row)
    row.state = RequestState.LAPSED
    row.version += 1
    dates.keep_request(edge, row)
    say_request(edge, row, "lapsed", prior)
    return None


async def withdraw(edge: Edge, request_id: UUID, *, note: str, by: Actor) -> Request:
    """Take a request back for its sender; its case goes on until an evaluator ends it and a peer confirms (R50, R111).

    Raises:
        Refused: it is over, or was passed on.
        NotFound: another desk filed it.
    """
    row = await edge.lock(Request, request_id, "request")
    if row.filed_by != by.sub or not may_read_request(row.facts(), by):
        raise NotFound("request")
    rules.may_withdraw(row.facts()).or_refuse()
    prior = row.public()
    await end(edge, row)
    key = await words_key(edge, row)
    words, lies_sealed = {"summary": note}, await sealed.lies_sealed(edge, row)
    if lies_sealed:
        await sealed.bring(edge, row, words)
    said = key.seal(sealed.NOTHING if lies_sealed else json.dumps(words), place="supplement.content")
    edge.session.add(Supplement(id=new_id(), request_id=row.id, content=said, by=by.sub, at=edge.now))
    row.state = RequestState.WITHDRAWN
    row.version += 1
    dates.keep_request(edge, row)
    say_request(edge, row, "withdrawn", prior)
    return row
