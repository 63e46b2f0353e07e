"""Claims that die with their holder: session advisory locks on one connection a worker, outside the pool (DESIGN 3)."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import asyncpg

from chassis.log import logger
from chassis.tasks import end

log = logger(__name__)
TRY_AGAIN = 0.25
# Seconds between two looks at a connection that says nothing, and for its answer.
STILL_THERE = 5.0


class Claims:
    """One connection that holds this worker's claims. When it is lost, the work in hand is cancelled and the claim asked for anew."""

    def __init__(self, dsn: str, service: str) -> None:
        """Connect on first use."""
        self._dsn = dsn
        self._service = service
        self._connection: asyncpg.Connection | None = None
        self._lost = asyncio.Event()
        self._lock = asyncio.Lock()

    async def while_holding(self, what: str, work: Callable[[], Awaitable[None]]) -> None:
        """Wait for the claim `<service>.<what>`, do the work under it, and begin again whenever the connection is lost."""
        while True:
            try:
                await self._acquire(what)
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await asyncio.sleep(TRY_AGAIN)
                continue
            lost = asyncio.create_task(self._watch(self._lost))
            working = asyncio.ensure_future(work())
            try:
                await asyncio.wait((lost, working), return_when=asyncio.FIRST_COMPLETED)
                if working.done():
                    await working
                    return
                log.warning("claim.lost", claim=what)
            finally:
                # What the work died of is on its way up already; the claim is given back all the same.
                await end(lost, working)
                await self._release(what)

    async def _watch(self, lost: asyncio.Event) -> None:
        """Wait until this connection is gone: said by the server, or noticed when it no longer answers (a network that went silent)."""
        while not lost.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(STILL_THERE):
                    await lost.wait()
                return
            async with self._lock:
                if lost.is_set() or self._connection is None:
                    return
                try:
                    await self._connection.execute("SELECT 1", timeout=STILL_THERE)
                except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                    # Others wait on the same event: the connection is ended for all of them.
                    self._connection.terminate()
                    lost.set()
                    return

    async def close(self) -> None:
        """Give all claims back at once."""
        if self._connection is not None and not self._connection.is_closed():
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
                await self._connection.close(timeout=2)

    async def _acquire(self, what: str) -> None:
        while True:
            async with self._lock:
                if self._connection is None or self._connection.is_closed():
                    self._lost = asyncio.Event()
                    self._connection = await asyncpg.connect(self._dsn, timeout=5)
                    self._connection.add_termination_listener(lambda _gone, lost=self._lost: lost.set())
                held = await self._connection.fetchval("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", self._name(what))
            if held:
                return
            await asyncio.sleep(TRY_AGAIN)

    async def _release(self, what: str) -> None:
        async with self._lock:
            if self._connection is None or self._connection.is_closed():
                return
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
                await self._connection.execute("SELECT pg_advisory_unlock(hashtextextended($1, 0))", self._name(what), timeout=2)

    def _name(self, what: str) -> str:
        # The numbers of advisory locks are shared by the whole database.
        return f"{self._service}.{what}"
