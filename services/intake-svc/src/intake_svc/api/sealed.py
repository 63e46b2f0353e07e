"""Routes of the sealed record: who was named to read it, what lies in it, and the end of its key (D4, D20, D27)."""

import base64
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from chassis.http import OpenEdge, Router
from kernel.actor import Role
from pydantic import BaseModel, Field, StrictInt, StringConstraints, model_validator

from intake_svc.actions import destruction, lane, readers
from intake_svc.actions.sealed import Entry
from intake_svc.api.forms import Person
from intake_svc.api.requests import actor_of
from intake_svc.model.sealed import DestroyedFor, EntryKind
from intake_svc.model.shapes import Line, Shape, UserName, Wiki, Words
from intake_svc.tables import Destruction, LaneReader, SealedRecord

sealed = Router(prefix="/intake/v1", tags=["intake"])
NAMERS = (Role.DIRECTOR, Role.LEGAL)
GROUP = (Role.CHILD_PROTECTION,)
AddressText = Annotated[Line, StringConstraints(max_length=2_000)]


class LaneReaderView(BaseModel):
    """Somebody who was named to read sealed records; with `ended_at` not any more."""

    sub: str
    named_by: str
    named_at: datetime
    ended_by: str | None = None
    ended_at: datetime | None = None

    @classmethod
    def of(cls, row: LaneReader) -> Self:
        """Show a row."""
        return cls(sub=row.sub, named_by=row.named_by, named_at=row.named_at, ended_by=row.ended_by, ended_at=row.ended_at)


class LaneReaderList(BaseModel):
    """Everybody who was ever named, oldest first."""

    items: list[LaneReaderView]


class Place(Shape):
    """Where reported material is: text, never a link (D20)."""

    wiki: Wiki
    title: Line
    revision_id: Annotated[StrictInt, Field(ge=1)] | None = None
    address: AddressText | None = None


class EntryForm(Shape):
    """What a named reader found: where reported material is, by which accounts, in words; at least one of them."""

    places: Annotated[list[Place], Field(max_length=50, default_factory=list)]
    accounts: Annotated[list[UserName], Field(max_length=20, default_factory=list)]
    words: Words | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.places or self.accounts or (self.words or "").strip()):
            raise ValueError("Give at least one of `places`, `accounts` and `words`")
        return self


class EntryView(BaseModel):
    """An entry of a sealed record, opened."""

    id: UUID
    what: EntryKind
    request_id: UUID | None = None
    by: str
    at: datetime
    words: dict[str, Any]


class SealedRecordView(BaseModel):
    """A sealed record; `entries` alone to a named reader, who asked for them."""

    case_id: UUID
    opened_at: datetime
    preserve_until: datetime | None = None
    destroyed_at: datetime | None = None
    count: int
    entries: list[EntryView] | None = None

    @classmethod
    def of(cls, row: SealedRecord, entries: list[Entry] | None = None) -> Self:
        """Show a record, and what was opened of it."""
        shown = None if entries is None else [EntryView.model_validate(one, from_attributes=True) for one in entries]
        return cls(
            case_id=row.case_id,
            opened_at=row.opened_at,
            preserve_until=row.preserve_until,
            destroyed_at=row.destroyed_at,
            count=row.entries,
            entries=shown,
        )


class DestructionForm(Shape):
    """Which authority asked for the destruction, under which reference, and how that was verified."""

    authority: Line
    reference: Line
    note: Annotated[Words, StringConstraints(min_length=1)]


class DestructionView(BaseModel):
    """A destruction that was asked for, or its certificate.

    `signature` (base64, Ed25519) signs the text of `certificate`; `holds` says whether it was found to be so again now.
    """

    id: UUID
    ground: DestroyedFor
    by: str
    at: datetime
    confirmed_by: str | None = None
    destroyed_at: datetime | None = None
    certificate: str | None = None
    signature: str | None = None
    public_key: str | None = None
    holds: bool | None = None

    @classmethod
    def of(cls, row: Destruction, *, public_key: bytes | None = None, holds: bool | None = None) -> Self:
        """Show a row."""
        return cls(
            id=row.id,
            ground=DestroyedFor(row.ground),
            by=row.by,
            at=row.at,
            confirmed_by=row.confirmed_by,
            destroyed_at=row.destroyed_at,
            certificate=row.certificate,
            signature=None if row.signature is None else base64.b64encode(row.signature).decode(),
            public_key=None if public_key is None else base64.b64encode(public_key).decode(),
            holds=holds,
        )


@sealed.get("/lane/readers", roles=(*NAMERS, Role.AUDITOR))
async def list_lane_readers(edge: OpenEdge) -> LaneReaderList:
    """List who was named to read sealed records, one by one, and by whom."""
    return LaneReaderList(items=[LaneReaderView.of(row) for row in await readers.list_readers(edge)])


@sealed.put("/lane/readers/{sub}", roles=NAMERS, refuses=("names_themselves", "named_already"))
async def name_lane_reader(edge: OpenEdge, sub: Person) -> LaneReaderView:
    """Name somebody of the named group to read sealed records; nobody names themselves, and without the role it opens nothing."""
    return LaneReaderView.of(await readers.name_reader(edge, sub))


@sealed.delete("/lane/readers/{sub}", roles=NAMERS, refuses=("not_named",))
async def end_lane_reader(edge: OpenEdge, sub: Person) -> LaneReaderView:
    """End somebody's reading of sealed records, from now on."""
    return LaneReaderView.of(await readers.end_reader(edge, sub))


@sealed.get(
    "/cases/{case_id}/sealed-record",
    roles=GROUP,
    reads="the sealed record of a case of child protection",
    refuses=("not_a_named_reader", "record_destroyed"),
)
async def read_sealed_record(edge: OpenEdge, case_id: UUID) -> SealedRecordView:
    """Open the sealed record of a case: what its requests said, what named readers added, and the report as it was sent."""
    return SealedRecordView.of(*await lane.read_record(edge, case_id, actor_of(edge)))


@sealed.post(
    "/cases/{case_id}/sealed-record",
    roles=GROUP,
    status=201,
    creates=True,
    refuses=("not_a_named_reader", "record_destroyed"),
    example={"words": "reported material"},
)
async def add_to_sealed_record(edge: OpenEdge, case_id: UUID, form: EntryForm) -> SealedRecordView:
    """Put where reported material is into the sealed record, and nowhere else; in words, no file and no link."""
    words = form.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    return SealedRecordView.of(await lane.add_words(edge, case_id, words, by=actor_of(edge)))


@sealed.post(
    "/cases/{case_id}/sealed-record/destruction",
    roles=GROUP,
    status=201,
    creates=True,
    refuses=("not_a_named_reader", "record_destroyed", "duty_is_open", "held", "destruction_asked"),
    example={"authority": "An example agency", "reference": "Example 7", "note": "Verified by calling back."},
)
async def ask_destruction(edge: OpenEdge, case_id: UUID, form: DestructionForm) -> DestructionView:
    """Ask for the destruction of a sealed record before its time, on law enforcement's verified request; a second person confirms."""
    made = await destruction.ask(edge, case_id, authority=form.authority, reference=form.reference, note=form.note, by=actor_of(edge))
    return DestructionView.of(made)


@sealed.post(
    "/cases/{case_id}/sealed-record/destruction/confirmation",
    roles=GROUP,
    refuses=("not_a_named_reader", "record_destroyed", "no_destruction_asked", "own_proposal", "held"),
)
async def confirm_destruction(edge: OpenEdge, case_id: UUID) -> DestructionView:
    """Confirm a destruction that another named reader asked for: the key is destroyed at once, and its certificate answered."""
    done = await destruction.confirm(edge, case_id, by=actor_of(edge))
    return DestructionView.of(done.row, public_key=edge.runtime.keyring.public_key, holds=done.holds)


@sealed.get("/cases/{case_id}/sealed-record/certificate", roles=GROUP, reads="the certificate of a destroyed record")
async def read_certificate(edge: OpenEdge, case_id: UUID) -> DestructionView:
    """Read the certificate of a destroyed record, checked again; it names no word of what was destroyed."""
    found = await destruction.read_certificate(edge, case_id, actor_of(edge))
    return DestructionView.of(found.row, public_key=edge.runtime.keyring.public_key, holds=found.holds)
