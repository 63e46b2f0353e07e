"""What a service says: recorded in the deciding transaction, sent by one relay, stamped when the broker has acknowledged it."""

import asyncio
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from contracts.envelope import AnyChange
from sqlalchemy import text

from chassis import metrics, tables
from chassis.bus import Away, Record
from chassis.edge import Edge
from chassis.fault import fault
from chassis.log import logger
from chassis.trace import current_traceparent

if TYPE_CHECKING:
    from chassis.runtime import Runtime

log = logger(__name__)
LARGEST_EVENT = 262_144
WAVE = 2_000
POLL = 1.0
BACK_OFF = (1.0, 4.0, 15.0, 60.0)


def record(edge: Edge, event: AnyChange) -> None:
    """Keep an event with the change it tells of: it is sent if, and only if, the edge commits.

    The caller holds the aggregate's lock, so the order of commits is the order of the key.

    Raises:
        ValueError: the event is larger than 256 kB.
    """
    payload = event.to_bytes()
    if len(payload) > LARGEST_EVENT:
        raise ValueError(f"an event of {len(payload)} bytes on {event.meta.stream}; the largest that may be recorded has {LARGEST_EVENT}")
    edge.write(
        tables.outbox,
        event_id=event.meta.id,
        stream=event.meta.stream,
        key=event.key_bytes().decode(),
        version=event.version,
        payload=payload,
        traceparent=current_traceparent(),
        at=edge.wall(),
        sent_at=None,
    )
    edge.pokes.add("relay")


READ = text("""
    SELECT id, stream, key, payload, traceparent, at FROM outbox
    WHERE sent_at IS NULL AND NOT (stream || key = ANY(:held)) ORDER BY id LIMIT :wave
""")
# It waits for no disk: a stamp that a crash of the database takes back is an event sent again, which every inbox knows by its id.
STAMP = text("""
    WITH soon AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
    UPDATE outbox SET sent_at = :now FROM soon WHERE id = ANY(:ids)
""")


@dataclass
class Held:
    """A key that the broker refused: nothing more of it is sent until `until` (seconds of the event loop's clock)."""

    tries: int
    until: float


class Relay:
    """Sends this service's unsent events, in order within each key; one worker a service runs it, under a claim."""

    def __init__(self, runtime: "Runtime") -> None:
        """Start with nothing held."""
        self._runtime = runtime
        self._held: dict[str, Held] = {}

    async def run(self) -> None:
        """Send until cancelled, woken by commits and at least once a second."""
        pause = 0.0
        while True:
            try:
                sent = await self.step()
                pause = 0.0
            except Exception as error:  # noqa: BLE001  # the database or the broker is away: say it, wait, go on
                log.warning("relay.failed", error=type(error).__name__)
                pause = min(max(pause * 2, 0.25), 5.0)
                await asyncio.sleep(pause)
                continue
            if sent == 0:
                await self._runtime.nap("relay", POLL)

    async def step(self) -> int:
        """Send one wave and stamp what was acknowledged, up to the first failure of each key; tell how many that were.

        Raises:
            Away: no broker is there for the rest.
        """
        now = asyncio.get_running_loop().time()
        held = [name for name, key in self._held.items() if key.until > now]
        async with self._runtime.db.single.connect() as connection:
            rows = (await connection.execute(READ, {"held": held, "wave": WAVE})).all()
        if not rows:
            return 0
        await fault("relay.read.after")
        records = [Record(row.stream, row.key.encode(), row.payload, int(row.at.timestamp() * 1000), row.traceparent) for row in rows]
        await fault("relay.sent.before")
        answers = await self._runtime.bus.send(records)
        await fault("relay.sent.after")
        done: list[int] = []
        broken: set[str] = set()
        away: Away | None = None
        for row, answer in zip(rows, answers, strict=True):
            name = row.stream + row.key
            if name in broken:
                continue
            if answer is None:
                done.append(row.id)
                self._held.pop(name, None)
            else:
                broken.add(name)
                if isinstance(answer, Away):
                    away = answer
                else:
                    self._hold(name, row.stream, answer, now)
        if done:
            async with self._runtime.db.single.connect() as connection:
                await connection.execute(STAMP, {"now": self._runtime.clock.wall(), "ids": done})
            await fault("relay.stamped.after")
            metrics.count_sent(self._runtime.service.name, len(done))
        if away is not None:
            # Nothing is wrong with what was not sent: `run` waits a little and tries all of it again.
            raise away
        return len(done)

    def _hold(self, name: str, stream: str, error: Exception, now: float) -> None:
        tries = self._held[name].tries + 1 if name in self._held else 1
        self._held[name] = Held(tries, now + BACK_OFF[min(tries, len(BACK_OFF)) - 1])
        log.error("relay.key_held", stream=stream, error=type(error).__name__, tries=tries)


async def replay(runtime: "Runtime", *, stream: str | None, since: timedelta | None, key: str | None, dry_run: bool = False) -> int:
    """Send recorded events again, oldest first, for `office replay`; what was heard before is dropped by every inbox.

    Returns how many were sent, or would be. The rows and their stamps stay as they are.
    """
    found = text("""
        SELECT id, stream, key, payload, traceparent, at FROM outbox
        WHERE id > :last AND sent_at IS NOT NULL
          AND (CAST(:stream AS text) IS NULL OR stream = :stream)
          AND (CAST(:key AS jsonb) IS NULL OR key::jsonb = CAST(:key AS jsonb))
          AND (CAST(:since AS timestamptz) IS NULL OR at >= :since)
        ORDER BY id LIMIT :wave
    """)
    last, count = 0, 0
    begin = runtime.clock.wall() - since if since is not None else None
    named = json.dumps(json.loads(key)) if key is not None else None
    while True:
        async with runtime.db.engine.connect() as connection:
            rows = (await connection.execute(found, {"last": last, "stream": stream, "key": named, "since": begin, "wave": WAVE})).all()
        if not rows:
            return count
        records = [Record(row.stream, row.key.encode(), row.payload, int(row.at.timestamp() * 1000), row.traceparent) for row in rows]
        for answer in () if dry_run else await runtime.bus.send(records):
            if answer is not None:
                raise answer
        last, count = rows[-1].id, count + len(rows)
