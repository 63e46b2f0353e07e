"""NOTIFY as a hint between the processes of one service: at most one a channel every 10 ms, on a connection of its own.

In the deciding transaction NOTIFY cost a third to 60 % of the commit rate (measured: it takes one lock for the whole database).
Behind each hint there is a poll, so that a lost one costs time and nothing else.
"""

import asyncio
import secrets
from collections.abc import Callable, Iterable
from contextlib import suppress

import asyncpg

from chassis.log import logger
from chassis.tasks import end

log = logger(__name__)
PAUSE = 0.01
RECONNECT = 0.5


class Hints:
    """One LISTEN and NOTIFY connection for a service and process, renewed after every loss with a catch-up."""

    def __init__(self, dsn: str, service: str, wake: Callable[[str], None], loops: Callable[[], Iterable[str]]) -> None:
        """`wake` pokes a loop of this process; `loops` names them all, for the catch-up after a lost connection."""
        self._dsn = dsn
        self._channel = f"office_{service}"
        self._wake = wake
        self._loops = loops
        # Not the process id: two containers may both be process 1.
        self._mine = secrets.token_hex(6)
        self._waiting: set[str] = set()
        self._poked = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.connected = asyncio.Event()

    def start(self) -> None:
        """Begin to listen and to send."""
        self._task = asyncio.create_task(self._run(), name=f"hints {self._channel}")

    def send(self, loops: Iterable[str]) -> None:
        """Ask for a NOTIFY soon; several asked for within 10 ms become one."""
        self._waiting.update(loops)
        if self._waiting:
            self._poked.set()

    async def stop(self) -> None:
        """End the task and its connection."""
        if self._task is not None:
            await end(self._task)

    async def _run(self) -> None:
        while True:
            try:
                connection = await asyncpg.connect(self._dsn, timeout=5)
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await asyncio.sleep(RECONNECT)
                continue
            try:
                await connection.add_listener(self._channel, self._heard)
                self.connected.set()
                for loop in self._loops():
                    self._wake(loop)
                await self._send_until_lost(connection)
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("hints.lost", error=type(error).__name__)
            finally:
                self.connected.clear()
                connection.terminate()

    async def _send_until_lost(self, connection: asyncpg.Connection) -> None:
        while not connection.is_closed():
            # The time-out notices a connection that the server closed while nothing was to be sent.
            with suppress(TimeoutError):
                async with asyncio.timeout(0.5):
                    await self._poked.wait()
            self._poked.clear()
            if self._waiting:
                loops, self._waiting = self._waiting, set()
                await connection.execute("SELECT pg_notify($1, $2)", self._channel, f"{self._mine}:{','.join(sorted(loops))}")
                await asyncio.sleep(PAUSE)

    def _heard(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        sender, _, loops = str(payload).partition(":")
        if sender != self._mine:
            for loop in loops.split(","):
                self._wake(loop)
