"""One worker's member of its service's group: read, fetch, react, and only then move the offset on."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from chassis.bus import Consumer, Incoming, Place
from chassis.errors import Busy
from chassis.fault import fault
from chassis.inbox.heard import Heard, read
from chassis.inbox.order import known
from chassis.inbox.reacting import BATCH, react
from chassis.log import logger
from chassis.trace import started

if TYPE_CHECKING:
    from chassis.runtime import Runtime

log = logger(__name__)
READ_MOST = 2_000
WAIT = 0.5
# It is not the broker: the member stays in its group.
DATABASE_GONE = (SQLAlchemyError, Busy, OSError, TimeoutError)


class Inbox:
    """One worker's member of its service's group, and the reactions it runs."""

    def __init__(self, runtime: "Runtime") -> None:
        """Know which streams this service reacts to."""
        self._runtime = runtime
        self._consumer: Consumer | None = None
        self._drain = asyncio.Event()

    @property
    def streams(self) -> list[str]:
        """The streams that this service reads, without a datacenter's prefix."""
        return list(self._runtime.service.reactions)

    async def run(self) -> None:
        """Read and react until `stop`; a lost broker or database is waited for, never died of."""
        pause = 0.0
        while not self._drain.is_set():
            try:
                await self.step()
                pause = 0.0
            except Exception as error:  # noqa: BLE001  # whatever it was, the events lie where they lay: wait and read again
                log.warning("inbox.failed", error=type(error).__name__)
                if not isinstance(error, DATABASE_GONE):
                    await self._leave()
                pause = min(max(pause * 2, 0.25), 5.0)
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await self._drain.wait()

    async def stop(self) -> None:
        """Finish what is in hand and leave the group."""
        self._drain.set()

    async def _leave(self) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await consumer.stop()

    async def step(self) -> int:
        """Read once and react to everything read; tell how many events that were."""
        if self._consumer is None:
            name = self._runtime.service.name
            self._consumer = await self._runtime.bus.consumer(f"office-{name}", f"{name}-{self._runtime.settings.worker}", self.streams)
        found = await self._consumer.getmany(WAIT, READ_MOST)
        done: dict[Place, int] = {}
        try:
            if found:
                await fault("inbox.read.after")
            # Fetches first and all at once, with no transaction open.
            heard = await self._fetch_all([one for records in found.values() for one in records])
            # Partitions share their batches: when each has an event or two, a transaction each would cost the most.
            for begin in range(0, len(heard), BATCH):
                batch = heard[begin : begin + BATCH]
                await react(self._runtime, [one for one in batch if not one.is_canary])
                offsets = {one.incoming.place: one.incoming.offset + 1 for one in batch}
                await fault("inbox.offset.before")
                await self._consumer.commit(offsets)
                done |= offsets
                await fault("inbox.offset.after")
        except BaseException:
            # What is not in the database counts as not read. What is read a second time is known by its id.
            for place, records in found.items():
                await self._consumer.seek_back(place, done.get(place, records[0].offset))
            raise
        return sum(map(len, found.values()))

    async def unread(self) -> int:
        """Count events of this service's streams whose offsets are not committed; for the pulse of dev mode."""
        if not self.streams:
            return 0
        return await self._consumer.unread() if self._consumer is not None else 1

    async def close(self) -> None:
        """Leave the group."""
        await self._leave()

    async def _fetch_all(self, batch: Sequence[Incoming]) -> list[Heard]:
        heard = [read(incoming, self._runtime.service.reactions) for incoming in batch]
        wants = [one for one in heard if one.reaction is not None and one.reaction.fetch is not None and not one.is_canary]
        if wants:
            # Nothing is fetched for a repeat.
            async with self._runtime.db.engine.connect() as connection:
                there = await known(connection, {one.event_id for one in wants})
            await asyncio.gather(*(self._fetch(one) for one in wants if one.event_id not in there))
        return heard

    async def _fetch(self, one: Heard) -> None:
        if one.reaction is None or one.reaction.fetch is None:
            return
        await fault("inbox.fetched.before")
        with started("fetch", traceparent=one.incoming.traceparent, event_id=str(one.event_id)):
            try:
                one.facts = await one.reaction.fetch(self._runtime, one.event)
            except Exception as error:  # noqa: BLE001  # it is parked with this error; the partition goes on
                one.error = error
        await fault("inbox.fetched.after")
