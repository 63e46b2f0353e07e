"""What crosses the bus, and the calls that both ways of crossing offer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Record:
    """One event on its way out: `topic` without the datacenter's prefix, the key's and the event's JSON, the wall's time in ms."""

    topic: str
    key: bytes
    value: bytes
    timestamp_ms: int
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class Incoming:
    """One event as it arrives; `partition` and `offset` say where it lay."""

    topic: str
    partition: int
    offset: int
    key: bytes
    value: bytes
    traceparent: str | None = None

    @property
    def place(self) -> "Place":
        """Its topic and partition."""
        return self.topic, self.partition


class Away(ConnectionError):
    """No broker takes anything now: it says nothing against the record, and nothing is to be held back for it."""


Place = tuple[str, int]
"""A topic and one of its partitions."""


class Consumer(Protocol):
    """One member of a service's group."""

    async def getmany(self, timeout: float, most: int) -> Mapping[Place, Sequence[Incoming]]:
        """Wait up to `timeout` seconds for events, at most `most`, in the order in which they lie in each partition."""
        ...

    async def commit(self, offsets: Mapping[Place, int]) -> None:
        """Say that everything below these offsets is in the database. A commit that fails is only an event read again."""
        ...

    async def seek_back(self, place: Place, offset: int) -> None:
        """Read this partition again from `offset`."""
        ...

    async def unread(self) -> int:
        """Count the events that lie in the group's topics and are not yet committed."""
        ...

    async def stop(self) -> None:
        """Leave the group."""
        ...


class Bus(Protocol):
    """Sends waves of records and opens consumers."""

    async def send(self, records: Sequence[Record]) -> Sequence[Exception | None]:
        """Send all, wait for every acknowledgement, and answer for each None, why it was not taken, or `Away`: no broker is there."""
        ...

    async def consumer(self, group: str, member: str, topics: Sequence[str]) -> Consumer:
        """Join a group as a static member."""
        ...

    async def close(self) -> None:
        """Let everything that was sent arrive, then let go."""
        ...
