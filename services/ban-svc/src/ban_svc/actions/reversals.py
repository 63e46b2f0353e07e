"""What others undid of a decision: found by a second look, on record as ground for a sanction, done again by a person (R93)."""

from dataclasses import dataclass
from uuid import UUID

from chassis.crypto import reveal
from chassis.edge import Edge, new_id
from sqlmodel import col, select

from ban_svc.actions.text import open_notes, write_note
from ban_svc.tables import Action, Enforcement, Note, Reversal

URL = "enforcement.url"


@dataclass(frozen=True, slots=True)
class Seen:
    """A reversal as it is read: what had been done, the address of its proof, who undid it as far as known, and what was seen."""

    reversal: Reversal
    undone: Enforcement
    url: str | None
    note: str | None
    undone_by: str | None
    done_again: bool


async def record_reversal(edge: Edge, action: Action, row: Enforcement, note_id: UUID, *, undone_by: str | None) -> None:
    """Put on record that somebody undid it, and who where that is known; what was seen is the note of the look."""
    who = await write_note(edge, action, "undone_by", undone_by) if undone_by is not None else None
    # The database takes a reversal of what is undone alone.
    await edge.session.flush()
    edge.session.add(
        Reversal(
            id=new_id(),
            action_id=action.id,
            enforcement_id=row.id,
            by=edge.by.id,
            at=edge.now,
            note_id=note_id,
            undone_by_id=who.id if who else None,
        )
    )


async def reversals_of(edge: Edge, action: Action) -> list[Seen]:
    """Read what others undid of an action, in the order it was found; the read is logged."""
    mine = select(Reversal).where(Reversal.action_id == action.id).order_by(col(Reversal.at), col(Reversal.id))
    found = list(await edge.session.scalars(mine))
    all_rows = select(Enforcement).where(Enforcement.action_id == action.id)
    rows = {row.id: row for row in await edge.session.scalars(all_rows)}
    again = {row.again_of for row in rows.values()}
    wanted = [note for one in found for note in (one.note_id, one.undone_by_id) if note is not None]
    notes = await open_notes(edge, action, list(await edge.session.scalars(select(Note).where(col(Note.id).in_(wanted)))))
    return [await _seen(edge, one, rows[one.enforcement_id], notes, done_again=one.enforcement_id in again) for one in found]


async def _seen(edge: Edge, reversal: Reversal, undone: Enforcement, notes: dict[UUID, str], *, done_again: bool) -> Seen:
    url = await reveal(edge, undone.url, place=URL) if undone.url is not None else None
    who = notes.get(reversal.undone_by_id) if reversal.undone_by_id else None
    return Seen(reversal, undone, url, notes.get(reversal.note_id), who, done_again)
