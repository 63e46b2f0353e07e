"""The bus over Apache Kafka: one idempotent producer a service, static group members, offsets committed by hand."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError, KafkaTimeoutError, UnknownTopicOrPartitionError

from chassis.bus.record import Away, Incoming, Place, Record
from chassis.log import logger
from chassis.settings import Settings

log = logger(__name__)
TRACE_HEADER = "traceparent"
MAX_EVENT_BYTES = 1_048_576
TELL_AGAIN = 0.5
AWAY = (KafkaError, OSError, TimeoutError)

Ends = Callable[[Collection[TopicPartition]], Awaitable[dict[TopicPartition, int]]]


def connection_options(settings: Settings) -> dict[str, Any]:
    """Turn the settings into what aiokafka takes: servers, TLS and SASL."""
    options: dict[str, Any] = {"bootstrap_servers": settings.kafka, "security_protocol": settings.kafka_security}
    if settings.kafka_security != "PLAINTEXT":
        options["ssl_context"] = ssl.create_default_context(cafile=settings.kafka_cafile)
    if settings.kafka_security == "SASL_SSL":
        password = settings.kafka_password_file.read_text().strip() if settings.kafka_password_file else None
        options |= {
            "sasl_mechanism": settings.kafka_sasl_mechanism,
            "sasl_plain_username": settings.kafka_username,
            "sasl_plain_password": password,
        }
    return options


class KafkaBus:
    """One producer, made anew after each failure: a refused record poisons the sequence of an idempotent one (measured)."""

    def __init__(self, settings: Settings, service: str) -> None:
        """Connect on first use."""
        self._settings = settings
        self._service = service
        self._producer: AIOKafkaProducer | None = None
        self._looker: AIOKafkaConsumer | None = None
        self._looking = asyncio.Lock()

    def _topic(self, stream: str) -> str:
        return f"{self._settings.datacenter}.{stream}" if self._settings.datacenter else stream

    async def _ready(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(
                **connection_options(self._settings),
                client_id=f"office-{self._service}",
                enable_idempotence=True,
                acks="all",
                linger_ms=0,
                max_batch_size=262_144,
                max_request_size=MAX_EVENT_BYTES,
                request_timeout_ms=10_000,
            )
            try:
                await producer.start()
            except BaseException:
                await self._abandon(producer)
                raise
            self._producer = producer
        return self._producer

    async def send(self, records: Sequence[Record]) -> Sequence[Exception | None]:
        """Send a wave at once; when anything in it fails, send the rest one by one through a new producer, until no broker is there."""
        answers = await self._wave(records)
        if all(answer is None for answer in answers):
            return answers
        await self._renew()
        if all(isinstance(answer, Away) for answer in answers):
            return answers
        settled: list[Exception | None] = []
        broken: dict[tuple[str, bytes | None], Exception] = {}
        away: Exception | None = None
        for record, answer in zip(records, answers, strict=True):
            if answer is None:
                settled.append(None)
                continue
            # What follows on the same key must not overtake what failed, and a topic that is missing is missing for all.
            known = away or broken.get((record.topic, record.key)) or broken.get((record.topic, None))
            alone = known or (await self._wave([record]))[0]
            if alone is not None and known is None:
                await self._renew()
                alone = Away(type(alone).__name__) if _is_away(alone) else alone
                away = alone if isinstance(alone, Away) else None
                broken[record.topic, None if isinstance(alone, UnknownTopicOrPartitionError) else record.key] = alone
            settled.append(alone)
        return settled

    async def _wave(self, records: Sequence[Record]) -> list[Exception | None]:
        try:
            producer = await self._ready()
        except AWAY as error:
            return [Away(type(error).__name__)] * len(records)
        try:
            futures = [
                await producer.send(
                    self._topic(record.topic),
                    key=record.key,
                    value=record.value,
                    timestamp_ms=record.timestamp_ms,
                    headers=[(TRACE_HEADER, record.traceparent.encode())] if record.traceparent else None,
                )
                for record in records
            ]
        except AWAY as error:
            return [error] * len(records)
        answers = await asyncio.gather(*futures, return_exceptions=True)
        # Whatever is no acknowledgement: a future that was cancelled with its producer is no `Exception`, and no acknowledgement either.
        return [answer if isinstance(answer, Exception) else _not_sent(answer) for answer in answers]

    async def _renew(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            await self._abandon(producer)

    async def _abandon(self, producer: AIOKafkaProducer) -> None:
        with suppress(*AWAY):
            await asyncio.wait_for(producer.stop(), 2)

    async def consumer(self, group: str, member: str, topics: Sequence[str]) -> "KafkaConsumer":
        """Join `group` as the static member `member`, reading the topic of every datacenter."""
        prefixes = self._settings.datacenters or ("",)
        names = [f"{prefix}.{topic}" if prefix else topic for topic in topics for prefix in prefixes]
        consumer = AIOKafkaConsumer(
            *names,
            **connection_options(self._settings),
            client_id=f"office-{self._service}",
            group_id=group,
            group_instance_id=member,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            session_timeout_ms=10_000,
            heartbeat_interval_ms=2_000,
            request_timeout_ms=15_000,
            metadata_max_age_ms=30_000,
            # A partition that was being read when this question went out must wait for its answer.
            fetch_max_wait_ms=100,
        )
        try:
            await consumer.start()
        except BaseException:
            with suppress(KafkaError, OSError):
                await consumer.stop()
            raise
        return KafkaConsumer(consumer, self._ends)

    async def _ends(self, places: Collection[TopicPartition]) -> dict[TopicPartition, int]:
        # On a connection of its own: on a member's, the question would wait behind its long poll.
        async with self._looking:
            known = self._looker
            self._looker = known or AIOKafkaConsumer(**connection_options(self._settings), client_id=f"office-{self._service}-ends")
            try:
                if known is None:
                    await self._looker.start()
                ends: dict[TopicPartition, int] = await self._looker.end_offsets(list(places))
            except BaseException:
                # What a broker's death left of it may never answer again: the next question goes out on a new one.
                await self._stop_looking()
                raise
            return ends

    async def _stop_looking(self) -> None:
        looker, self._looker = self._looker, None
        if looker is not None:
            with suppress(*AWAY):
                await asyncio.wait_for(looker.stop(), 2)

    async def close(self) -> None:
        """Let everything that was sent arrive, then let go."""
        await self._renew()
        await self._stop_looking()


class KafkaConsumer:
    """One static member of a group."""

    def __init__(self, consumer: AIOKafkaConsumer, ends: Ends) -> None:
        """Take over a started consumer; `ends` tells where partitions end."""
        self._consumer = consumer
        self._ends = ends
        # What was committed, so that `unread` asks the broker once for the ends and not once a partition.
        self._committed: dict[TopicPartition, int] = {}
        self._assigned: frozenset[TopicPartition] = frozenset()
        self._due: dict[TopicPartition, int] = {}
        self._telling: asyncio.Task[None] | None = None

    async def getmany(self, timeout: float, most: int) -> Mapping[Place, Sequence[Incoming]]:
        """Read what lies there, at most `most` records."""
        found = await self._consumer.getmany(timeout_ms=int(timeout * 1000), max_records=most)
        return {(place.topic, place.partition): [_incoming(message) for message in messages] for place, messages in found.items()}

    async def commit(self, offsets: Mapping[Place, int]) -> None:
        """Have the offsets committed soon: the next events need not wait for it, and what a crash leaves out is read again and known."""
        self._due |= {TopicPartition(*place): offset for place, offset in offsets.items()}
        if self._telling is None or self._telling.done():
            self._telling = asyncio.create_task(self._tell())

    async def _tell(self) -> None:
        """Commit per partition; one lost to a rebalance is dropped, since its new owner reads it again, any other told when it can be."""
        while self._due:
            place, offset = self._due.popitem()
            try:
                await self._consumer.commit({place: offset})
                self._committed[place] = offset
            except (CommitFailedError, IllegalStateError) as error:
                log.warning("consumer.commit_lost", error=type(error).__name__, topic=place.topic, partition=place.partition)
            except KafkaError as error:
                # The broker is away. A newer offset may have come meanwhile, and says the same and more.
                self._due.setdefault(place, offset)
                log.warning("consumer.commit_failed", error=type(error).__name__, topic=place.topic, partition=place.partition)
                await asyncio.sleep(TELL_AGAIN)

    async def _told(self) -> None:
        if self._telling is not None:
            await asyncio.wait((self._telling,), timeout=1)

    async def seek_back(self, place: Place, offset: int) -> None:
        """Read again from `offset`, unless a rebalance took the partition away."""
        with suppress(IllegalStateError):
            self._consumer.seek(TopicPartition(*place), offset)

    async def unread(self) -> int:
        """Count what lies behind this member's committed offsets; 1 while it has no partitions yet, or no broker can tell."""
        await self._told()
        assigned = self._consumer.assignment()
        if not assigned:
            return 1
        try:
            return await self._unread_of(assigned)
        except AWAY as error:
            log.warning("consumer.unread_unknown", error=type(error).__name__)
            return 1

    async def _unread_of(self, assigned: frozenset[TopicPartition]) -> int:
        if assigned != self._assigned:
            # After a rebalance another may have committed: ask anew, once.
            begins = await self._consumer.beginning_offsets(list(assigned))
            done = await asyncio.gather(*(self._consumer.committed(place) for place in assigned))
            self._committed = {place: begins[place] if at is None else at for place, at in zip(assigned, done, strict=True)}
            self._assigned = assigned
        ends = await self._ends(assigned)
        return sum(ends[place] - self._committed[place] for place in assigned)

    async def stop(self) -> None:
        """Leave the group. A static member keeps its place until the session times out, so that a restart is back at once."""
        await self._told()
        if self._telling is not None:
            self._telling.cancel()
        with suppress(*AWAY):
            await asyncio.wait_for(self._consumer.stop(), 5)


def _is_away(error: Exception) -> bool:
    """Tell an error of the broker's from one of the record's: time-outs, leaders that move, replicas that are too few."""
    if isinstance(error, UnknownTopicOrPartitionError):
        return False
    return isinstance(error, (Away, KafkaTimeoutError, OSError, TimeoutError)) or bool(getattr(error, "retriable", False))


def _not_sent(answer: object) -> Exception | None:
    return KafkaError("cancelled") if isinstance(answer, BaseException) else None


def _incoming(message: Any) -> Incoming:
    trace = next((value.decode("ascii", "replace") for name, value in message.headers if name == TRACE_HEADER), None)
    return Incoming(message.topic, message.partition, message.offset, message.key or b"", message.value or b"", trace)
