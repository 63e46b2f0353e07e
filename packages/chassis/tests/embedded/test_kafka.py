"""The brokers under a client that counts on them."""

import asyncio
import logging
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from chassis.embedded import EmbeddedError, start, status


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Keep the client's hundreds of lines about an absent broker out of the report."""
    caplog.set_level(logging.CRITICAL, logger="aiokafka")


async def create(bootstrap: str, topic: str, copies: int) -> None:
    """Create a topic of one partition."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=copies)])
    finally:
        await admin.close()


async def read(bootstrap: str, topic: str) -> list[int]:
    """Read the whole topic as numbers."""
    partition = TopicPartition(topic, 0)
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign([partition])
        end = (await consumer.end_offsets([partition]))[partition]
        await consumer.seek_to_beginning(partition)
        numbers: list[int] = []
        while await consumer.position(partition) < end:
            for records in (await consumer.getmany(timeout_ms=1000)).values():
                numbers += [int(record.value) for record in records]
        return numbers
    finally:
        await consumer.stop()


async def produce(producer: AIOKafkaProducer, topic: str, numbers: range, half: asyncio.Event) -> None:
    """Send the numbers in order, each acknowledged before the producer counts it as done."""
    waiting = []
    for number in numbers:
        waiting.append(await producer.send(topic, str(number).encode(), partition=0))
        if number == numbers.stop // 2:
            half.set()
        await asyncio.sleep(0)
    await asyncio.gather(*waiting)


async def test_killed_under_load_and_started_again_nothing_is_lost_nor_out_of_order(home: Path) -> None:
    servers = await start(home, postgres=False)
    before = servers.kafka.bootstrap
    await create(before, "load", copies=1)
    producer = AIOKafkaProducer(bootstrap_servers=before, enable_idempotence=True, linger_ms=1, request_timeout_ms=30_000)
    await producer.start()
    half = asyncio.Event()
    sending = asyncio.create_task(produce(producer, "load", range(20_000), half))
    await half.wait()
    await servers.kafka.kill()
    assert status(home).servers == {}
    await servers.kafka.restart()
    await sending
    await producer.stop()
    assert servers.kafka.bootstrap == before
    assert await read(before, "load") == list(range(20_000))
    await servers.leave()


async def test_a_topic_is_never_made_by_asking_for_it(home: Path) -> None:
    servers = await start(home, postgres=False)
    admin = AIOKafkaAdminClient(bootstrap_servers=servers.kafka.bootstrap)
    await admin.start()
    await admin.describe_topics(["misspelt"])
    assert await admin.list_topics() == []
    await admin.close()
    with pytest.raises(EmbeddedError, match="1 node or with 3"):
        await start(home, postgres=False, nodes=2)
    await servers.leave()
    with pytest.raises(EmbeddedError, match=r"has a Kafka of 1 node\(s\), not 3"):
        await start(home, postgres=False, nodes=3)


async def test_of_three_nodes_one_may_die(home: Path) -> None:
    servers = await start(home, postgres=False, nodes=3)
    assert sorted(servers.kafka.nodes) == [1, 2, 3]
    await create(servers.kafka.bootstrap, "copied", copies=3)
    producer = AIOKafkaProducer(bootstrap_servers=servers.kafka.bootstrap, enable_idempotence=True, acks="all", request_timeout_ms=30_000)
    await producer.start()
    half = asyncio.Event()
    sending = asyncio.create_task(produce(producer, "copied", range(2_000), half))
    await half.wait()
    await servers.kafka.kill(node=2)
    await sending
    await producer.stop()
    assert set(status(home).servers) == {"kafka-1", "kafka-3"}
    assert await read(servers.kafka.bootstrap, "copied") == list(range(2_000))
    await servers.kafka.restart()
    assert set(status(home).servers) == {"kafka-1", "kafka-2", "kafka-3"}
    await servers.leave()
