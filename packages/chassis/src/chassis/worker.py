"""One worker of a service: relay, inbox, ticker, deliveries and sealer as tasks of one process, drained on SIGTERM."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from chassis import metrics
from chassis.claim import Claims
from chassis.deliveries import Deliveries, apart_kinds
from chassis.inbox import Inbox
from chassis.log import logger
from chassis.outbox import Relay
from chassis.seal import seal_step
from chassis.tasks import end
from chassis.ticker import Ticker

if TYPE_CHECKING:
    from chassis.runtime import Runtime

log = logger(__name__)
SEAL_POLL = 2.0
WATCH_POLL = 5.0
DRAIN = 10.0
AGAIN = 1.0


class Worker:
    """Everything of a service that is not its API."""

    def __init__(self, runtime: "Runtime") -> None:
        """Start nothing yet."""
        self.runtime = runtime
        self.inbox = Inbox(runtime)
        self.relay = Relay(runtime)
        self.ticker = Ticker(runtime)
        self.deliveries = Deliveries(runtime)
        self._apart = Deliveries(runtime, apart=True) if apart_kinds(runtime.service) else None
        self._claims = Claims(runtime.db.asyncpg_dsn, runtime.service.name)
        self._tasks: list[asyncio.Task[None]] = []
        runtime.worker = self

    def start(self) -> None:
        """Begin all loops; each ends only by `stop`."""
        self._go("relay", lambda: self._claims.while_holding("relay", self.relay.run))
        self._go("deliveries", lambda: self._claims.while_holding("deliveries", self.deliveries.run))
        if (apart := self._apart) is not None:
            self._go("deliveries_apart", lambda: self._claims.while_holding("deliveries_apart", apart.run))
        self._go("seal", lambda: self._claims.while_holding("seal", self._seal))
        self._go("ticker", self.ticker.run)
        self._go("watch", self._watch)
        if self.inbox.streams:
            self._go("inbox", self.inbox.run)

    def _go(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        self._tasks.append(asyncio.create_task(keep_running(f"{self.runtime.service.name}.{name}", work), name=name))

    async def stop(self) -> None:
        """Stop taking, finish what the inbox holds, leave the group, give the claims back."""
        await self.inbox.stop()
        inbox = [task for task in self._tasks if task.get_name() == "inbox"]
        if inbox:
            await asyncio.wait(inbox, timeout=DRAIN)
        await end(*self._tasks)
        await self.inbox.close()
        await self._claims.close()

    async def _seal(self) -> None:
        while True:
            try:
                sealed = await seal_step(self.runtime)
            except Exception as error:  # noqa: BLE001  # the database is away: say it, wait, go on
                log.warning("seal.failed", error=type(error).__name__)
                sealed = 0
            if sealed == 0:
                await asyncio.sleep(SEAL_POLL)

    async def _watch(self) -> None:
        while True:
            with suppress(Exception):  # a figure that cannot be read now is read in five seconds
                await metrics.refresh(self.runtime)
            await asyncio.sleep(WATCH_POLL)


async def keep_running(loop: str, work: Callable[[], Awaitable[None]]) -> None:
    """Run a loop until it ends by itself or its task is cancelled; one that dies of anything else alarms and begins again."""
    while True:
        try:
            await work()
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            # Nobody cancelled this task: a library gave up a future that the loop was waiting for.
            died = "CancelledError"
        except Exception as error:  # noqa: BLE001  # the loops catch what they expect; whatever this is, the work must go on
            died = type(error).__name__
        else:
            return
        log.error("worker.loop_died", loop=loop, error=died)
        await asyncio.sleep(AGAIN)
