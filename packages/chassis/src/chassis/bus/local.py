"""The local hop: the bus of one process where no broker can be had. Unsent outbox rows are its memory.

It acknowledges a record only when every group that reads the topic has committed it, so that a crash loses nothing:
what was not acknowledged is still unsent, and is sent again after the start.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from chassis.bus.record import Incoming, Place, Record

PARTITIONS = 6
ACKNOWLEDGED_WITHIN = 30.0


@dataclass
class Lane:
    """What lies before one group: by partition, in order, with the offset after the last one committed."""

    waiting: dict[Place, deque[Incoming]] = field(default_factory=lambda: defaultdict(deque))
    in_hand: dict[Place, deque[Incoming]] = field(default_factory=lambda: defaultdict(deque))
    committed: dict[Place, int] = field(default_factory=lambda: defaultdict(int))


class LocalHop:
    """All topics of one process; every service's bus is a view of the same one."""

    def __init__(self) -> None:
        """Begin empty."""
        self._groups: dict[str, set[str]] = defaultdict(set)
        self._lanes: dict[str, Lane] = defaultdict(Lane)
        self._ends: dict[Place, int] = defaultdict(int)
        self._moved = asyncio.Condition()

    def expect(self, group: str, topics: Sequence[str]) -> None:
        """Name a group before anything is sent, so that nothing is acknowledged that it has not read."""
        for topic in topics:
            self._groups[topic].add(group)

    async def send(self, records: Sequence[Record]) -> Sequence[Exception | None]:
        """Lay the records before every group and wait until each has committed them."""
        wanted: list[list[tuple[str, Place, int]]] = []
        async with self._moved:
            for record in records:
                place = (record.topic, _partition(record.key))
                offset = self._ends[place]
                self._ends[place] += 1
                incoming = Incoming(*place, offset, record.key, record.value, record.traceparent)
                wanted.append([(group, place, offset) for group in self._groups[record.topic]])
                for group in self._groups[record.topic]:
                    self._lanes[group].waiting[place].append(incoming)
            self._moved.notify_all()
            done = lambda: all(self._committed(one) for one in wanted)  # noqa: E731  # a condition's predicate reads best where it is
            try:
                async with asyncio.timeout(ACKNOWLEDGED_WITHIN):
                    await self._moved.wait_for(done)
            except TimeoutError as error:
                return [None if self._committed(one) else error for one in wanted]
        return [None] * len(records)

    def _committed(self, wanted: Sequence[tuple[str, Place, int]]) -> bool:
        return all(self._lanes[group].committed[place] > offset for group, place, offset in wanted)

    async def consumer(self, group: str, member: str, topics: Sequence[str]) -> "LocalConsumer":
        """Join a group; what a lost member had in hand lies before its successor again. There is one member at a time."""
        del member
        self.expect(group, topics)
        lane = self._lanes[group]
        for place, records in lane.in_hand.items():
            lane.waiting[place].extendleft(reversed(records))
            records.clear()
        return LocalConsumer(self, lane, self._moved)

    async def close(self) -> None:
        """Nothing is kept open."""


class LocalConsumer:
    """The one member of a group on the local hop."""

    def __init__(self, hop: LocalHop, lane: Lane, moved: asyncio.Condition) -> None:
        """Read from `lane`, and say on `moved` what was committed."""
        self._hop = hop
        self._lane = lane
        self._moved = moved

    async def getmany(self, timeout: float, most: int) -> Mapping[Place, Sequence[Incoming]]:
        """Take what lies there, at most `most` records."""
        async with self._moved:
            try:
                async with asyncio.timeout(timeout):
                    await self._moved.wait_for(lambda: any(self._lane.waiting.values()))
            except TimeoutError:
                return {}
            found: dict[Place, list[Incoming]] = {}
            for place, records in self._lane.waiting.items():
                taken = [records.popleft() for _ in range(min(len(records), most))]
                if taken:
                    found[place] = taken
                    self._lane.in_hand[place].extend(taken)
            return found

    async def commit(self, offsets: Mapping[Place, int]) -> None:
        """Acknowledge everything below these offsets."""
        async with self._moved:
            for place, offset in offsets.items():
                in_hand = self._lane.in_hand[place]
                while in_hand and in_hand[0].offset < offset:
                    in_hand.popleft()
                self._lane.committed[place] = max(self._lane.committed[place], offset)
            self._moved.notify_all()

    async def seek_back(self, place: Place, offset: int) -> None:
        """Lay everything in hand from `offset` on before the group again."""
        async with self._moved:
            in_hand = self._lane.in_hand[place]
            back = [record for record in in_hand if record.offset >= offset]
            self._lane.in_hand[place] = deque(record for record in in_hand if record.offset < offset)
            self._lane.waiting[place].extendleft(reversed(back))

    async def unread(self) -> int:
        """Count what lies before the group or is in hand."""
        return sum(map(len, self._lane.waiting.values())) + sum(map(len, self._lane.in_hand.values()))

    async def stop(self) -> None:
        """Leave; the successor takes over what was in hand."""


def _partition(key: bytes) -> int:
    return sum(key) % PARTITIONS
