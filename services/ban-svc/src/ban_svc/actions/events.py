"""In-person events are entered by their stewards (R25, R28)."""

from chassis.audit import write_audit
from chassis.edge import Edge
from kernel.decision import refuse
from sqlalchemy import text

from ban_svc.model.event import EventFacts
from ban_svc.rules import event_list as law
from ban_svc.rules.scope import are_countries
from ban_svc.tables import Event

# Two stewards may choose one id in the same moment: the second is told, and not by the database.
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('ban.events', 0))")


async def enter_event(edge: Edge, facts: EventFacts) -> Event:
    """Enter an event under the id that its steward chose; the same event told again is the same.

    Raises:
        Refused: a country does not exist, the event is over, or the id is another event's.
    """
    (are_countries(facts.countries, on=edge.now.date()) & law.may_hold_event(facts, now=edge.now)).or_refuse()
    await edge.session.execute(_ONE_AT_A_TIME)
    known = await edge.session.get(Event, facts.id)
    if known is not None:
        if known.facts() == facts:
            return known
        refuse("event_known", "Another event has this id; choose one of its own.", "R28")
    event = Event(
        id=facts.id,
        countries=list(facts.countries),
        place=facts.place,
        projects=list(facts.projects),
        organiser=facts.organiser,
        starts=facts.starts,
        ends=facts.ends,
        by=edge.by.id,
        at=edge.now,
    )
    edge.session.add(event)
    await edge.session.flush()
    write_audit(edge, aggregate="event", aggregate_id=None, operation="http:event:entered")
    return event


async def event_of(edge: Edge, event_id: str) -> Event:
    """Give an event that is on record.

    Raises:
        Refused: there is none with this id.
    """
    found = await edge.session.get(Event, event_id)
    if found is None:
        refuse("event_unknown", "There is no such event on record; a steward enters it first.", "R28")
    return found
