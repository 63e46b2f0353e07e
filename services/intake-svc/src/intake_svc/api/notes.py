"""Routes of notes: written once, corrected by another, read with a reason (R113)."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from chassis.http import OpenEdge, Router
from kernel.actor import Role
from pydantic import BaseModel, StringConstraints

from intake_svc.actions import notes as actions
from intake_svc.api.cases import READERS
from intake_svc.api.requests import actor_of
from intake_svc.model.note import Topic
from intake_svc.model.shapes import Shape, Words

notes = Router(prefix="/intake/v1", tags=["intake"])
WRITERS = tuple(role for role in READERS if role is not Role.AUDITOR)
Text = Annotated[Words, StringConstraints(min_length=1)]


class NoteForm(Shape):
    """What is written; `corrects` names the note that it sets right."""

    text: Text
    corrects: UUID | None = None


class NoteView(BaseModel):
    """A note: who wrote it in which role, when, about what; `carried_from` is the same in the case that this was split off from."""

    id: UUID
    topic: Topic
    text: str
    corrects: UUID | None = None
    carried_from: UUID | None = None
    by: str
    role: str
    at: datetime

    @classmethod
    def of(cls, written: actions.Written) -> Self:
        """Show a note."""
        row = written.row
        return cls(
            id=row.id,
            topic=Topic(row.topic),
            text=written.text,
            corrects=row.corrects,
            carried_from=row.carried_from,
            by=row.by,
            role=row.role,
            at=row.at,
        )


class NoteList(BaseModel):
    """The notes of a case, oldest first."""

    items: list[NoteView]


@notes.post(
    "/cases/{case_id}/notes",
    roles=WRITERS,
    status=201,
    creates=True,
    refuses=("no_such_note", "corrected_already"),
    example={"text": "The second wiki answered by phone; they will write."},
)
async def write_case_note(edge: OpenEdge, case_id: UUID, form: NoteForm) -> NoteView:
    """Write a note beside a case, or the correction of one.

    A note is never changed: a correction is a note of its own, and both stay.
    """
    return NoteView.of(await actions.write_note(edge, case_id, form.text, corrects=form.corrects, by=actor_of(edge)))


@notes.get("/cases/{case_id}/notes", roles=READERS, reads="the notes of a case")
async def list_case_notes(edge: OpenEdge, case_id: UUID) -> NoteList:
    """Read the notes of a case, those of its acts too, in the order in which they were written."""
    return NoteList(items=[NoteView.of(one) for one in await actions.read_notes(edge, case_id, actor_of(edge))])
