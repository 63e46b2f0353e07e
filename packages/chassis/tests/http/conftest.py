"""A made-up service that keeps notes, small enough to show what every operation of every service has in common."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

import asyncpg
import msgspec
import pytest
from chassis.auth import Principal
from chassis.auth.issuer import public_keys
from chassis.edge import Edge, new_id
from chassis.http import After, HotRoute, Limit, OpenEdge, Page, Prepared, Received, ReceivedBody, Router, page
from chassis.service import Service
from chassis.testing import Desk, House
from kernel.actor import Role
from kernel.decision import refuse
from pydantic import BaseModel, ConfigDict, StringConstraints
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel, col, select
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

MIGRATIONS = Path(__file__).parent / "notes_migrations"


class Keeps(SQLModel, registry=registry()):
    pass


class Note(Keeps, table=True):
    id: UUID = Field(primary_key=True)
    text: str
    weight: int
    tag: str | None = Field(default=None, unique=True)
    version: int = 1


class SwapForm(BaseModel):
    other: UUID


class Author(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, StringConstraints(max_length=20)]


class NoteForm(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: str
    weight: int = 0
    kind: Literal["plain", "urgent"] = "plain"
    tag: str | None = None
    author: Author | None = None
    marks: dict[str, bool] = {}


class ChangeForm(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: str


class NoteView(BaseModel):
    id: UUID
    text: str
    weight: int
    version: int
    tag: str | None = None


@dataclass
class Knobs:
    """What the tests turn: a gate that a write waits at, and how often the work was begun."""

    begun: int = 0
    asked: int = 0
    waiting: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    hold: bool = False
    both: asyncio.Barrier = field(default_factory=lambda: asyncio.Barrier(2))


KNOBS = Knobs()
api = Router(prefix="/intake/v1", tags=["notes"])


def view(note: Note) -> NoteView:
    return NoteView(**note.model_dump())


@api.post(
    "/notes",
    roles=(Role.REQUESTER_DESK, Role.EVALUATOR),
    status=201,
    creates=True,
    refuses=("too_heavy",),
    example={"text": "a made-up note"},
)
async def write_note(edge: OpenEdge, form: NoteForm) -> NoteView:
    """Write a note.

    Heavy ones are refused.
    """
    KNOBS.begun += 1
    if form.weight > 100:
        refuse("too_heavy", "A note weighs at most 100.", "R1")
    if KNOBS.hold:
        KNOBS.waiting.set()
        await KNOBS.go_on.wait()
    note = Note(id=new_id(), text=form.text, weight=form.weight, tag=form.tag)
    edge.session.add(note)
    return view(note)


@api.get("/notes", roles=(Role.EVALUATOR,))
async def list_notes(edge: OpenEdge, min_weight: int = 0, after: After = None, limit: Limit = 50) -> Page[NoteView]:
    """List notes, the heaviest first."""
    query = select(Note).where(Note.weight >= min_weight).order_by(col(Note.weight).desc(), col(Note.id))
    return await page(edge, query, view, after=after, limit=limit)


@api.get("/notes/{note_id}", roles=(Role.EVALUATOR,), reads="note")
async def read_note(edge: OpenEdge, note_id: UUID) -> NoteView:
    """Read a note."""
    return view(await edge.get(Note, note_id, "note"))


async def change(edge: Edge, note_id: UUID, text: str) -> Note:
    note = await edge.lock(Note, note_id, "note")
    note.text = text
    note.version += 1
    return note


@api.post("/notes/{note_id}/changes", roles=(Role.EVALUATOR,), refuses=("sealed",))
async def change_note(edge: OpenEdge, note_id: UUID, form: ChangeForm) -> NoteView:
    """Change a note."""
    if form.text == "sealed":
        refuse("sealed", "A sealed note stays as it is.", "R2")
    return view(await change(edge, note_id, form.text))


@api.post("/notes/{note_id}/readings", roles=(Role.EVALUATOR,))
async def count_reading(note_id: UUID) -> dict[str, str]:
    """Lock nothing."""
    return {"note": str(note_id)}


@api.post(
    "/letters", roles=(Role.REQUESTER_DESK,), status=201, creates=True, body_limit=3 << 20, accepts=("text/plain", "application/json")
)
async def take_letter(body: ReceivedBody) -> dict[str, int]:
    """Take a letter as it came."""
    text = body.form(ChangeForm).text if body.media_type.endswith("json") else body.text()
    return {"length": len(text)}


@api.post("/files", roles=(Role.EVALUATOR,), status=201, creates=True, accepts=("*/*",))
async def take_file(body: ReceivedBody) -> dict[str, str]:
    """Take a file of any kind."""
    return {"claimed": body.media_type, "content": body.content.hex()}


@api.get("/tally", roles=())
async def show_tally(edge: OpenEdge) -> dict[str, int]:
    """Count notes, for anybody."""
    return {"notes": len((await edge.session.scalars(select(Note.id))).all())}


async def ask_around(_request: Request, body: Received) -> str:
    KNOBS.asked += 1
    return f"asked about {len(body.content)} bytes"


@api.post("/questions", roles=(Role.EVALUATOR,), status=201, creates=True, prepares=ask_around)
async def ask_question(form: ChangeForm, answer: Annotated[str, Prepared]) -> dict[str, str]:
    """Ask others before the edge opens."""
    return {"text": form.text, "answer": answer}


@api.post("/notes/{note_id}/swaps", roles=(Role.EVALUATOR,))
async def swap_notes(edge: OpenEdge, note_id: UUID, form: SwapForm) -> NoteView:
    """Lock two notes one after the other, in the order that was asked for: which no operation of ours does."""
    first = await edge.lock(Note, note_id, "note")
    await KNOBS.both.wait()
    second = await edge.lock(Note, form.other, "note")
    first.text, second.text = second.text, first.text
    return view(first)


@api.post("/accidents", roles=(Role.EVALUATOR,))
async def have_accident(form: ChangeForm) -> dict[str, str]:
    """Fail as no operation should."""
    raise RuntimeError(form.text)


async def check_note(request: Request, principal: Principal) -> Response:
    runtime = request.app.state.runtime
    return JSONResponse({"service": runtime.service.name, "sub": principal.actor.sub, "user": request.query_params.get("user")})


class CheckForm(msgspec.Struct, forbid_unknown_fields=True):
    users: list[str]


async def check_notes(request: Request, _principal: Principal) -> Response:
    return JSONResponse({"count": len(msgspec.json.decode(await request.body(), type=CheckForm).users)})


HOT_MANY = HotRoute(
    "POST",
    "/intake/v1/check",
    check_notes,
    roles=(Role.TOOLING,),
    document={"operationId": "check_notes", "summary": "Check many", "responses": {"200": {"description": "Checked."}}},
)
HOT = HotRoute(
    "GET",
    "/intake/v1/check",
    check_note,
    roles=(Role.TOOLING,),
    query=("user",),
    document={"operationId": "check_note", "summary": "Check", "responses": {"200": {"description": "Checked."}}},
)

NOTES = Service(
    name="intake",
    title="notes",
    prefix="/intake/v1",
    summary="Keeps notes.",
    metadata=Keeps.metadata,
    migrations=MIGRATIONS,
    routers=[api],
    hot=[HOT, HOT_MANY],
    problems={"too_heavy": "A note weighs at most 100.\nWrite a lighter one.", "sealed": "A sealed note stays as it is."},
)


@pytest.fixture(scope="module")
async def desk(house: House) -> AsyncIterator[Desk]:
    found = await house.desk(NOTES, fresh=True)
    yield found
    await found.close()


@pytest.fixture(scope="module")
async def strict(house: House, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """The notes outside dev mode: five writes a minute, the issuer's keys from a file."""
    document = tmp_path_factory.mktemp("issuer") / "jwks.json"
    document.write_text(json.dumps(public_keys(house.secrets)))
    found = await house.desk(NOTES, fresh=True, dev=False, writes_per_minute=5, jwks_file=document)
    yield found
    await found.close()


@pytest.fixture
def by_hand() -> Callable[..., Awaitable[str]]:
    """Change a database as no role of ours may."""

    async def run(desk: Desk, statement: str, *values: Any) -> str:
        connection = await asyncpg.connect(desk.settings.database_url)
        try:
            return str(await connection.execute(statement, *values))
        finally:
            await connection.close()

    return run


@pytest.fixture
def notes() -> Service:
    return NOTES


@pytest.fixture
def knobs() -> Any:
    KNOBS.__init__()  # type: ignore[misc]  # as new for each test
    return KNOBS
