"""Photographs of individuals, for the door of an event: kept sealed, shown one by one under a grant that covers the person (R38, D18)."""

import base64
import secrets
from dataclasses import dataclass
from uuid import UUID

from chassis.audit import log_access
from chassis.crypto import data_key, reveal
from chassis.edge import Edge, new_id
from chassis.errors import NotFound
from sqlalchemy import func
from sqlmodel import col, select

from ban_svc.actions.event_lists import on_list
from ban_svc.actions.events import event_of
from ban_svc.actions.individuals import changed
from ban_svc.actions.inheritance import members_of
from ban_svc.rules import event_list as law
from ban_svc.tables import EventCopy, EventList, Individual, Photograph

CONTENT = "photograph.content"
SOURCE = "photograph.source"


@dataclass(frozen=True, slots=True)
class Seen:
    """One photograph as one reader has it: the mark of this look stands behind the image, where no viewer looks."""

    photograph: Photograph
    content: bytes
    number: str


async def keep_photograph(edge: Edge, individual_id: UUID, *, media_type: str, content: bytes, source: str) -> Photograph:
    """Keep a photograph of an individual, sealed.

    Raises:
        Refused: it is no image of its kind, too large, or one too many.
    """
    individual = await edge.lock(Individual, individual_id, "individual")
    members = await members_of(edge, individual.id)
    kept = await edge.session.scalar(select(func.count()).select_from(Photograph).where(col(Photograph.individual_id).in_(members))) or 0
    law.may_keep_photograph(media_type, content, kept=kept, on=edge.now.date()).or_refuse()
    key = await data_key(edge, individual.id)
    row = Photograph(
        id=new_id(),
        individual_id=individual.id,
        media_type=media_type,
        content=key.seal(base64.b64encode(content).decode(), place=CONTENT),
        source=key.seal(source, place=SOURCE),
        by=edge.by.id,
        at=edge.now,
    )
    edge.session.add(row)
    changed(edge, individual, "photograph_kept")
    await edge.session.flush()
    return row


async def remove_photograph(edge: Edge, individual_id: UUID, photograph_id: UUID) -> Photograph:
    """Delete a photograph.

    Raises:
        NotFound: the individual has no such photograph.
    """
    individual = await edge.lock(Individual, individual_id, "individual")
    row = await edge.session.get(Photograph, photograph_id)
    if row is None or row.individual_id != individual.id:
        raise NotFound("photograph")
    await edge.session.delete(row)
    changed(edge, individual, "photograph_removed")
    await edge.session.flush()
    return row


async def see_photograph(edge: Edge, list_id: UUID, photograph_id: UUID) -> Seen:
    """Show one photograph to whom the grant of an event's list names; the look is on record before the first byte.

    Raises:
        Refused: the grant does not cover it, does not name them, is not confirmed, or is over.
    """
    granted = await edge.lock(EventList, list_id, "event list")
    event = await event_of(edge, granted.event)
    row = await edge.get(Photograph, photograph_id, "photograph")
    individual = await edge.get(Individual, row.individual_id, "individual")
    listed = individual.person_id in await on_list(edge, event.facts())
    law.may_see_photograph(granted.facts(event), by=edge.by.id, now=edge.now, listed=listed).or_refuse()
    await log_access(edge, "event_list", granted.id)
    await log_access(edge, "individual", individual.id)
    made = EventCopy(id=new_id(), list_id=granted.id, mark=secrets.token_bytes(law.MARK_BYTES), reader=edge.by.id, at=edge.now)
    edge.session.add(made)
    content = base64.b64decode(await reveal(edge, row.content, place=CONTENT))
    return Seen(row, content + made.mark, made.mark.hex())
