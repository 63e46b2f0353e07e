"""Two small services on the real machinery: one says that a case was opened, the other writes down that it heard it.

They stand for any two: what they measure is outbox, relay, broker and inbox, not a service's own work.
"""

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from chassis.bus.kafka import KafkaBus, KafkaConsumer
from chassis.edge import Edge, new_id
from chassis.outbox import record
from chassis.service import Reaction, Service
from chassis.settings import Settings
from contracts.case import CaseChange, CaseChangeKind, CaseState
from contracts.envelope import Performer
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

MIGRATIONS = Path(__file__).parent / "migrations"
STREAM = CaseChange.stream_name()
EVENTS_A_KEY = 5
TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Says(SQLModel, registry=registry()):
    """Base of the speaker's table."""


class Matter(Says, table=True):
    """What the speaker decides about."""

    id: UUID = Field(primary_key=True)
    version: int


class Hears(SQLModel, registry=registry()):
    """Base of the hearer's table."""


class Heard(Hears, table=True):
    """One event that was reacted to."""

    id: UUID = Field(primary_key=True)
    matter: UUID
    version: int


class OwnGroup(KafkaBus):
    """The bus with a group for each run: a static member's place outlives its run, and would hand this run another's topic."""

    joined = 0.0

    def __init__(self, settings: Settings, service: str) -> None:
        """Join a group named after the run's own topics."""
        super().__init__(settings, service)
        self._run = settings.datacenter

    async def consumer(self, group: str, member: str, topics: Sequence[str]) -> KafkaConsumer:
        """Join, and note when: joining is no part of any figure."""
        found = await super().consumer(f"{group}-{self._run}", member, topics)
        self.joined = time.perf_counter()
        return found


def speaker() -> Service:
    """Make the service that says; it goes by a real service's name, since roles are made for those alone."""
    return Service(
        name="intake", title="speaker", prefix="/intake/v1", summary="says", metadata=Says.metadata, migrations=MIGRATIONS, routers=[]
    )


def hearer(then: "Reaction | None" = None) -> Service:
    """Make the service that hears, and does `then`; left out: it inserts one row."""
    reaction = then or Reaction(apply=hear)
    return Service(
        name="ban", title="hearer", prefix="/bans/v1", summary="hears", metadata=Hears.metadata, migrations=MIGRATIONS, routers=[],
        reactions={STREAM: {"opened": reaction, "expanded": reaction}},
    )  # fmt: skip


async def hear(edge: Edge, event: CaseChange, _facts: None) -> None:
    """React with one row."""
    edge.session.add(Heard(id=event.meta.id, matter=event.case.case_id, version=event.version))


async def open_matter(edge: Edge) -> UUID:
    """Decide something, and say so."""
    matter = Matter(id=new_id(), version=1)
    edge.session.add(matter)
    record(edge, CaseChange.of("opened", state=_state(matter.id), prior=None, version=1, **edge.stamp()))
    return matter.id


def events(count: int) -> Iterator[tuple[UUID, str, int, bytes]]:
    """Make events as (id, key, version, bytes), a few on each key; whole and valid, written from two patterns to be quick."""
    now, of = datetime.now(UTC), new_id()
    patterns = []
    kinds: tuple[tuple[CaseChangeKind, int], ...] = (("opened", 1), ("expanded", 2))
    for kind, version in kinds:
        made = CaseChange.of(
            kind, state=_state(of), prior=None if version == 1 else _state(of), version=version, dt=now,
            performer=Performer(role="evaluator", id="bench"), request_id="bench", event_id=of, meta_dt=now,
        )  # fmt: skip
        # Case and event have one id in the pattern: the event's is the one in `meta`.
        head, _, tail = made.to_bytes().partition(b'"id":"' + str(of).encode())
        patterns.append((head, tail))
    old = str(of).encode()
    for number in range(count):
        if number % EVENTS_A_KEY == 0:
            matter = str(new_id())
        version = number % EVENTS_A_KEY + 1
        event_id = new_id()
        head, tail = patterns[version > 1]
        payload = head.replace(old, matter.encode()) + b'"id":"' + str(event_id).encode() + tail.replace(old, matter.encode())
        payload = payload.replace(b'"version":2', b'"version":%d' % version)
        yield event_id, f'{{"case_id":"{matter}"}}', version, payload


def _state(matter_id: UUID) -> CaseState:
    return CaseState(case_id=matter_id, kind="other", state="open", team="legal", received_at=datetime(2026, 1, 5, tzinfo=UTC))
