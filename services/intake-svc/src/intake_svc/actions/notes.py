"""Notes of a case: sealed, never changed, who wrote them and when (R113)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.audit import log_access
from chassis.crypto import data_key, reveal_many
from chassis.edge import Edge, new_id
from kernel.actor import Actor
from sqlalchemy import select
from sqlmodel import col

from intake_svc.actions.case import lock_for
from intake_svc.actions.reading import read_case
from intake_svc.actions.record import note_case
from intake_svc.model.note import Topic
from intake_svc.rules.note import may_correct
from intake_svc.tables import Case, Note

TEXT = "note.text"


@dataclass(frozen=True, slots=True)
class Written:
    """A note as it is shown: its row and its words."""

    row: Note
    text: str


async def lock_seen(edge: Edge, case_id: UUID, actor: Actor) -> Case:
    """Lock a case that this person may see and work on; where the look is logged, it is so with the operation when no reason was given.

    Raises:
        NotFound: there is none, or they may not know of it.
    """
    row = await lock_for(edge, case_id, actor)
    edge.access_reason = edge.access_reason or edge.operation
    return await read_case(edge, row.id, actor)


async def keep_note(edge: Edge, row: Case, topic: Topic, text: str, *, corrects: UUID | None = None) -> Note:
    """Seal words of an act under the case's key."""
    key = await data_key(edge, row.id)
    note = Note(
        id=new_id(),
        case_id=row.id,
        topic=topic,
        text=key.seal(text, place=TEXT),
        corrects=corrects,
        by=edge.by.id,
        role=edge.by.role,
        at=edge.now,
    )
    edge.session.add(note)
    return note


async def write_note(edge: Edge, case_id: UUID, text: str, *, corrects: UUID | None, by: Actor) -> Written:
    """Write a note, or the correction of one; nothing that stands is changed.

    Raises:
        Refused: the case has no such note, or it was corrected already.
    """
    row = await lock_seen(edge, case_id, by)
    if corrects is not None:
        earlier = await edge.session.get(Note, corrects)
        taken = await edge.session.scalar(select(col(Note.id)).where(col(Note.corrects) == corrects))
        known = earlier is not None and earlier.case_id == row.id
        may_correct(known=known, corrected_already=known and taken is not None).or_refuse()
    topic = Topic.REMARK if corrects is None else Topic.CORRECTION
    note = await keep_note(edge, row, topic, text, corrects=corrects)
    note_case(edge, row, "noted" if corrects is None else "note_corrected")
    return Written(note, text)


async def read_notes(edge: Edge, case_id: UUID, reader: Actor) -> list[Written]:
    """Give the notes of a case in the order in which they were written; the look is logged."""
    row = await read_case(edge, case_id, reader)
    await log_access(edge, "case", row.id)
    return await notes_of(edge, row.id)


async def notes_of(edge: Edge, case_id: UUID) -> list[Written]:
    """Open the notes of a case whose access is logged."""
    found: Sequence[Note] = (await edge.session.scalars(select(Note).where(col(Note.case_id) == case_id).order_by(col(Note.id)))).all()
    texts = await reveal_many(edge, [one.text for one in found], place=TEXT)
    return [Written(row, text) for row, text in zip(found, texts, strict=True)]
