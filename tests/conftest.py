"""All services as one process has them: one database, one bus, one door, also listening on loopback for each other's questions."""

import asyncio
import contextlib
import io
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest
import uvicorn
from chassis import log
from chassis.http import walk
from chassis.http.middleware import FrontDoor
from chassis.http.ops import ops
from chassis.testing import Desk, House
from kernel.actor import Role
from office.demo import steps
from office.demo.stage import Stage
from office.services import load


@dataclass(frozen=True)
class Operation:
    """One operation of one service: `path` is its template, `roles` those that its declaration names."""

    service: str
    method: str
    path: str
    roles: tuple[Role, ...]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    def url(self, **ids: str) -> str:
        """Fill the path, with an id that nobody has where none is given."""
        url = self.path
        while "{" in url:
            before, _, rest = url.partition("{")
            name, _, after = rest.partition("}")
            url = before + ids.get(name, NOBODY) + after
        return url


NOBODY = "01890a5d-ac96-774b-bcce-b302099a8057"


@dataclass
class WholeHouse:
    """The services at work; `desk` calls any of them, `desks[NAME]` looks into one."""

    desks: dict[str, Desk]
    app: FrontDoor
    url: str
    admin_dsn: str

    @property
    def desk(self) -> Desk:
        return next(iter(self.desks.values()))

    @property
    def operations(self) -> list[Operation]:
        services = [desk.runtime.service for desk in self.desks.values()]
        own = [Operation(one.name, *found) for one in services for found in walk(one.routers, one.hot)]
        return [*own, *(Operation("house", *found) for found in walk(ops))]

    async def sql(self, query: str, *values: Any) -> list[asyncpg.Record]:
        """Ask the database with every right, as no service can."""
        connection = await asyncpg.connect(self.admin_dsn)
        try:
            return list(await connection.fetch(query, *values))
        finally:
            await connection.close()

    async def tables(self) -> list[tuple[str, str]]:
        """List every table as (schema, name)."""
        found = await self.sql(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname = ANY($1) ORDER BY 1, 2", [*self.desks, "office"]
        )
        return [(row[0], row[1]) for row in found]

    async def counts(self) -> dict[str, int]:
        """Count the rows of every table but for refusals in the trail, which are meant to be written, and seals of rows there were."""
        parts = [
            f"SELECT '{schema}.{table}' AS name, count(*) FROM {schema}.{table}"
            + (" WHERE outcome <> 'refused'" if table == "audit" else "")
            for schema, table in await self.tables()
            if table != "seal"
        ]
        return {row[0]: row[1] for row in await self.sql(" UNION ALL ".join(parts))}

    async def settle(self) -> None:
        """Start every worker and wait until nothing is due, unsent, unread or retrying anywhere."""
        from chassis import pulse

        for desk in self.desks.values():
            await desk.work()
        await pulse.settle([desk.runtime for desk in self.desks.values()], pulse.Pulses(self.desk.settings))

    async def findings(self) -> list[Any]:
        """Run every service's invariants."""
        return [finding for desk in self.desks.values() for finding in await desk.findings()]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextlib.asynccontextmanager
async def opened(house: House, **options: Any) -> AsyncIterator[WholeHouse]:
    """Put all services to work and let them listen on loopback until the block ends."""
    port = free_port()
    desks = await house.desks(*load(), port=port, **options)
    app: FrontDoor = desks[0].client._transport.app  # type: ignore[attr-defined]  # the ASGI transport's own
    config = uvicorn.Config(app, port=port, lifespan="off", ws="none", access_log=False, log_config=None, loop="none")
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]  # signals are pytest's
    tasks = [asyncio.create_task(server.serve())]
    for desk in desks:
        service = desk.runtime.service
        if service.on_start is not None:
            await service.on_start(desk.runtime)
        tasks += [asyncio.ensure_future(loop(desk.runtime)) for loop in service.loops.values()]
    admin = desks[0].settings.admin_dsn().replace("postgresql+asyncpg", "postgresql", 1)
    yield WholeHouse({desk.runtime.service.name: desk for desk in desks}, app, f"http://127.0.0.1:{port}", admin)
    server.should_exit = True
    await tasks[0]
    for task in tasks[1:]:
        task.cancel()
    await asyncio.gather(*tasks[1:], return_exceptions=True)
    for desk in desks:
        await desk.close()


@pytest.fixture(scope="session")
async def whole_house(house: House) -> AsyncIterator[WholeHouse]:
    """The five services with their workers, settled."""
    async with opened(house, fresh=True) as found:
        await found.settle()
        yield found


@pytest.fixture(scope="session")
async def another_house(house: House) -> AsyncIterator[WholeHouse]:
    """A second one on a database of its own, for what leaves traces."""
    async with opened(house, fresh=True) as found:
        await found.settle()
        yield found


@pytest.fixture(scope="module")
async def breakable_house(house: House) -> AsyncIterator[WholeHouse]:
    """One for tests that break it; its database and its clock are nobody else's."""
    async with opened(house, fresh=True) as found:
        await found.settle()
        yield found


@pytest.fixture(scope="session")
async def matters(whole_house: WholeHouse, house: House) -> dict[str, str]:
    """Ids of things in the whole house, by the names that paths have for them: a global ban in force, its case, letters and appeal."""
    return await played(whole_house, house)


@pytest.fixture(scope="session")
async def other_matters(another_house: WholeHouse, house: House) -> dict[str, str]:
    """The same in the other house."""
    return await played(another_house, house)


async def played(whole: WholeHouse, house: House) -> dict[str, str]:
    stage = Stage(whole.url, whole.desk.settings.home, secrets=house.secrets)
    try:
        return await _played(stage)
    finally:
        await stage.close()
        await whole.settle()


async def _played(stage: Stage) -> dict[str, str]:
    user = "Example Troll 9"
    request = await steps.open_case(stage, user)
    action = await steps.recommend(stage, request["case_id"], steps.ban_of(user))
    action = await steps.approve(stage, action)
    await stage.post(f"/bans/v1/actions/{action['id']}/enactment", "enforcer-1", {})
    await stage.advance("PT2M")
    letters = await stage.get(f"/notify/v1/notifications?about={action['id']}", "auditor-1")
    form = {
        "decision": {"kind": "action", "id": action["id"]},
        "appellant": {"role": "subject", "wiki_user": user, "verified": {"how": "confirmed on the talk page of the account"}},
        "reasons": "I was asleep that week.",
        "channel": "mail",
    }
    appeal = await stage.post("/appeals/v1/appeals", "requester_desk-1", form, want=201)
    letter = {"text": "I own the photograph. Please remove https://example.wiki/wiki/File:Harbour.jpg", "channel": "legal"}
    notice = await stage.post("/dmca/v1/notices", "requester_desk-1", letter, want=201)
    return {
        "notice_id": notice["id"],
        "request_id": request["id"],
        "case_id": request["case_id"],
        "action_id": action["id"],
        "notification_id": letters["items"][0]["id"],
        "appeal_id": appeal["id"],
    }


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Everything that is logged during the test, from `DEBUG` on, as production writes it."""
    stream, root = io.StringIO(), logging.getLogger()
    before, level = root.handlers[:], root.level
    log.configure("DEBUG", stream=stream)
    yield stream
    root.handlers = before
    root.setLevel(level)
    log._install(logging.WARNING, None, None)
