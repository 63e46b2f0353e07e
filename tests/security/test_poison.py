"""A poison event on each topic: parked with its key behind it, other keys go on, the metric shows it, a person mends it (DESIGN 3)."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from chassis import metrics, parked
from chassis.bus import Record
from chassis.edge import new_id
from chassis.testing import eventually
from contracts.examples import examples
from contracts.streams import STREAMS, parse

# Kinds that ask nobody about anything: what is tried here is the inbox of every listener, not what each one does.
QUIET = {
    "request": "completed",
    "case": "assigned",
    "action": "approved",
    "dmca_notice": "announced",
    "appeal": "voted",
    "notification": "delivered",
}
BROKEN = b'{"$schema": "zebra-crossing'


@dataclass
class Topic:
    """One stream, those who listen to it, and events for it under made-up keys."""

    house: Any
    stream: str
    aggregate: str

    @property
    def listeners(self) -> list[Any]:
        return [desk for desk in self.house.desks.values() if self.stream in desk.runtime.service.reactions]

    def event(self, aggregate_id: UUID, version: int) -> Any:
        """Make a sound event about a thing that nobody knows."""
        found = json.loads(examples()[self.aggregate].model_dump_json(exclude_none=True))
        (key,) = STREAMS[self.stream].key_fields
        found |= {"version": version, f"{self.aggregate}_change_kind": QUIET[self.aggregate], "changelog_kind": "update"}
        found.setdefault("prior_state", {"state": "incomplete"})
        found["meta"]["id"] = str(new_id())
        found["performer"] = {"role": "service", "id": "nobody-svc"}
        found[self.aggregate][key] = str(aggregate_id)
        return parse(self.stream, json.dumps(found).encode())

    def record(self, event: Any, value: bytes | None = None) -> Record:
        return Record(self.stream, event.key_bytes(), value or event.to_bytes(), 1_700_000_000_000)

    async def send(self, *records: Record) -> None:
        """Send one after the other; each is acknowledged once every listener has committed its inbox."""
        for record in records:
            assert await self.house.desk.runtime.bus.send([record]) == [None]

    async def parked(self, desk: Any, event: Any) -> list[Any]:
        found: list[Any] = await desk.sql(
            "SELECT event_id, version, tries, next_at, error FROM parked WHERE key = $1 ORDER BY version, id", event.key_bytes().decode()
        )
        return found

    async def heard(self, desk: Any, event: Any) -> bool:
        return bool(await desk.sql("SELECT 1 FROM inbox WHERE event_id = $1", event.meta.id))

    async def figure(self, desk: Any, waits: str) -> float:
        """Read the figure of parked events as Prometheus would."""
        await metrics.refresh(desk.runtime)
        text = (await self.house.desk.get("/metrics")).text
        line = next(
            line
            for line in text.splitlines()
            if line.startswith(f'office_parked_events{{service="{desk.runtime.service.name}",waits="{waits}"}}')
        )
        return float(line.rpartition(" ")[2])


@pytest.fixture(params=STREAMS, ids=lambda stream: stream.split(".")[1])
def topic(request: pytest.FixtureRequest, another_house: Any) -> Topic:
    return Topic(another_house, str(request.param), str(request.param).removeprefix("office_actions.").removesuffix("_change.v1"))


@pytest.fixture
async def spoilt(another_house: Any) -> AsyncIterator[Any]:
    """Break the inboxes of these desks for one key, as a fault in a reaction would; `mend` takes it back."""
    broken: list[str] = []

    class Fault:
        async def spoil(self, desks: list[Any], key: str) -> None:
            for desk in desks:
                name = desk.runtime.service.name
                broken.append(name)
                await another_house.sql(f"ALTER TABLE {name}.inbox ADD CONSTRAINT poisoned CHECK (key <> '{key}') NOT VALID")

        async def mend(self) -> None:
            while broken:
                await another_house.sql(f"ALTER TABLE {broken.pop()}.inbox DROP CONSTRAINT poisoned")

    fault = Fault()
    yield fault
    await fault.mend()


def test_every_topic_is_listened_to(another_house: Any) -> None:
    heard = {stream for desk in another_house.desks.values() for stream in desk.runtime.service.reactions}
    assert heard == set(STREAMS)


async def test_what_cannot_be_read_waits_for_a_person_and_holds_back_its_key_alone(topic: Topic, logged: Any) -> None:
    aggregate_id = new_id()
    sound, poison, behind = (topic.event(aggregate_id, version) for version in (7, 8, 9))
    other = topic.event(new_id(), 7)
    before = {desk.runtime.service.name: await topic.figure(desk, "person") for desk in topic.listeners}
    await topic.send(topic.record(sound), topic.record(poison, BROKEN), topic.record(behind), topic.record(other))
    for desk in topic.listeners:
        first, second = await topic.parked(desk, poison)
        assert (first["tries"], first["next_at"], first["error"]) == (1, None, "BadEvent")
        assert (second["event_id"], second["tries"], second["next_at"], second["error"]) == (behind.meta.id, 0, None, "Behind")
        assert await topic.heard(desk, other)
        assert not await topic.heard(desk, behind)
        assert await topic.figure(desk, "person") == before[desk.runtime.service.name] + 1
        listed = [row for row in await parked.list_parked(desk.runtime) if row["event_id"] == first["event_id"]]
        assert len(listed) == 1
        assert "payload" not in listed[0]
        async with desk.runtime.edge("test", access_reason="it can be read by nobody") as edge:
            await parked.drop(edge, first["event_id"])
    assert "zebra-crossing" not in logged.getvalue()
    for desk in topic.listeners:
        await eventually(partial(topic.heard, desk, behind), what="what stood behind the dropped event")
        assert await topic.parked(desk, poison) == []
        assert await topic.figure(desk, "person") == before[desk.runtime.service.name]


async def test_what_failed_five_times_goes_through_once_a_person_has_mended_its_cause(topic: Topic, spoilt: Any) -> None:
    aggregate_id = new_id()
    poison, behind, other = topic.event(aggregate_id, 7), topic.event(aggregate_id, 8), topic.event(new_id(), 7)
    await spoilt.spoil(topic.listeners, poison.key_bytes().decode())
    await topic.send(topic.record(poison), topic.record(behind), topic.record(other))
    for desk in topic.listeners:

        async def given_up(desk: Any = desk) -> bool:
            first = (await topic.parked(desk, poison))[0]
            if first["next_at"] is not None:
                # The next try is hours away for a test: it is brought forward, and fails for real.
                sooner = f"UPDATE {desk.runtime.service.name}.parked SET next_at = now() - interval '1 s'"
                await topic.house.sql(f"{sooner} WHERE event_id = $1 AND next_at IS NOT NULL", poison.meta.id)
                desk.runtime.wake("ticker")
            return first["next_at"] is None

        await eventually(given_up, what="the fifth try")
        first, second = await topic.parked(desk, poison)
        assert (first["event_id"], first["tries"], second["event_id"], second["error"]) == (poison.meta.id, 5, behind.meta.id, "Behind")
        assert await topic.heard(desk, other)
        assert await topic.figure(desk, "person") >= 1
    await spoilt.mend()
    for desk in topic.listeners:
        async with desk.runtime.edge("test") as edge:
            await parked.retry(edge, poison.meta.id)
        await eventually(partial(topic.heard, desk, behind), what="the mended event and what stood behind it")
        assert await topic.heard(desk, poison)
        assert await topic.parked(desk, poison) == []
