"""Fixtures on real servers, and the only hand on the fault points; a pytest plugin that a production install lacks.

house = await House.open(home, postgres)      one home on one PostgreSQL
desk = await house.desk(SERVICE)              a service at work on its own database, with a client for every role
"""

import asyncio
import itertools
import os
import signal
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from kernel.actor import Role

from chassis import embedded, fault, pulse
from chassis.auth import issue
from chassis.bus import Bus
from chassis.bus.local import LocalHop
from chassis.check import check
from chassis.clock import Clock
from chassis.crypto import Keyring
from chassis.hints import Hints
from chassis.http.application import build
from chassis.migrations import migrate
from chassis.peers import Peers
from chassis.runtime import Runtime
from chassis.service import Service
from chassis.settings import Settings
from chassis.worker import Worker

_names = itertools.count(1)
PATIENCE = 20.0


class InjectedFault(Exception):
    """What a fault point raises in kind `error`."""


@contextmanager
def broken_at(point: str, *kinds: str, of: str = "", after: int = 0, seconds: float = 0.2) -> Iterator[list[str]]:
    """Break the process at one point: `error`, `crash` (kill -9), `cancel`, `slow` or `timeout` (done, but the caller saw a time-out).

    Of several kinds each passing takes the next. `of` lets it break for one operation's work alone, `after` lets the point be passed
    that often first. Yields the list of points that were passed, in order.
    """
    if point not in fault.POINTS:
        raise ValueError(f"there is no fault point {point}")
    passed: list[str] = []
    left = list(reversed(kinds))

    async def hook(name: str, operation: str) -> None:
        if of and operation != of:
            return
        passed.append(name)
        if name != point or not left or passed.count(name) <= after:
            return
        kind = left.pop()
        if kind == "crash":
            os.kill(os.getpid(), signal.SIGKILL)
        elif kind == "cancel":
            raise asyncio.CancelledError
        elif kind == "slow":
            await asyncio.sleep(seconds)
        elif kind == "timeout":
            raise TimeoutError
        else:
            raise InjectedFault(name)

    fault._hook = hook  # noqa: SLF001  # the one place that may
    try:
        yield passed
    finally:
        fault._hook = None  # noqa: SLF001  # as above


async def eventually(true: Callable[[], Awaitable[Any]], *, within: float = PATIENCE, what: str = "the condition") -> Any:
    """Wait until `true()` answers something true, and give it; fail after `within` seconds."""
    end = asyncio.get_running_loop().time() + within
    while True:
        found = await true()
        if found:
            return found
        if asyncio.get_running_loop().time() > end:
            pytest.fail(f"{what} did not come true within {within} s", pytrace=False)
        await asyncio.sleep(0.02)


@dataclass
class Desk:
    """A service at work: `runtime`, an HTTP client, tokens, and a worker that can be started."""

    runtime: Runtime
    client: httpx.AsyncClient
    settings: Settings
    stack: AsyncExitStack
    worker: Worker | None = None
    _tokens: dict[tuple[str, ...], str] = field(default_factory=dict)

    def token(self, *roles: str, sub: str | None = None, ttl: timedelta = timedelta(hours=1)) -> str:
        """Issue a token; without `sub` the person is named after the first role."""
        who = sub or f"{roles[0] if roles else 'nobody'}-1"
        name = (*roles, who, str(ttl))
        if name not in self._tokens:
            self._tokens[name] = issue(
                self.settings.home, [Role(role) for role in roles], who, ttl, Clock(), secrets=self.settings.secrets_dir
            )
        return self._tokens[name]

    async def call(
        self,
        method: str,
        path: str,
        *,
        role: str | Sequence[str] | None = None,
        sub: str | None = None,
        reason: str | None = None,
        **options: Any,
    ) -> httpx.Response:
        """Call an operation as one person with these roles. A write carries a fresh Idempotency-Key unless `headers` names one."""
        headers = dict(options.pop("headers", {}))
        if role is not None:
            roles = (role,) if isinstance(role, str) else tuple(role)
            headers.setdefault("Authorization", f"Bearer {self.token(*roles, sub=sub)}")
        if reason is not None:
            headers.setdefault("X-Access-Reason", reason)
        if method not in ("GET", "HEAD"):
            headers.setdefault("Idempotency-Key", f"test-{next(_names)}-{os.getpid()}")
        return await self.client.request(method, path, headers=headers, **options)

    async def get(self, path: str, **options: Any) -> httpx.Response:
        """GET as `call` does."""
        return await self.call("GET", path, **options)

    async def post(self, path: str, json: Any = None, **options: Any) -> httpx.Response:
        """POST JSON as `call` does."""
        if json is not None:
            options["json"] = json
        return await self.call("POST", path, **options)

    async def work(self) -> Worker:
        """Start this service's worker, once; it is stopped with the desk."""
        if self.worker is None:
            self.worker = Worker(self.runtime)
            self.worker.start()
            self.stack.push_async_callback(self.worker.stop)
        return self.worker

    async def settle(self) -> datetime | None:
        """Wait until nothing is due, unsent, unread or retrying; give the next date."""
        await self.work()
        return await pulse.settle([self.runtime], pulse.Pulses(self.settings))

    async def advance(self, by: timedelta) -> dict[str, Any]:
        """Walk this home's law clock from date to date."""
        await self.work()
        return await pulse.advance([self.runtime], self.settings, by)

    async def sql(self, query: str, *values: Any) -> list[asyncpg.Record]:
        """Ask the database as the service's own role, with production grants."""
        connection = await asyncpg.connect(self.runtime.db.asyncpg_dsn)
        try:
            return list(await connection.fetch(query, *values))
        finally:
            await connection.close()

    async def findings(self) -> list[Any]:
        """Run the checker; a test wants none."""
        # Where no worker is at work nothing is sent, however long the run takes.
        patience = timedelta(minutes=5) if self.runtime.worker is not None else timedelta(days=1)
        return list(await check(self.runtime, patience=patience))

    async def close(self) -> None:
        """End everything this desk started."""
        await self.stack.aclose()


class House:
    """One home on one PostgreSQL, where each desk has a database and a clock of its own."""

    def __init__(self, home: Path, servers: embedded.Servers) -> None:
        """`servers` were started with PostgreSQL."""
        self.home = home
        self.servers = servers
        self.secrets = home / "secrets"
        self._desks: list[Desk] = []
        self._made: dict[str, str] = {}

    async def database(self, *services: Service, fresh: bool = False) -> str:
        """Make a database with the schemas of these services and give its address; the same one again unless `fresh`."""
        pristine = "pristine_" + "_".join(f"{service.name}_{abs(hash(service.migrations))}" for service in services)
        if pristine not in self._made:
            await self._create(pristine, "template0")
            url = self._address(pristine)
            await migrate(services, self.settings(url))
            self._made[pristine] = ""
        if not fresh and self._made[pristine]:
            return self._address(self._made[pristine])
        name = f"test_{next(_names)}"
        await self._create(name, pristine)
        # A role's search path belongs to one database and is not copied with it.
        await migrate(services, self.settings(self._address(name)))
        if not fresh:
            self._made[pristine] = name
        return self._address(name)

    async def _create(self, name: str, template: str) -> None:
        admin = await asyncpg.connect(self.servers.postgres.admin_dsn)
        try:
            await admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        finally:
            await admin.close()

    def _address(self, database: str) -> str:
        return self.servers.postgres.admin_dsn.rpartition("/")[0] + f"/{database}"

    def settings(self, database_url: str, *, home: Path | None = None, **more: Any) -> Settings:
        """Settings of dev mode on this house's servers; the local hop unless `kafka` names a broker."""
        options: dict[str, Any] = {
            "home": home or self.home,
            "secrets": self.secrets,
            "database_url": database_url,
            "kafka": "local",
            "dev": True,
        }
        return Settings(**(options | more))

    async def desk(self, service: Service, *, bus: Bus | None = None, fresh: bool = False, **more: Any) -> Desk:
        """Put a service to work on its own database; `fresh` leaves out what an earlier desk of it wrote."""
        (desk,) = await self.desks(service, bus=bus, fresh=fresh, **more)
        return desk

    async def desks(self, *services: Service, bus: Bus | None = None, fresh: bool = False, **more: Any) -> list[Desk]:
        """Put services to work as one process does: one database, one bus and clock, one door; each desk has the same client.

        What a service keeps beside its API (`on_start`, `loops`) is left to the caller, and so is listening on `port` for the others.
        """
        url = await self.database(*services, fresh=fresh)
        home = self.home / f"{services[0].name}-{next(_names)}"
        home.mkdir(mode=0o700)
        settings = self.settings(url, home=home, **more)
        if not (self.secrets / "keyring.json").exists():
            Keyring.create(self.secrets / "keyring.json")
        keyring = Keyring.load(self.secrets / "keyring.json")
        bus = bus or LocalHop()
        stack = AsyncExitStack()
        runtimes = [Runtime(one, settings, bus=bus, keyring=keyring, peers=Peers(settings, one.name)) for one in services]
        for runtime in runtimes:
            if isinstance(bus, LocalHop):
                # Nothing is acknowledged before every group has read it, whichever worker starts first.
                bus.expect(f"office-{runtime.service.name}", list(runtime.service.reactions))
            runtime.db.hints = Hints(runtime.db.asyncpg_dsn, runtime.service.name, runtime.wake, partial(_loops_of, runtime))
            runtime.db.hints.start()
            stack.push_async_callback(runtime.close)
        app = build(runtimes, settings)
        await stack.enter_async_context(app.router.lifespan_context(app))
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        client = await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://office.test"))
        desks = [Desk(runtime, client, settings, stack) for runtime in runtimes]
        self._desks.extend(desks)
        return desks

    async def close(self) -> None:
        """Close every desk; those of one process end together, and all at once."""
        await asyncio.gather(*(stack.aclose() for stack in {id(desk.stack): desk.stack for desk in self._desks}.values()))


def _loops_of(runtime: Runtime) -> list[str]:
    return list(runtime.wakes)


@pytest.fixture(scope="session")
async def house() -> AsyncIterator[House]:
    """One home with PostgreSQL for the whole run."""
    # Not under pytest's own folder: every run shuts that one for others, and PostgreSQL's user would be locked out.
    with tempfile.TemporaryDirectory(prefix="office-") as folder:
        home = Path(folder) / "home"
        servers = await embedded.start(home, kafka=False, durable=False)
        found = House(home, servers)
        yield found
        await found.close()
        await servers.leave()


@pytest.fixture(scope="session")
async def kafka(house: House) -> AsyncIterator[str]:
    """Give the bootstrap address of one Kafka broker for the whole run."""
    servers = await embedded.start(house.home, postgres=False, durable=False)
    yield servers.kafka.bootstrap
    await servers.leave()
