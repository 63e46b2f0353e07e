"""Grounds on which processes die: a home whose servers the test holds, children that start in a second, clients that repeat, effects."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from chassis import embedded
from chassis.check import check
from chassis.clock import Clock
from chassis.db import Database
from chassis.settings import SERVICES, Settings
from office.demo.stage import Answer, JourneyFailed, Stage
from office.services import load
from pydantic import TypeAdapter

ZYGOTE = Path(__file__).with_name("zygote.py")
PATIENCE = 60.0
POLL = 0.02
COUNT = "SELECT stream, count(*) AS n FROM {}.{} GROUP BY stream"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Insisting(Stage):
    """Clients as they should be: what was not answered, or answered 5xx or *come again*, is sent again with the same key."""

    async def ask(self, method: str, path: str, person: str, body: Any = None, **options: Any) -> httpx.Response:
        key = options.pop("key", None) or f"{self._play}-{next(self._keys)}"
        end = asyncio.get_running_loop().time() + PATIENCE
        while True:
            try:
                answer = await super().ask(method, path, person, body, key=key, **options)
            except httpx.TransportError:
                if asyncio.get_running_loop().time() > end:
                    raise
            else:
                again = answer.status_code >= 500 or "retry-after" in answer.headers
                if not again or asyncio.get_running_loop().time() > end:
                    return answer
            await asyncio.sleep(0.05)

    async def until(self, true: Any, what: str, *, within: float = PATIENCE) -> Any:
        """As `Stage.until`, with the patience that a broken house needs."""
        return await super().until(true, what, within=max(within, PATIENCE))

    async def advance(self, by: str) -> Answer:
        """Walk the clock; a walk that was broken off is walked to its end, and no further."""
        clock, end = Clock(self.home / "clock"), asyncio.get_running_loop().time() + PATIENCE
        target = clock.law() + TypeAdapter(timedelta).validate_python(by)
        while True:
            try:
                return await super().advance(f"PT{max((target - clock.law()).total_seconds(), 0):.3f}S")
            except (httpx.TransportError, JourneyFailed):
                if asyncio.get_running_loop().time() > end:
                    raise
            await asyncio.sleep(0.05)


@dataclass
class Child:
    """A process of the house that this test started."""

    pid: int
    url: str
    orders: Path
    log: Path

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    @property
    def alive(self) -> bool:
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    async def gone(self, within: float = PATIENCE) -> None:
        """Wait until it has ended."""
        end = asyncio.get_running_loop().time() + within
        while self.alive:
            if asyncio.get_running_loop().time() > end:
                pytest.fail(f"process {self.pid} is still there after {within:.0f} s:\n{self.said()}", pytrace=False)
            await asyncio.sleep(POLL)

    async def end(self, number: int = signal.SIGKILL) -> None:
        """Signal it and wait for its end."""
        if self.alive:
            os.kill(self.pid, number)
        await self.gone()

    async def arm(self, point: str, kind: str, *, of: str = "", after: int = 0) -> None:
        """Let it break at the next passing of this point, by the work of one operation where `of` names it, or `after` that many."""
        draft = self.orders.with_suffix(".draft")
        draft.write_text(json.dumps({"point": point, "kind": kind, "of": of, "after": after}))
        draft.rename(self.orders)
        os.kill(self.pid, signal.SIGUSR1)
        end = asyncio.get_running_loop().time() + PATIENCE
        while self.orders.exists():
            assert asyncio.get_running_loop().time() < end, "the process takes no orders"
            await asyncio.sleep(POLL)

    def said(self, last: int = 3000) -> str:
        """Give the end of its log."""
        return self.log.read_text()[-last:]

    def reached(self, point: str) -> int:
        """Count how often its log names this point as reached since a fault was armed there."""
        return self.log.read_text().count(f"reached {point}\n")


@dataclass
class Ground:
    """A home whose PostgreSQL and Kafka stay up, because the test holds them, while the house's processes come and go."""

    home: Path
    servers: embedded.Servers
    zygote: "subprocess.Popen[str]"
    children: list[Child] = field(default_factory=list)
    stages: list[Stage] = field(default_factory=list)

    async def start(self, *arguments: str, port: int | None = None, fault: dict[str, Any] | None = None, **environment: str) -> Child:
        """Start `office up --dev` with these arguments, and wait until it is ready or has died of the fault."""
        at = port or free_port()
        number = len(self.children) + 1
        order: dict[str, Any] = {
            "arguments": ["up", "--dev", "--port", str(at), *arguments],
            "environment": environment,
            "log": str(self.home / f"child-{number}.log"),
            "orders": str(self.home / f"orders-{number}"),
        }
        if fault is not None:
            order["fault"] = fault
        assert self.zygote.stdin is not None
        assert self.zygote.stdout is not None
        self.zygote.stdin.write(json.dumps(order) + "\n")
        self.zygote.stdin.flush()
        pid = int(await asyncio.to_thread(self.zygote.stdout.readline))
        child = Child(pid, f"http://127.0.0.1:{at}", Path(order["orders"]), Path(order["log"]))
        self.children.append(child)
        await self._ready(child, may_die=fault is not None)
        return child

    async def _ready(self, child: Child, *, may_die: bool) -> None:
        end = asyncio.get_running_loop().time() + PATIENCE
        async with httpx.AsyncClient(trust_env=False, timeout=2) as client:
            while child.alive:
                try:
                    if (await client.get(f"{child.url}/readyz")).is_success:
                        return
                except httpx.HTTPError:
                    pass
                if asyncio.get_running_loop().time() > end:
                    break
                await asyncio.sleep(POLL)
        if not may_die:
            pytest.fail(f"the house did not become ready:\n{child.said()}", pytrace=False)

    def stage(self, child: Child, *, insisting: bool = True) -> Stage:
        """See the house from outside; `insisting` clients repeat what was not answered."""
        stage = (Insisting if insisting else Stage)(child.url, self.home)
        self.stages.append(stage)
        return stage

    async def sql(self, query: str, *values: object) -> list[asyncpg.Record]:
        """Look into the home's database with every right."""
        connection = await asyncpg.connect(self.servers.postgres.admin_dsn)
        try:
            return list(await connection.fetch(query, *values))
        finally:
            await connection.close()

    async def findings(self, *services: str) -> list[str]:
        """Ask every invariant of these services or of all, as the role that can only read; what is settled has nothing stranded."""
        settings = Settings(home=self.home, database_url=self.servers.postgres.admin_dsn, kafka="local", dev=True)
        reader = Database(settings, "office_reader")
        try:
            async with reader.engine.connect() as connection:
                return [
                    str(one)
                    for service in load(services or SERVICES)
                    for one in await check(connection, service, clock=Clock(self.home / "clock"))
                ]
        finally:
            await reader.close()

    async def nothing_is_lost_and_nothing_twice(self) -> None:
        """Compare what was said with what each service heard: every event from its first on, once, in the order of its key."""
        said = {row["stream"]: row["n"] for one in SERVICES for row in await self.sql(COUNT.format(one, "outbox"))}
        for service in load():
            assert await self.sql(f"SELECT event_id FROM {service.name}.outbox WHERE sent_at IS NULL") == []
            assert await self.sql(f"SELECT event_id FROM {service.name}.parked") == []
            overtaken = f"""SELECT late.event_id FROM {service.name}.inbox early
                            JOIN {service.name}.inbox late USING (reaction, stream, key)
                            WHERE early.version < late.version AND early.at > late.at"""
            assert await self.sql(overtaken) == []
            heard = {row["stream"]: row["n"] for row in await self.sql(COUNT.format(service.name, "inbox"))}
            assert heard == {stream: count for stream, count in said.items() if stream in service.reactions}, service.name
        twice = "SELECT event_id, party FROM notify.notification GROUP BY event_id, party, recipient HAVING count(*) > 1"
        assert await self.sql(twice) == []
        await self.letters_match_receipts()
        assert await self.findings() == []

    async def letters_match_receipts(self) -> None:
        """Compare the world's memory with ours: every letter that lies in the folder has its receipt, and the other way round."""
        files = sorted(file.name for file in (self.home / "mail").glob("*.eml"))
        receipts = await self.sql("SELECT receipt->>'file' AS file FROM notify.delivery WHERE receipt ? 'file' ORDER BY 1")
        assert files == [row["file"] for row in receipts]

    async def close(self) -> None:
        for stage in self.stages:
            await stage.close()
        for child in self.children:
            if child.alive:
                await child.end(signal.SIGKILL)
        assert self.zygote.stdin is not None
        self.zygote.stdin.close()
        await asyncio.to_thread(self.zygote.wait, 10)
        await self.servers.leave()


@pytest.fixture(scope="session")
def insisting() -> type[Insisting]:
    return Insisting


@asynccontextmanager
async def opened(*, durable: bool = False) -> AsyncIterator[Ground]:
    """Make a home with servers of its own, and what its processes are forked from."""
    with tempfile.TemporaryDirectory(prefix="office-ground-") as folder:
        home = Path(folder) / "home"
        home.mkdir(mode=0o700)
        environment = {**os.environ, "OFFICE_HOME": str(home)}
        zygote = subprocess.Popen(  # noqa: ASYNC220  # a pipe that is read in a thread, before anything else is at work
            [sys.executable, str(ZYGOTE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        ground = Ground(home, await embedded.start(home, durable=durable), zygote)
        assert zygote.stdout is not None
        await asyncio.to_thread(zygote.stdout.readline)
        yield ground
        await ground.close()


@pytest.fixture(scope="session")
def grounds() -> Callable[..., AbstractAsyncContextManager[Ground]]:
    return opened


@pytest.fixture(scope="module")
async def ground() -> AsyncIterator[Ground]:
    """One home for the tests of one file."""
    async with opened() as found:
        yield found
