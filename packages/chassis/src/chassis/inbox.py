"""What a service hears: each event once for its reaction, in the order of its key, and no partition ever waits (DESIGN 3)."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, UUID, uuid5

from contracts.envelope import Cause
from contracts.streams import BadEvent, parse
from kernel.decision import Refused
from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import InterfaceError, OperationalError

from chassis import metrics, tables
from chassis.bus import Consumer, Incoming, Place
from chassis.edge import Edge, new_id
from chassis.errors import Busy, Malformed, NotFound
from chassis.fault import fault
from chassis.log import logger
from chassis.service import Permanent, Reaction
from chassis.trace import started

if TYPE_CHECKING:
    from chassis.runtime import Runtime

log = logger(__name__)
BATCH = 100
READ_MOST = 2_000
WAIT = 0.5
BACK_OFF = (1.0, 4.0, 15.0, 60.0)
# Trying again cannot change these: the facts say no, or the event cannot be read.
FINAL = (Permanent, Refused, NotFound, Malformed, BadEvent)
# Arrays, and not lists in the statement: one statement for a batch of any size, prepared once.
KNOWN = text("SELECT event_id FROM inbox WHERE event_id = ANY(:ids) UNION ALL SELECT event_id FROM parked WHERE event_id = ANY(:ids)")
_GIVEN_KEYS = "unnest(CAST(:streams AS text[]), CAST(:keys AS text[])) AS k(stream, key)"
STANDING_BEHIND = text(f"SELECT DISTINCT p.stream, p.key FROM parked AS p JOIN {_GIVEN_KEYS} ON p.stream = k.stream AND p.key = k.key")  # noqa: S608  # our own words
LAST_VERSIONS = text(f"""
    SELECT k.stream, k.key, (SELECT max(version) FROM inbox i WHERE i.reaction = k.stream AND i.stream = k.stream AND i.key = k.key)
    FROM {_GIVEN_KEYS}
""")  # noqa: S608  # as above
REMEMBER = text("""
    INSERT INTO inbox (event_id, reaction, stream, key, version, at)
    SELECT e.id, e.stream, e.stream, e.key, e.version, CAST(:at AS timestamptz)
    FROM unnest(CAST(:ids AS uuid[]), CAST(:streams AS text[]), CAST(:keys AS text[]), CAST(:versions AS integer[]))
      AS e(id, stream, key, version)
    ON CONFLICT DO NOTHING RETURNING event_id
""")
DATABASE_GONE = (OperationalError, InterfaceError, Busy, OSError, TimeoutError)


@dataclass(slots=True)
class Heard:
    """One event with what is known of it: parsed, and fetched for, or why not."""

    incoming: Incoming
    stream: str
    key: str
    event_id: UUID
    version: int
    event: Any = None
    reaction: Reaction | None = None
    facts: Any = None
    error: Exception | None = None


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
                    await asyncio.wait_for(self._drain.wait(), pause)

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
            heard = {place: await self._fetch_all(batch) for place, batch in found.items()}
            for place, events in heard.items():
                for begin in range(0, max(len(events), 1), BATCH):
                    batch = events[begin : begin + BATCH]
                    await self._commit_batch(batch)
                    last = found[place][-1] if begin + BATCH >= len(events) else batch[-1].incoming
                    await fault("inbox.offset.before")
                    await self._consumer.commit({place: last.offset + 1})
                    done[place] = last.offset + 1
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
        heard = [self._read(incoming) for incoming in batch]
        heard = [one for one in heard if one.event is None or not one.event.is_canary]
        wants = [one for one in heard if one.reaction is not None and one.reaction.fetch is not None and one.error is None]
        known = await self._known(wants) if wants else set()
        await asyncio.gather(*(self._fetch(one) for one in wants if one.event_id not in known))
        return heard

    async def _known(self, wants: Sequence[Heard]) -> set[UUID]:
        """Tell which of these were already reacted to or parked, so that nothing is fetched for a repeat."""
        ids = [one.event_id for one in wants]
        async with self._runtime.db.engine.connect() as connection:
            found = await connection.execute(KNOWN, {"ids": ids})
            return set(found.scalars())

    def _read(self, incoming: Incoming) -> Heard:
        stream = next((name for name in self.streams if incoming.topic == name or incoming.topic.endswith(f".{name}")), incoming.topic)
        try:
            event = parse(stream, incoming.value)
        except BadEvent as error:
            # No id can be trusted here: its place in the topic names it, and a repeat finds the same name.
            return Heard(incoming, stream, incoming.key.decode("utf-8", "replace"), _place_id(incoming), 0, error=error)
        kinds = self._runtime.service.reactions[stream]
        return Heard(incoming, stream, event.key_bytes().decode(), event.meta.id, event.version, event, kinds.get(event.kind))

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

    async def _commit_batch(self, batch: Sequence[Heard]) -> None:
        """React to a batch in one transaction: all in one savepoint, or on failure one savepoint each."""
        async with self._runtime.edge("inbox") as edge:
            fresh = await self._fresh(edge, batch)
            await fault("inbox.applied.before")
            ready, park = await self._in_order(edge, fresh)
            failed = await self._apply_all(edge, ready)
            for one, error in (*park, *failed):
                await self._park(edge, one, error)
            await fault("inbox.applied.after")
        metrics.count_heard(self._runtime.service.name, len(batch))

    async def _fresh(self, edge: Edge, batch: Sequence[Heard]) -> list[Heard]:
        """Drop what is known already, by the primary key of inbox and the unique index of parked."""
        seen = set(await edge.session.scalars(KNOWN, {"ids": list({one.event_id for one in batch})}))
        fresh: list[Heard] = []
        for one in batch:
            if one.event_id not in seen:
                seen.add(one.event_id)
                fresh.append(one)
        return fresh

    async def _in_order(self, edge: Edge, fresh: Sequence[Heard]) -> tuple[list[Heard], list[tuple[Heard, Exception]]]:
        """Part what may run now from what must be parked: failed fetches, gaps, and what stands behind a parked row of its key."""
        keys = list({(one.stream, one.key) for one in fresh})
        if not keys:
            return [], []
        behind = {tuple(row) for row in await edge.session.execute(STANDING_BEHIND, _as_arrays(keys))}
        last = await last_versions(edge, keys)
        ready: list[Heard] = []
        park: list[tuple[Heard, Exception]] = []
        for one in fresh:
            name = (one.stream, one.key)
            before = last.get(name)
            if one.error is not None:
                park.append((one, one.error))
                behind.add(name)
            elif name in behind:
                park.append((one, Behind()))
            elif before is not None and one.version != before + 1:
                park.append((one, OutOfOrder(f"version {one.version} after {before}")))
                behind.add(name)
            else:
                ready.append(one)
                last[name] = one.version
        return ready, park

    async def _apply_all(self, edge: Edge, ready: Sequence[Heard]) -> list[tuple[Heard, Exception]]:
        if not ready:
            return []
        edge_before = _Mark(edge)
        try:
            async with edge.session.begin_nested():
                for one in ready:
                    await self._apply(edge, one)
                await self._remember(edge, ready)
                await edge.flush()
        except DATABASE_GONE:
            raise
        except Exception:  # noqa: BLE001  # one of them failed: find out which, each in a savepoint of its own
            edge_before.restore()
        else:
            return []
        failed: list[tuple[Heard, Exception]] = []
        broken: set[tuple[str, str]] = set()
        for one in ready:
            name = (one.stream, one.key)
            if name in broken:
                failed.append((one, Behind()))
                continue
            mark = _Mark(edge)
            try:
                async with edge.session.begin_nested():
                    await self._apply(edge, one)
                    await self._remember(edge, [one])
                    await edge.flush()
            except DATABASE_GONE:
                raise
            except Exception as error:  # noqa: BLE001  # parked with this error in the same transaction
                mark.restore()
                failed.append((one, error))
                broken.add(name)
        return failed

    async def _apply(self, edge: Edge, one: Heard) -> None:
        if one.reaction is None:
            return
        with started("react", traceparent=one.incoming.traceparent, event_id=str(one.event_id)):
            edge.request_id = one.event.meta.request_id or str(new_id())
            edge.operation = f"{one.stream}:{one.event.kind}"
            edge.cause = Cause(event_id=one.event_id, stream=one.stream)
            edge.access_reason = f"event {one.event_id}"
            await one.reaction.apply(edge, one.event, one.facts)

    async def _remember(self, edge: Edge, done: Sequence[Heard]) -> None:
        written = await edge.session.execute(
            REMEMBER,
            {
                "ids": [one.event_id for one in done],
                "streams": [one.stream for one in done],
                "keys": [one.key for one in done],
                "versions": [one.version for one in done],
                "at": edge.wall(),
            },
        )
        if len(written.all()) != len(done):
            # Another member reacted to one of these between our look and now: a rebalance. Read again, and find it known.
            raise Busy("heard_elsewhere", "Another worker has just reacted to this event.")

    async def _park(self, edge: Edge, one: Heard, error: Exception) -> None:
        final = isinstance(error, FINAL)
        next_at = None if final or isinstance(error, Behind) else edge.wall() + timedelta(seconds=BACK_OFF[0])
        if isinstance(error, Behind) and await _fills_a_gap(edge, one):
            next_at = edge.wall()
        await edge.session.execute(
            upsert(tables.parked)
            .values(
                event_id=one.event_id,
                reaction=one.stream,
                stream=one.stream,
                key=one.key,
                version=one.version,
                payload=one.incoming.value,
                traceparent=one.incoming.traceparent,
                tries=0 if isinstance(error, Behind) else 1,
                next_at=next_at,
                error=name_of(error),
                at=edge.wall(),
            )
            .on_conflict_do_nothing()
        )
        if final:
            log.error("inbox.parked_for_a_person", stream=one.stream, event_id=str(one.event_id), error=name_of(error))
        edge.pokes.add("ticker")


class Behind(Exception):
    """An earlier event of the same key is parked."""


class OutOfOrder(Exception):
    """The event's version is not the one that follows."""


class _Mark:
    """What an edge had gathered before a savepoint, to be put back when the savepoint is rolled back."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge
        self._pending = {name: list(rows) for name, rows in edge.pending.items()}
        self._after = list(edge.after_commit)

    def restore(self) -> None:
        self._edge.pending = {name: list(rows) for name, rows in self._pending.items()}
        self._edge.after_commit = list(self._after)
        # The access rows and new keys of the savepoint are gone with it.
        self._edge.opened.clear()
        self._edge.data_keys.clear()


def _as_arrays(keys: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    return {"streams": [stream for stream, _ in keys], "keys": [key for _, key in keys]}


async def last_versions(edge: Edge, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Read the version up to which each (stream, key) was reacted to; a key never seen is absent and may start anywhere."""
    found = await edge.session.execute(LAST_VERSIONS, _as_arrays(keys))
    return {(stream, key): version for stream, key, version in found if version is not None}


async def _fills_a_gap(edge: Edge, one: Heard) -> bool:
    """Tell whether everything parked on this key stands behind this event, and so may be waiting for it."""
    parked = tables.parked.c
    first = await edge.session.scalar(
        select(func.min(parked.version)).where(parked.reaction == one.stream, parked.stream == one.stream, parked.key == one.key)
    )
    return first is not None and one.version < first


def name_of(error: Exception) -> str:
    """Name an error without its text, which may hold case content; a refusal's codes are safe."""
    if isinstance(error, Refused):
        return "Refused: " + ", ".join(reason.code for reason in error.reasons)
    if isinstance(error, (OutOfOrder, Permanent)):
        return f"{type(error).__name__}: {error}"
    return type(error).__name__


def _place_id(incoming: Incoming) -> UUID:
    return uuid5(NAMESPACE_URL, f"kafka:{incoming.topic}/{incoming.partition}/{incoming.offset}")
