"""dmca-svc at work on a real PostgreSQL with production grants; after each test every invariant holds."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import uvicorn
from chassis.peers import Peers
from chassis.testing import Desk, House, eventually
from dmca_svc.app import SERVICE
from dmca_svc.letters.reader import reader_of
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

LETTER = """To the designated agent of the Wikimedia Foundation

I am Ada Example, the photographer and owner of the copyright in the photograph "Harbour at Dawn", first published in my book
"Harbours" in 2019. The photograph is shown without my permission at https://commons.wikimedia.org/wiki/File:Harbour_at_dawn.jpg

I have a good faith belief that use of the material in the manner complained of is not authorized by the copyright owner, its agent, or
the law. The information in this notification is accurate, and under penalty of perjury, I am the owner of the exclusive right that is
allegedly infringed.

My contact information:
Name: Ada Example
Address: 12 Example Street, Springfield
Telephone: +1 555 0100
Email: ada@example.org

Sincerely,
Ada Example
"""
COUNTER = """To the designated agent of the Wikimedia Foundation

My photograph at https://commons.wikimedia.org/wiki/File:Harbour_at_dawn.jpg was removed from that address. I swear, under penalty of
perjury, that I have a good faith belief that the material was removed as a result of a mistake or misidentification of the material.

I consent to the jurisdiction of the Federal District Court for the judicial district in which my address is located, and I will accept
service of process from the person who provided the notification or an agent of that person.

Bo Example, 7 Sample Road, Shelbyville, telephone +1 555 0199, bo@example.org

Sincerely,
Bo Example
"""
HARBOUR = {"wiki": "commonswiki", "title": "File:Harbour at dawn.jpg"}
QUAY = {"wiki": "examplewiki", "title": "File:Quay.jpg"}
SIX = ("signature", "work", "material", "contact", "good_faith", "accuracy_authority")
FIVE = ("signature", "material", "good_faith_mistake", "contact", "jurisdiction_service")
SIGNERS = (("team_peer", "pia"), ("team_manager", "max"), ("legal", "lea"))


class Office:
    """The people who work on notices, each in their own name."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    async def act(self, path: str, body: Any, role: str, sub: str, status: int = 200, **options: Any) -> dict[str, Any]:
        answer = await self.desk.post(f"/dmca/v1/notices{path}", body, role=role, sub=sub, **options)
        assert answer.status_code == status, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def refused(self, path: str, body: Any, role: str, sub: str, status: int = 409) -> list[str]:
        found = await self.act(path, body, role, sub, status)
        assert all(reason["says"] and reason["cite"] for reason in found["reasons"])
        return [reason["code"] for reason in found["reasons"]]

    async def file(self, text: str = LETTER, **more: Any) -> dict[str, Any]:
        return await self.act("", {"text": text, **more}, "legal", "lea", 201)

    async def assess(self, notice_id: str, lacks: tuple[str, ...] = (), pages: tuple[dict[str, str], ...] = (HARBOUR,)) -> dict[str, Any]:
        body = {"elements": {name: name not in lacks for name in SIX}, "pages": list(pages), "note": "Read twice."}
        return await self.act(f"/{notice_id}/assessment", body, "evaluator", "eva")

    async def recommend(self, notice_id: str, course: str = "take_down", grounds: tuple[str, ...] = ()) -> dict[str, Any]:
        body = {"course": course, "grounds": list(grounds), "note": "As it stands."}
        return await self.act(f"/{notice_id}/recommendation", body, "evaluator", "eva")

    async def sign(self, notice: dict[str, Any], level: str, sub: str, verdict: str = "approve") -> dict[str, Any]:
        body = {"level": level, "verdict": verdict, "digest": notice["review"]["digest"], "note": f"{level} has read it."}
        return await self.act(f"/{notice['id']}/reviews", body, level, sub)

    async def decided(self, course: str = "take_down", grounds: tuple[str, ...] = (), **options: Any) -> dict[str, Any]:
        notice = await self.file()
        await self.assess(notice["id"], **options)
        notice = await self.recommend(notice["id"], course, grounds)
        for level, sub in SIGNERS:
            notice = await self.sign(notice, level, sub)
        return notice

    async def receipt(self, notice_id: str, page: dict[str, str] = HARBOUR, log_id: int = 4711) -> dict[str, Any]:
        return await self.act(f"/{notice_id}/receipts", {"page": page, "log_id": log_id}, "enforcer", "enno")

    async def taken_down(self, pages: tuple[dict[str, str], ...] = (HARBOUR,)) -> dict[str, Any]:
        notice = await self.decided(pages=pages)
        await self.act(f"/{notice['id']}/takedown", {}, "enforcer", "enno")
        for page in pages:
            notice = await self.receipt(notice["id"], page)
        return notice

    async def counter(self, notice_id: str, **more: Any) -> dict[str, Any]:
        return await self.act(f"/{notice_id}/counter-notices", {"text": COUNTER, **more}, "legal", "lea", 201)

    async def accept(
        self, notice_id: str, counter_id: str, *pages: dict[str, str], lacks: tuple[str, ...] = (), **more: Any
    ) -> dict[str, Any]:
        body = {
            "elements": {name: name not in lacks for name in FIVE},
            "pages": list(pages),
            "subscriber_verified": {"how": "answered from the account's confirmed address"},
            "note": "Complete.",
            **more,
        }
        body = {name: value for name, value in body.items() if value is not None}
        return await self.act(f"/{notice_id}/counter-notices/{counter_id}/assessment", body, "evaluator", "eva")

    async def counter_noticed(self, pages: tuple[dict[str, str], ...] = (HARBOUR,)) -> tuple[str, dict[str, Any]]:
        notice = await self.taken_down(pages)
        counter = await self.counter(notice["id"])
        return notice["id"], await self.accept(notice["id"], counter["id"], *pages)

    async def get(self, notice_id: str) -> dict[str, Any]:
        answer = await self.desk.get(f"/dmca/v1/notices/{notice_id}", role="auditor", reason="a test reads")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def said(self, notice_id: str) -> list[str]:
        return [event["dmca_notice_change_kind"] for event in await self.events(notice_id)]

    async def events(self, notice_id: str) -> list[dict[str, Any]]:
        rows = await self.desk.sql(
            "SELECT convert_from(payload, 'UTF8') AS event FROM outbox WHERE position($1 in key) > 0 ORDER BY id", notice_id
        )
        return [json.loads(row["event"]) for row in rows]

    async def until(self, moment: str) -> None:
        """Walk the law's clock to a moment as the wire says it."""
        now = self.desk.runtime.clock.law()
        await self.desk.advance(max(datetime.fromisoformat(moment) - now, timedelta(0)))


@dataclass
class Bans:
    """What ban-svc answers on the wire about whose an account is, and what an action is about: nobody's, unless a test says otherwise."""

    persons: dict[str, list[str]] = field(default_factory=dict)
    subjects: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    broken: bool = False
    url: str = ""

    def same(self, *names: str) -> str:
        """Let accounts be one person's, by their names as a wiki shows them."""
        individual = str(uuid4())
        self.persons = {one: [name for name in mine if name not in names] for one, mine in self.persons.items()}
        self.persons[individual] = list(names)
        return individual

    async def answer(self, request: Request) -> JSONResponse:
        account = request.query_params["account"]
        self.asked.append(account)
        if self.broken:
            return JSONResponse({}, 503)
        assert request.headers["x-access-reason"]
        found = [{"id": one, "accounts": [{"name": name} for name in names]} for one, names in self.persons.items() if account in names]
        return JSONResponse({"items": found})

    async def subject(self, request: Request) -> JSONResponse:
        action_id = request.path_params["action_id"]
        self.asked.append(action_id)
        assert request.headers["x-access-reason"]
        return JSONResponse({"action_id": action_id, "accounts": [], **self.subjects[action_id]})

    def tell(self, desk: Desk) -> Desk:
        """Have a desk ask here."""
        desk.runtime.peers = Peers(desk.settings.model_copy(update={"ban_url": self.url}), "dmca")
        return desk


@pytest.fixture(scope="session")
async def ban_service() -> AsyncIterator[Bans]:
    found = Bans()
    app = Starlette(routes=[Route("/bans/v1/individuals", found.answer), Route("/bans/v1/actions/{action_id}/subject", found.subject)])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    serving = asyncio.create_task(server.serve())

    async def answers() -> bool:
        return server.started

    await eventually(answers, what="the server that answers for ban-svc")
    found.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    yield found
    server.should_exit = True
    await serving


@pytest.fixture
def bans(ban_service: Bans) -> Iterator[Bans]:
    yield ban_service
    ban_service.broken = False
    ban_service.asked.clear()


@pytest.fixture(scope="session")
async def at_work(house: House, ban_service: Bans) -> AsyncIterator[Desk]:
    desk = ban_service.tell(await house.desk(SERVICE))
    yield desk
    await reader_of(desk.runtime).close()


@pytest.fixture
async def desk(at_work: Desk) -> AsyncIterator[Desk]:
    yield at_work
    assert await at_work.findings() == []
    # The next test names the same titles and means other pages: what one notice has down another need not remove.
    await at_work.sql("UPDATE page SET place_hash = uuid_send(gen_random_uuid())")


@pytest.fixture
def office(desk: Desk) -> Office:
    return Office(desk)


@pytest.fixture
async def fresh(house: House, ban_service: Bans) -> AsyncIterator[Office]:
    """An office with a clock of its own, for tests that walk it."""
    desk = ban_service.tell(await house.desk(SERVICE, fresh=True))
    yield Office(desk)
    await desk.settle()
    assert await desk.findings() == []
    await reader_of(desk.runtime).close()
    await desk.close()


@pytest.fixture
def letter() -> str:
    return LETTER


@pytest.fixture
def counter_letter() -> str:
    return COUNTER
