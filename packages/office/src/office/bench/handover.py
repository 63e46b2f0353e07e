"""A commit in one service to a reaction committed in another, at a steady pace, beside a bare round trip through the broker."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from statistics import median, quantiles
from uuid import UUID, uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from chassis.bus.kafka import connection_options
from chassis.edge import Edge
from chassis.hints import Hints
from chassis.peers import Peers
from chassis.runtime import Runtime
from chassis.service import Reaction, Service
from chassis.settings import Settings
from chassis.worker import Worker
from contracts.case import CaseChange

from office.bench.figure import Goal, Line, Sample
from office.bench.ground import Ground
from office.bench.matters import STREAM, OwnGroup, events, hear, hearer, open_matter, speaker

WARM_UP = 25
PATIENCE = 30.0


async def measure_handover(ground: Ground, runs: int) -> list[Line]:
    """Measure both ways for the same number of events at the same pace."""
    middle, tail = [], []
    for _ in range(runs):
        bare = await _round_trips(ground, await ground.apart(hearer()))
        ours = await _handovers(ground)
        middle.append(Sample(ours=median(ours) * 1e3, bare=median(bare) * 1e3))
        tail.append(Sample(ours=_p99(ours) * 1e3))
    pace = f"{ground.scale.handovers} events at {ground.scale.a_second} a second"
    return [
        Line("handover p50", Goal("<=", 6), "ms", f"{pace}; bare: aiokafka, send to getmany", middle),
        Line("handover p99", Goal("<=", 150), "ms", f"{pace}; from one commit to the other", tail),
    ]


async def at_pace(count: int, a_second: int, begin_one: Callable[[], Awaitable[None]]) -> None:
    """Begin `count` pieces of work at fixed moments, whether or not the earlier ones are done."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    async with asyncio.TaskGroup() as tasks:
        for number in range(count):
            await asyncio.sleep(max(0.0, start + number / a_second - loop.time()))
            tasks.create_task(_run(begin_one))


async def _run(work: Callable[[], Awaitable[None]]) -> None:
    await work()


async def _handovers(ground: Ground) -> list[float]:
    """Run speaker and hearer, each with all its loops, in this process; give seconds from commit to commit."""
    committed: dict[UUID, float] = {}
    heard: dict[UUID, float] = {}
    count = ground.scale.handovers + WARM_UP
    joined, over = asyncio.Event(), asyncio.Event()

    async def note(edge: Edge, event: CaseChange, facts: None) -> None:
        await hear(edge, event, facts)
        edge.after_commit.append(lambda: hear_of(event.case.case_id))

    def hear_of(matter: UUID) -> None:
        heard.setdefault(matter, time.perf_counter())
        joined.set()
        if len(heard) == count + 1:
            over.set()

    says, hears = speaker(), hearer(Reaction(apply=note))
    settings = await ground.apart(says, hears)
    async with _at_work(ground, says, settings) as runtime, _at_work(ground, hears, settings):

        async def decide() -> None:
            async with runtime.edge("bench") as edge:
                matter = await open_matter(edge)
                edge.after_commit.append(lambda: committed.update({matter: time.perf_counter()}))

        # Joining the group is no part of the figure, and what waits for it would hold up what follows.
        await decide()
        await asyncio.wait_for(joined.wait(), PATIENCE)
        await at_pace(count, ground.scale.a_second, decide)
        await asyncio.wait_for(over.wait(), PATIENCE)
    return [heard[matter] - moment for matter, moment in list(committed.items())[WARM_UP + 1 :]]


@asynccontextmanager
async def _at_work(ground: Ground, service: Service, settings: Settings) -> AsyncIterator[Runtime]:
    async with AsyncExitStack() as stack:
        bus = OwnGroup(settings, service.name)
        runtime = Runtime(service, settings, bus=bus, keyring=ground.keyring, peers=Peers(settings, service.name))
        stack.push_async_callback(bus.close)
        stack.push_async_callback(runtime.close)
        runtime.db.hints = Hints(runtime.db.asyncpg_dsn, service.name, runtime.wake, lambda: list(runtime.wakes))
        runtime.db.hints.start()
        worker = Worker(runtime)
        worker.start()
        stack.push_async_callback(worker.stop)
        yield runtime


async def _round_trips(ground: Ground, settings: Settings) -> list[float]:
    """Send and read back in this process, with aiokafka's own defaults; give seconds from `send` to the message in hand."""
    topic, count = f"{settings.datacenter}.{STREAM}", ground.scale.handovers + WARM_UP
    sent: dict[bytes, float] = {}
    took: list[float] = []
    payloads = events(count)
    producer = AIOKafkaProducer(**connection_options(settings), enable_idempotence=True, acks="all")
    consumer = AIOKafkaConsumer(
        topic,
        **connection_options(settings),
        group_id=f"bare-{settings.datacenter}",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    await producer.start()
    await consumer.start()

    async def read() -> None:
        while len(took) < count:
            for messages in (await consumer.getmany(timeout_ms=500)).values():
                now = time.perf_counter()
                took.extend(now - sent[one.key] for one in messages)

    async def send() -> None:
        key, payload = str(uuid4()).encode(), next(payloads)[3]
        sent[key] = time.perf_counter()
        await producer.send(topic, key=key, value=payload)

    reader = asyncio.create_task(read())
    try:
        await at_pace(count, ground.scale.a_second, send)
        await asyncio.wait_for(reader, PATIENCE)
    finally:
        reader.cancel()
        with suppress(asyncio.CancelledError):
            await reader
        await consumer.stop()
        await producer.stop()
    return took[WARM_UP:]


def _p99(seconds: list[float]) -> float:
    return quantiles(seconds, n=100, method="inclusive")[98] if len(seconds) > 1 else seconds[0]
