"""The bus over a real broker: acknowledged means stored, and what one record spoils does not spoil the rest."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from chassis.bus import Away, Record
from chassis.bus.kafka import KafkaBus
from chassis.bus.topics import make_topics
from chassis.settings import Settings
from chassis.testing import House, eventually


@pytest.fixture
async def topic(house: House, kafka: str) -> str:
    name = f"office_actions.test_{uuid4().hex[:8]}.v1"
    assert await make_topics(house.settings("postgresql://unused", kafka=kafka), [name]) == [name]
    return name


@pytest.fixture
def settings(house: House, kafka: str) -> Settings:
    return house.settings("postgresql://unused", kafka=kafka)


@pytest.fixture
async def bus(settings: Settings) -> AsyncIterator[KafkaBus]:
    bus = KafkaBus(settings, "test")
    yield bus
    await bus.close()


def record(topic: str, key: str, value: bytes) -> Record:
    return Record(topic, key.encode(), value, 1_700_000_000_000, "00-" + "1" * 32 + "-" + "2" * 16 + "-01")


async def read(bus: KafkaBus, topic: str, group: str, count: int) -> list[tuple[bytes, bytes, str | None]]:
    consumer = await bus.consumer(group, f"{group}-1", [topic])
    found: list[tuple[bytes, bytes, str | None]] = []

    async def enough() -> bool:
        batches = await consumer.getmany(0.2, 100)
        for place, incoming in batches.items():
            found.extend((one.key, one.value, one.traceparent) for one in incoming)
            await consumer.commit({place: incoming[-1].offset + 1})
        return len(found) >= count

    await eventually(enough, what="reading it all")
    assert await consumer.unread() == 0
    await consumer.stop()
    return found


async def test_a_wave_arrives_in_the_order_of_each_key_with_its_trace(bus: KafkaBus, topic: str) -> None:
    wave = [record(topic, f"k{n % 3}", str(n).encode()) for n in range(300)]
    assert list(await bus.send(wave)) == [None] * 300
    found = await read(bus, topic, f"g-{topic}", 300)
    for key in (b"k0", b"k1", b"k2"):
        numbers = [int(value) for k, value, _ in found if k == key]
        assert numbers == sorted(numbers)
    assert {trace for _, _, trace in found} == {wave[0].traceparent}


async def test_one_refused_record_holds_back_its_key_alone(bus: KafkaBus, topic: str) -> None:
    """A record over the broker's limit fails its whole batch and poisons the producer's sequence: the rest still arrives."""
    wave = [
        record(topic, "good", b"1"),
        record(topic, "bad", b"x" * 1_048_500),
        record(topic, "bad", b"after"),
        record(topic, "good", b"2"),
    ]
    answers = list(await bus.send(wave))
    assert [answer is None for answer in answers] == [True, False, False, True]
    assert list(await bus.send([record(topic, "good", b"3")])) == [None]
    found = await read(bus, topic, f"g-{topic}", 3)
    # What was stored although its batch failed is there twice; the inbox knows it by its id.
    assert list(dict.fromkeys(value for key, value, _ in found if key == b"good")) == [b"1", b"2", b"3"]
    assert [value for key, value, _ in found if key == b"bad"] == []


async def test_a_broker_that_is_away_is_no_fault_of_any_record(house: House) -> None:
    """A thousand keys are not asked about one by one, nor held back, when nobody is there to ask."""
    bus = KafkaBus(house.settings("postgresql://unused", kafka="127.0.0.1:1"), "test")
    async with asyncio.timeout(5):
        answers = await bus.send([record("office_actions.any.v1", f"k{n}", b"1") for n in range(1000)])
    assert [type(answer) for answer in answers] == [Away] * 1000
    await bus.close()


async def test_a_topic_that_nobody_made_is_not_made_by_a_stray_producer(bus: KafkaBus, settings: Settings) -> None:
    stray = "office_actions.nobody_made_this.v1"
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(bus.send([record(stray, "k", b"1")]), 3)
    assert await make_topics(settings, [stray], dry_run=True) == [stray]


async def test_a_member_that_comes_back_reads_on_where_it_committed(bus: KafkaBus, topic: str) -> None:
    await bus.send([record(topic, "k", b"1")])
    assert [value for _, value, _ in await read(bus, topic, f"g-{topic}", 1)] == [b"1"]
    await bus.send([record(topic, "k", b"2")])
    assert [value for _, value, _ in await read(bus, topic, f"g-{topic}", 1)] == [b"2"]


async def test_topics_are_made_once_with_the_settings_of_the_house(settings: Settings, topic: str) -> None:
    assert await make_topics(settings, [topic]) == []


async def test_a_record_whose_future_was_cancelled_is_not_taken_for_sent(
    bus: KafkaBus, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A producer that is given up cancels what it still had in hand; a cancellation is no `Exception`, and no acknowledgement either."""
    assert list(await bus.send([record(topic, "a", b"0")])) == [None]
    producer, real = bus._producer, bus._producer.send  # type: ignore[union-attr]  # it has just sent
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    future.cancel()

    async def given_up(*_args: object, **_options: object) -> asyncio.Future[None]:
        monkeypatch.setattr(producer, "send", real)
        return future

    monkeypatch.setattr(producer, "send", given_up)
    assert list(await bus.send([record(topic, "a", b"1")])) == [None]
    assert [value for _, value, _ in await read(bus, topic, "given-up", 2)] == [b"0", b"1"]
