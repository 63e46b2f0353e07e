"""A service at work in this process: its database, clock, keys, bus and the tasks that wake each other."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from kernel.actor import Actor, Performer
from sqlalchemy.exc import DBAPIError

from chassis.bus import Bus
from chassis.clock import Clock
from chassis.crypto import Keyring
from chassis.db import Database
from chassis.edge import Edge, new_id
from chassis.errors import Busy
from chassis.fault import fault
from chassis.peers import Peers
from chassis.service import Service
from chassis.settings import Settings

if TYPE_CHECKING:
    from chassis.worker import Worker

# Deadlock found, serialisation failed: nothing was done and the same work will do on the next try.
RETRY_STATES = frozenset({"40P01", "40001"})


class Runtime:
    """One service in one process. `office` makes one for each service it runs; tests make their own."""

    def __init__(self, service: Service, settings: Settings, *, bus: Bus, keyring: Keyring, peers: Peers) -> None:
        """Open nothing yet: `Database` connects on first use."""
        self.service = service
        self.settings = settings
        self.clock = Clock(settings.home / "clock" if settings.dev else None)
        self.db = Database(settings, service.name)
        self.bus = bus
        self.keyring = keyring
        self.peers = peers
        self.performer = Performer.service(service.name)
        self.state: dict[str, Any] = {}
        self.worker: Worker | None = None
        self.wakes: dict[str, asyncio.Event] = {}
        # What `/readyz` asks besides the database: `runtime.readiness["ban index"] = lambda: index.loaded`.
        self.readiness: dict[str, Callable[[], bool]] = {}

    def wake(self, loop: str) -> None:
        """Poke one of this process's loops (`relay`, `ticker`, `deliveries`, …) after a commit that gave it work."""
        self.wakes.setdefault(loop, asyncio.Event()).set()

    async def nap(self, loop: str, seconds: float) -> None:
        """Sleep until this loop is poked, at most `seconds`: the poke is a hint, the poll behind it the promise."""
        event = self.wakes.setdefault(loop, asyncio.Event())
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return
        event.clear()

    @asynccontextmanager
    async def edge(
        self,
        operation: str,
        *,
        actor: Actor | None = None,
        by: Performer | None = None,
        request_id: str | None = None,
        access_reason: str | None = None,
    ) -> AsyncIterator[Edge]:
        """Open one transaction, hand out its edge, commit when the block ends well and roll back when it does not.

        Raises:
            Busy: the database chose this transaction as the victim of a deadlock or a serialisation failure.
        """
        async with self.db.sessions() as session:
            edge = Edge(
                session=session,
                runtime=self,
                now=self.clock.law(),
                by=by or self.performer,
                request_id=request_id or str(new_id()),
                operation=operation,
                actor=actor,
                access_reason=access_reason,
            )
            try:
                yield edge
                await edge.flush()
                await fault("commit.before", operation)
                await session.commit()
            except DBAPIError as error:
                await session.rollback()
                if getattr(error.orig, "sqlstate", None) in RETRY_STATES:
                    raise Busy from error
                raise
            except BaseException:
                # Also on cancellation: a connection must never go back to the pool with its transaction open.
                await asyncio.shield(session.rollback())
                raise
        for done in edge.after_commit:
            done()
        for loop in edge.pokes:
            self.wake(loop)
        self.db.hint(edge.pokes)
        await fault("commit.after", operation)

    async def close(self) -> None:
        """Give every connection back."""
        await self.peers.close()
        await self.db.close()
