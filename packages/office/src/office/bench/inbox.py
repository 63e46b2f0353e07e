"""Kafka to a reaction committed: the inbox beside a bare consumer with one insert a message, in the same batches."""

import time

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from chassis.bus.kafka import connection_options
from chassis.inbox import BATCH, READ_MOST, Inbox
from chassis.peers import Peers
from chassis.runtime import Runtime
from chassis.settings import Settings

from office.bench.figure import Goal, Line, Sample
from office.bench.ground import Ground
from office.bench.matters import STREAM, OwnGroup, hearer
from office.bench.relay import outbox_rows, produce


async def measure_inbox(ground: Ground, runs: int) -> list[Line]:
    """Fill a topic, and read it twice: with the inbox and with the bare consumer."""
    samples = []
    for _ in range(runs):
        settings = await ground.apart(hearer())
        await produce(settings, outbox_rows(ground.scale.heard))
        bare = await _read_bare(settings, ground.scale.heard)
        samples.append(Sample(ours=await _read_ours(ground, settings, ground.scale.heard), bare=bare))
    note = f"{ground.scale.heard:,} events, a reaction of one row; bare: aiokafka and one asyncpg insert a message, commits of {BATCH}"
    return [Line("inbox", Goal(">=", 0.3), "events/s", note, samples)]


async def _read_bare(settings: Settings, count: int) -> float:
    consumer = AIOKafkaConsumer(
        f"{settings.datacenter}.{STREAM}",
        **connection_options(settings),
        group_id=f"bare-{settings.datacenter}",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    database = await asyncpg.connect(settings.dsn("ban").replace("postgresql+asyncpg", "postgresql", 1))
    await _prepare(settings)
    await consumer.start()
    try:
        done, begin = 0, time.perf_counter()
        while done < count:
            found = await consumer.getmany(timeout_ms=500, max_records=READ_MOST)
            for place, messages in found.items():
                for start in range(0, len(messages), BATCH):
                    batch = messages[start : start + BATCH]
                    async with database.transaction():
                        for one in batch:
                            await database.execute("INSERT INTO bare_heard VALUES ($1, $2, $3)", one.partition, one.offset, one.value)
                    await consumer.commit({TopicPartition(place.topic, place.partition): batch[-1].offset + 1})
                    done += len(batch)
        return done / (time.perf_counter() - begin)
    finally:
        await consumer.stop()
        await database.close()


async def _prepare(settings: Settings) -> None:
    owner = await asyncpg.connect(settings.admin_dsn().replace("postgresql+asyncpg", "postgresql", 1))
    try:
        await owner.execute("CREATE TABLE ban.bare_heard (part int, place bigint, value bytea NOT NULL, PRIMARY KEY (part, place))")
        await owner.execute("GRANT INSERT ON ban.bare_heard TO ban")
    finally:
        await owner.close()


async def _read_ours(ground: Ground, settings: Settings, count: int) -> float:
    bus = OwnGroup(settings, "ban")
    runtime = Runtime(hearer(), settings, bus=bus, keyring=ground.keyring, peers=Peers(settings, "ban"))
    inbox = Inbox(runtime)
    try:
        async with runtime.db.engine.connect():
            pass
        done = 0
        while done < count:
            done += await inbox.step()
        return done / (time.perf_counter() - bus.joined)
    finally:
        await inbox.close()
        await bus.close()
        await runtime.close()
