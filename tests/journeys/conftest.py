"""A town: the real `office up --dev`, all five services in one process of its own, on embedded PostgreSQL and Kafka."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import httpx
import pytest
from chassis import embedded
from office.demo.stage import Stage

READY = 60.0


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass
class Town:
    """A home and the processes that serve it."""

    home: Path
    port: int
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    stages: list[Stage] = field(default_factory=list)

    def another_port(self) -> int:
        """Give a port that is free now."""
        return free_port()

    async def start(self, name: str = "all", *arguments: str, port: int | None = None, program: tuple[str, ...] = ("-m", "office")) -> str:
        """Start a process of this home and wait until it is ready; give its address."""
        at = port or self.port
        self.processes[name] = self._spawn(name, [*program, "up", "--dev", "--port", str(at), *arguments])
        url = f"http://127.0.0.1:{at}"
        await self.ready(url, name)
        return url

    def _spawn(self, name: str, command: list[str]) -> "subprocess.Popen[bytes]":
        environment = {**os.environ, "OFFICE_HOME": str(self.home)}
        with (self.home / f"{name}.log").open("ab") as log:
            return subprocess.Popen([sys.executable, *command], stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment)

    async def ready(self, url: str, name: str) -> None:
        async with httpx.AsyncClient(trust_env=False) as client:
            end = asyncio.get_running_loop().time() + READY
            while True:
                try:
                    if (await client.get(f"{url}/readyz", timeout=2)).status_code == 200:
                        return
                except httpx.HTTPError:
                    pass
                if self.processes[name].poll() is not None or asyncio.get_running_loop().time() > end:
                    pytest.fail(f"{name} did not become ready:\n" + (self.home / f"{name}.log").read_text()[-4000:], pytrace=False)
                await asyncio.sleep(0.05)

    def stage(self, port: int | None = None) -> Stage:
        """See the house from outside."""
        stage = Stage(f"http://127.0.0.1:{port or self.port}", self.home)
        self.stages.append(stage)
        return stage

    async def sql(self, query: str, *values: object) -> list[asyncpg.Record]:
        """Look into the home's database as its superuser."""
        servers = await embedded.start(self.home, kafka=False)
        try:
            connection = await asyncpg.connect(servers.postgres.admin_dsn)
            try:
                return list(await connection.fetch(query, *values))
            finally:
                await connection.close()
        finally:
            await servers.leave()

    async def end(self, name: str, number: int = signal.SIGTERM) -> int:
        """Signal a process that this town started, and wait for its end."""
        process = self.processes.pop(name)
        process.send_signal(number)
        return await asyncio.to_thread(process.wait, 30)

    def office(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run one command of the command line in this home."""
        environment = {**os.environ, "OFFICE_HOME": str(self.home), "OFFICE_DEV": "1"}
        return subprocess.run(
            [sys.executable, "-m", "office", *arguments], capture_output=True, text=True, env=environment, timeout=120, check=False
        )

    async def close(self) -> None:
        for stage in self.stages:
            await stage.close()
        for name in list(self.processes):
            await self.end(name)
        await asyncio.to_thread(embedded.down, self.home, force=True)


# One for each file: a walk of the clock stops at the dates of every matter in it, and a house at rest polls beside other tests.
@pytest.fixture(scope="module")
async def town() -> AsyncIterator[Town]:
    """One home for the journeys of a file that leave it whole."""
    with tempfile.TemporaryDirectory(prefix="office-town-") as folder:
        town = Town(Path(folder) / "home", free_port())
        town.home.mkdir()
        await town.start()
        yield town
        await town.close()


@pytest.fixture
async def stage(town: Town) -> Stage:
    return town.stage()
