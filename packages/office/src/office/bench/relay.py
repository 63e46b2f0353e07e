"""Outbox to Kafka: the relay beside a bare idempotent producer that sends the same payloads."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import asyncpg
from aiokafka import AIOKafkaProducer
from chassis.bus.kafka import TRACE_HEADER, KafkaBus, connection_options
from chassis.outbox import Relay
from chassis.peers import Peers
from chassis.runtime import Runtime
from chassis.settings import Settings

from office.bench.figure import Goal, Line, Sample
from office.bench.ground import Ground
from office.bench.matters import STREAM, TRACEPARENT, events, speaker

COLUMNS = ("event_id", "stream", "key", "version", "payload", "traceparent", "at")
Row = tuple[Any, ...]


async def measure_relay(ground: Ground, runs: int) -> list[Line]:
    """Fill an outbox, and let the relay empty it."""
    samples = []
    for _ in range(runs):
        rows = outbox_rows(ground.scale.sent)
        settings = await ground.apart(speaker())
        bare = await produce(settings, rows)
        settings = await ground.apart(speaker())
        samples.append(Sample(ours=await _relay(ground, settings, rows), bare=bare))
    note = f"{ground.scale.sent:,} events of about {len(rows[0][4])} bytes; bare: one idempotent aiokafka producer with the same settings"
    return [Line("relay", Goal(">=", 0.4), "events/s", note, samples)]


def outbox_rows(count: int) -> list[Row]:
    """Make rows for `COLUMNS`."""
    now = datetime.now(UTC)
    return [(event_id, STREAM, key, version, payload, TRACEPARENT, now) for event_id, key, version, payload in events(count)]


async def produce(settings: Settings, rows: Sequence[Row]) -> float:
    """Send the payloads with nothing around: no rows read, none stamped; events a second."""
    producer = AIOKafkaProducer(
        **connection_options(settings), enable_idempotence=True, acks="all", linger_ms=2, max_batch_size=262_144, request_timeout_ms=10_000
    )
    await producer.start()
    topic, headers = f"{settings.datacenter}.{STREAM}", [(TRACE_HEADER, TRACEPARENT.encode())]
    try:
        # The first record waits for metadata and a producer id.
        await producer.send_and_wait(topic, key=rows[0][2].encode(), value=rows[0][4], headers=headers)
        begin = time.perf_counter()
        sent = [await producer.send(topic, key=row[2].encode(), value=row[4], headers=headers) for row in rows[1:]]
        await asyncio.gather(*sent)
        return len(sent) / (time.perf_counter() - begin)
    finally:
        await producer.stop()


async def _fill(settings: Settings, rows: Sequence[Row]) -> None:
    owner = await asyncpg.connect(settings.admin_dsn().replace("postgresql+asyncpg", "postgresql", 1))
    try:
        await owner.copy_records_to_table("outbox", schema_name="intake", columns=COLUMNS, records=rows)
        await owner.execute("ANALYZE intake.outbox")
    finally:
        await owner.close()


async def _relay(ground: Ground, settings: Settings, rows: Sequence[Row]) -> float:
    bus = KafkaBus(settings, "intake")
    runtime = Runtime(speaker(), settings, bus=bus, keyring=ground.keyring, peers=Peers(settings, "intake"))
    relay = Relay(runtime)
    try:
        # As for the bare producer, the first record is not counted.
        await _fill(settings, rows[:1])
        await relay.step()
        await _fill(settings, rows[1:])
        begin = time.perf_counter()
        sent = 0
        while sent < len(rows) - 1:
            sent += await relay.step()
        return sent / (time.perf_counter() - begin)
    finally:
        await bus.close()
        await runtime.close()
