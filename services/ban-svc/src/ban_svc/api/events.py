"""Events and their lists over HTTP (R25-R28, R36-R38, D18)."""

from datetime import date
from typing import Literal
from uuid import UUID

from chassis.http import After, Limit, OpenEdge, Page, Router, page
from kernel.actor import Role
from pydantic import BaseModel
from sqlmodel import col, select

from ban_svc.actions import event_lists, events
from ban_svc.api.forms import NoteForm
from ban_svc.api.people_forms import EventForm, EventListForm, OmissionForm, TraceForm
from ban_svc.api.shapes import Moment
from ban_svc.tables import Event, EventList

gatherings = Router(prefix="/bans/v1", tags=["events"])

STEWARDS = (Role.EVENT_STEWARD,)
READERS = (Role.EVENT_STEWARD, Role.EVALUATOR, Role.TEAM_MANAGER, Role.LEGAL, Role.AUDITOR)

_REASON = {
    "name": "X-Access-Reason",
    "in": "header",
    "required": False,
    "description": "Why you read where the clause or agreement is kept; it is logged.",
    "schema": {"type": "string"},
}


class EventView(BaseModel):
    """An in-person event."""

    id: str
    countries: list[str]
    place: str | None = None
    projects: list[str]
    organiser: Literal["foundation", "funded", "associated"]
    starts: date
    ends: date


class EventListView(BaseModel):
    """The grant of an event's list; where the clause or agreement is kept is shown to a reader who sends X-Access-Reason."""

    id: UUID
    event: str
    recipients: list[str]
    ground: Literal["grant_clause", "nda"]
    document: str | None = None
    until: Moment
    state: Literal["proposed", "granted", "ended"]
    proposed_by: str
    confirmed_by: str | None = None
    version: int


class PersonView(BaseModel):
    """The names and pseudonyms of one person, and the ids of their photographs, each opened by itself."""

    names: list[str]
    photographs: list[UUID]


class CopyView(BaseModel):
    """One copy of a list, for one reader; every name of it carries its mark, which nobody sees and no comparison of names minds."""

    list_id: UUID
    event: EventView
    notice: str
    copy_number: str
    made_for: str
    made_at: Moment
    until: Moment
    people: list[PersonView]


class TracedView(BaseModel):
    """One copy that a text came from."""

    list_id: UUID
    copy_number: str
    made_for: str
    made_at: Moment


class TracesView(BaseModel):
    """Every copy that a text came from; none where it carries no mark of ours."""

    items: list[TracedView]


@gatherings.post(
    "/events",
    roles=STEWARDS,
    refuses=("event_known", "country_unknown", "event_ends_first", "event_over"),
    example={
        "id": "hackathon-2027",
        "countries": ["NL"],
        "place": "Old Harbour, Utrecht",
        "projects": ["examplewiki"],
        "organiser": "foundation",
        "starts": "2027-05-14",
        "ends": "2027-05-16",
    },
)
async def enter_event(edge: OpenEdge, form: EventForm) -> EventView:
    """Enter an event under an id of your choice; the same event sent again is the same."""
    return _event(await events.enter_event(edge, form.facts()))


@gatherings.get("/events", roles=READERS)
async def list_events(edge: OpenEdge, after: After = None, limit: Limit = 50) -> Page[EventView]:
    """List events by their ids."""
    return await page(edge, select(Event).order_by(col(Event.id)), _event, after=after, limit=limit)


@gatherings.post(
    "/event-lists/{list_id}/omissions",
    roles=(Role.LEGAL,),
    refuses=("not_left_out", "left_out_already"),
    example={"action_id": "0199a1f0-0000-7000-8000-000000000001", "reason": "The name would tell of a minor."},
)
async def leave_out_of_list(edge: OpenEdge, list_id: UUID, form: OmissionForm) -> EventListView:
    """Leave a global ban out of every list of this event, by Legal's reason, which stays on record."""
    return _list(await event_lists.leave_out(edge, list_id, form.action_id, reason=form.reason))


@gatherings.post(
    "/event-lists",
    roles=STEWARDS,
    creates=True,
    refuses=("event_unknown", "event_over", "ends_in_the_past", "grant_outlives_event", "recipients_missing"),
    example={
        "event": "hackathon-2027",
        "recipients": ["a-person-of-the-team"],
        "ground": "nda",
        "document": "Agreement 12 of the event's folder",
        "until": "2027-05-17T00:00:00Z",
    },
)
async def propose_event_list(edge: OpenEdge, form: EventListForm) -> EventListView:
    """Propose that named persons may read who is banned from an event; the manager confirms."""
    row = await event_lists.propose_list(
        edge, form.event, recipients=form.recipients, ground=form.ground, document=form.document, until=form.moment()
    )
    return _list(row)


@gatherings.get("/event-lists/{list_id}", roles=READERS, openapi_extra={"parameters": [_REASON]})
async def read_event_list(edge: OpenEdge, list_id: UUID) -> EventListView:
    """Read the grant of a list, and its document when X-Access-Reason says why, which is logged; the names are in a copy alone."""
    row = await edge.get(EventList, list_id, "event list")
    document = await event_lists.read_document(edge, row) if edge.access_reason is not None else None
    return _list(row).model_copy(update={"document": document})


@gatherings.post(
    "/event-lists/{list_id}/confirmation",
    roles=(Role.TEAM_MANAGER,),
    refuses=("nothing_to_confirm", "confirms_own", "confirms_for_oneself", "list_over"),
    example={"note": "The agreement is signed by both."},
)
async def confirm_event_list(edge: OpenEdge, list_id: UUID, form: NoteForm) -> EventListView:
    """Confirm a grant as the manager; its recipients read from now on."""
    return _list(await event_lists.confirm_list(edge, list_id, text=form.note))


@gatherings.get(
    "/event-lists/{list_id}/copy",
    roles=STEWARDS,
    reads="the list",
    refuses=("not_a_recipient", "grant_not_confirmed", "list_over"),
)
async def copy_event_list(edge: OpenEdge, list_id: UUID) -> CopyView:
    """Read who is banned from an event: a copy marked with you, visibly and in its bytes; the look is logged with your reason."""
    made = await event_lists.copy_list(edge, list_id)
    return CopyView(
        list_id=list_id,
        event=_event(made.event),
        notice=f"Confidential. Copy {made.number}, made for {edge.by.id} alone. Pass it on to nobody, destroy it after the event.",
        copy_number=made.number,
        made_for=edge.by.id,
        made_at=made.at,
        until=made.granted.until,
        people=[PersonView(names=list(one.names), photographs=list(one.photographs)) for one in made.people],
    )


@gatherings.post("/event-lists/traces", roles=(Role.LEGAL, Role.AUDITOR), example={"text": "What turned up, as it turned up."})
async def trace_event_list(edge: OpenEdge, form: TraceForm) -> TracesView:
    """Tell whose copies a text came from; a single name of a copy is enough."""
    copies = await event_lists.trace_copy(edge, form.text)
    items = [TracedView(list_id=one.list_id, copy_number=one.mark.hex(), made_for=one.reader, made_at=one.at) for one in copies]
    return TracesView(items=items)


def _event(event: Event) -> EventView:
    return EventView.model_validate({name: getattr(event, name) for name in EventView.model_fields})


def _list(row: EventList) -> EventListView:
    return EventListView.model_validate({name: getattr(row, name) for name in EventListView.model_fields if name != "document"})
