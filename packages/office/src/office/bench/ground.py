"""What a measurement stands on: servers in a home of its own, fresh databases and topics, and programs in processes of their own."""

import asyncio
import itertools
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import asyncpg
import httpx
from chassis import embedded
from chassis.auth import issue
from chassis.bus.topics import make_topics
from chassis.clock import Clock
from chassis.crypto import Keyring
from chassis.migrations import migrate
from chassis.service import Service
from chassis.settings import Settings
from contracts.case import CaseChange
from kernel.actor import Role

from office.bench.figure import Scale
from office.home import CannotReach, make_keyring

PATIENCE = 60.0
OFFICE = (sys.executable, "-c", "from office.cli import run; run()")
BARE = (sys.executable, "-m", "office.bench.bare")


@dataclass
class Ground:
    """A home with both servers, and what the figures ask of it."""

    settings: Settings
    scale: Scale
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    @property
    def admin_dsn(self) -> str:
        """The owner's way into the home's own database, for asyncpg."""
        return self.settings.admin_dsn().replace("postgresql+asyncpg", "postgresql", 1)

    @property
    def keyring(self) -> Keyring:
        """The home's keys."""
        return Keyring.load(self.settings.secrets_dir / "keyring.json")

    def token(self, *roles: Role) -> str:
        """Issue a token that outlives the bench."""
        return issue(self.settings.home, roles, f"{roles[0]}-bench", timedelta(hours=2), Clock())

    async def migrated(self, services: Sequence[Service]) -> None:
        """Bring the home's own database up to date for these services, once."""
        await migrate(services, self.settings)

    async def apart(self, *services: Service) -> Settings:
        """Make a fresh database with these services' tables, and a topic that nobody else reads; give the settings of both."""
        name = f"bench_{os.getpid()}_{next(self._numbers)}"
        admin = await asyncpg.connect(self.admin_dsn)
        try:
            await admin.execute(f'CREATE DATABASE "{name}"')
        finally:
            await admin.close()
        url = self.admin_dsn.rpartition("/")[0] + f"/{name}"
        settings = self.settings.model_copy(update={"database_url": url, "datacenter": name, "datacenters": (name,)})
        await migrate(services, settings)
        await make_topics(settings, [CaseChange.stream_name()])
        return settings

    async def drop(self, settings: Settings) -> None:
        """Give back what a large database of its own takes from the disk."""
        admin = await asyncpg.connect(self.admin_dsn)
        try:
            await admin.execute(f'DROP DATABASE "{settings.datacenter}" WITH (FORCE)')
        finally:
            await admin.close()

    @asynccontextmanager
    async def program(self, *command: str, **environment: str) -> AsyncIterator[asyncio.subprocess.Process]:
        """Run a program of this home in a process of its own, and end it by SIGTERM."""
        async with program(command, {"OFFICE_HOME": str(self.settings.home), **environment}) as process:
            yield process


@asynccontextmanager
async def open_ground(home: Path, scale: Scale, *, durable: bool = True) -> AsyncIterator[Ground]:
    """Start or join both servers of `home`, and let go of them at the end.

    Raises:
        CannotReach: a server cannot be started.
    """
    try:
        servers = await embedded.start(home, durable=durable)
    except embedded.EmbeddedError as error:
        raise CannotReach(str(error)) from error
    try:
        settings = Settings(home=home, database_url=servers.postgres.admin_dsn, kafka=servers.kafka.bootstrap, dev=True)
        make_keyring(settings)
        yield Ground(settings, scale)
    finally:
        await servers.leave()


@asynccontextmanager
async def program(command: Sequence[str], environment: Mapping[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a program; what it says on stderr is shown only when it ends before it should."""
    # Nothing of the caller's own settings may reach what is measured.
    own = {name: value for name, value in os.environ.items() if not name.startswith("OFFICE_")}
    process = await asyncio.create_subprocess_exec(
        *command, env={**own, **environment}, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(process.wait(), PATIENCE)
            except TimeoutError:
                process.kill()
                await process.wait()


async def until_ready(process: asyncio.subprocess.Process, port: int) -> None:
    """Wait until the program answers 200 on /readyz.

    Raises:
        CannotReach: it ended, or was not ready within a minute.
    """
    end = asyncio.get_running_loop().time() + PATIENCE
    async with httpx.AsyncClient(trust_env=False) as client:
        while asyncio.get_running_loop().time() < end:
            if process.returncode is not None:
                break
            try:
                if (await client.get(f"http://127.0.0.1:{port}/readyz")).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.02)
    raise CannotReach(f"A server that is to be measured did not become ready (exit code {process.returncode}).")


def free_port() -> int:
    """Find a port of loopback that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
