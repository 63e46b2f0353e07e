"""What is said is heard once, in order, and what fails never holds up another key."""

from collections.abc import Sequence
from typing import Any

import asyncpg
import pytest
from chassis import parked
from chassis.bus import Away, Record
from chassis.bus.local import LocalHop
from chassis.outbox import Relay
from chassis.testing import Desk, House, broken_at, eventually


@pytest.fixture
async def pair(house: House, toys: Any) -> Any:
    """Speaker and hearer on one local hop, both at work."""
    hop = LocalHop()
    speaker = await house.desk(toys.speaker, bus=hop, fresh=True)
    hearer = await house.desk(toys.hearer, bus=hop, fresh=True)
    await hearer.work()
    await speaker.work()
    yield speaker, hearer
    assert await speaker.findings() == []
    assert await hearer.findings() == []
    await speaker.close()
    await hearer.close()


async def versions(hearer: Desk, matter_id: Any) -> list[int]:
    return [row["version"] for row in await hearer.sql("SELECT version FROM heard WHERE matter = $1 ORDER BY id", matter_id)]


async def versions_are(hearer: Desk, matter_id: Any, wanted: list[int]) -> bool:
    return await versions(hearer, matter_id) == wanted


async def open_matter(toys: Any, speaker: Desk) -> Any:
    async with speaker.runtime.edge("test") as edge:
        return (await toys.open_matter(edge)).id


async def change(toys: Any, speaker: Desk, matter_id: Any, times: int = 1) -> None:
    for _ in range(times):
        async with speaker.runtime.edge("test") as edge:
            await toys.change_matter(edge, matter_id)


async def test_an_event_is_heard_once_and_in_order(toys: Any, pair: tuple[Desk, Desk]) -> None:
    speaker, hearer = pair
    first, second = await open_matter(toys, speaker), await open_matter(toys, speaker)
    await change(toys, speaker, first, 5)
    await change(toys, speaker, second, 5)
    await speaker.settle()
    await hearer.settle()
    assert await versions(hearer, first) == [1, 2, 3, 4, 5, 6]
    assert await versions(hearer, second) == [1, 2, 3, 4, 5, 6]


async def test_an_event_sent_again_changes_nothing(toys: Any, pair: tuple[Desk, Desk]) -> None:
    speaker, hearer = pair
    matter = await open_matter(toys, speaker)
    await speaker.settle()
    row = (await speaker.sql("SELECT stream, key, payload FROM outbox"))[0]
    again = Record(row["stream"], row["key"].encode(), row["payload"], 0)
    assert list(await speaker.runtime.bus.send([again, again])) == [None, None]
    await hearer.settle()
    assert await versions(hearer, matter) == [1]


async def test_a_failing_event_parks_its_key_and_others_go_on(toys: Any, pair: tuple[Desk, Desk]) -> None:
    speaker, hearer = pair
    broken, fine = await open_matter(toys, speaker), await open_matter(toys, speaker)
    toys.trouble["permanent"].add((broken, 2))
    await change(toys, speaker, broken, 2)
    await change(toys, speaker, fine, 2)
    await speaker.settle()
    await hearer.settle()
    assert await versions(hearer, broken) == [1]
    assert await versions(hearer, fine) == [1, 2, 3]
    listed = await parked.list_parked(hearer.runtime)
    assert [(row["version"], row["error"], row["next_at"]) for row in listed] == [(2, "Permanent: never", None), (3, "Behind", None)]

    toys.trouble["permanent"].clear()
    async with hearer.runtime.edge("command:parked:retry") as edge:
        await parked.retry(edge, listed[0]["event_id"])
    await hearer.settle()
    assert await versions(hearer, broken) == [1, 2, 3]


@pytest.mark.parametrize("error", [RuntimeError("a fault"), FileNotFoundError("a template"), TimeoutError(), KeyError("a field")])
async def test_whatever_a_reaction_raises_holds_up_its_own_key_alone(toys: Any, pair: tuple[Desk, Desk], error: Exception) -> None:
    speaker, hearer = pair
    broken, fine = await open_matter(toys, speaker), await open_matter(toys, speaker)
    toys.trouble["error"] = error
    toys.trouble["fail"].add((broken, 2))
    await change(toys, speaker, broken, 2)
    await change(toys, speaker, fine, 2)
    await eventually(lambda: hearer.sql("SELECT 1 FROM parked WHERE error = $1", type(error).__name__))
    await eventually(lambda: versions_are(hearer, fine, [1, 2, 3]))
    assert await versions(hearer, broken) == [1]
    toys.trouble["fail"].clear()
    await hearer.settle()
    assert await versions(hearer, broken) == [1, 2, 3]
    # What the failed try wanted done after the commit was not done.
    assert [version for matter, version in toys.trouble["order"] if matter == broken] == [1, 2, 3]


async def test_a_passing_failure_is_tried_again_by_itself(toys: Any, pair: tuple[Desk, Desk]) -> None:
    speaker, hearer = pair
    matter = await open_matter(toys, speaker)
    toys.trouble["fail"].add((matter, 2))
    await change(toys, speaker, matter, 3)
    await eventually(lambda: hearer.sql("SELECT 1 FROM parked WHERE version = 4"))
    toys.trouble["fail"].clear()
    await hearer.settle()
    assert await versions(hearer, matter) == [1, 2, 3, 4]


async def test_a_dropped_event_lets_its_key_go_on(toys: Any, pair: tuple[Desk, Desk]) -> None:
    speaker, hearer = pair
    matter = await open_matter(toys, speaker)
    toys.trouble["permanent"].add((matter, 2))
    await change(toys, speaker, matter, 2)
    await speaker.settle()
    await hearer.settle()
    event_id = (await parked.list_parked(hearer.runtime))[0]["event_id"]
    async with hearer.runtime.edge("command:parked:drop", access_reason="wrong from the start") as edge:
        await parked.drop(edge, event_id)
    await hearer.settle()
    assert await versions(hearer, matter) == [1, 3]


async def test_bytes_that_are_no_event_wait_for_a_person_and_hold_up_their_key_alone(toys: Any, pair: tuple[Desk, Desk]) -> None:
    speaker, hearer = pair
    matter, other = await open_matter(toys, speaker), await open_matter(toys, speaker)
    await speaker.settle()
    row = next(row for row in await speaker.sql("SELECT stream, key FROM outbox") if str(matter) in row["key"])
    await speaker.runtime.bus.send([Record(row["stream"], row["key"].encode(), b"{not json", 0)])
    await change(toys, speaker, matter)
    await change(toys, speaker, other)
    await speaker.settle()
    await hearer.settle()
    assert await versions(hearer, other) == [1, 2]
    assert await versions(hearer, matter) == [1]
    waiting = await parked.list_parked(hearer.runtime)
    assert [row["error"] for row in waiting] == ["BadEvent", "Behind"]
    async with hearer.runtime.edge("command:parked:drop", access_reason="no event of ours") as edge:
        await parked.drop(edge, waiting[0]["event_id"])
    async with hearer.runtime.edge("command:parked:retry") as edge:
        await parked.retry(edge, waiting[1]["event_id"])


@pytest.mark.parametrize(
    "point",
    [
        "relay.sent.before",
        "relay.sent.after",
        "relay.stamped.after",
        "inbox.applied.before",
        "inbox.applied.after",
        "inbox.offset.before",
        "inbox.offset.after",
        "inbox.read.after",
    ],
)
@pytest.mark.parametrize("kind", ["error", "timeout"])
async def test_a_fault_on_the_way_loses_nothing_and_doubles_nothing(toys: Any, pair: tuple[Desk, Desk], point: str, kind: str) -> None:
    speaker, hearer = pair
    matter = await open_matter(toys, speaker)
    with broken_at(point, kind) as passed:
        await change(toys, speaker, matter, 3)
        await speaker.settle()
        await hearer.settle()
    assert point in passed
    assert await versions(hearer, matter) == [1, 2, 3, 4]


async def test_a_change_that_is_rolled_back_says_nothing(toys: Any, pair: tuple[Desk, Desk]) -> None:
    speaker, _ = pair

    async def fail() -> None:
        async with speaker.runtime.edge("test") as edge:
            await toys.open_matter(edge)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await speaker.sql("SELECT 1 FROM outbox") == []


class Broker(LocalHop):
    """A hop that refuses some keys, or everything as a broker that is away does."""

    def __init__(self) -> None:
        super().__init__()
        self.refuses: dict[str, Exception] = {}
        self.away = False

    async def send(self, records: Sequence[Record]) -> Sequence[Exception | None]:
        answers = {id(one): Away() if self.away else self.refuses.get(one.key.decode()) for one in records}
        await super().send([one for one in records if answers[id(one)] is None])
        return [answers[id(one)] for one in records]


async def test_a_record_the_broker_refuses_holds_back_its_key_alone(house: House, toys: Any) -> None:
    broker = Broker()
    speaker = await house.desk(toys.speaker, bus=broker, fresh=True)
    bad, good = await open_matter(toys, speaker), await open_matter(toys, speaker)
    await change(toys, speaker, bad)
    key = next(row["key"] for row in await speaker.sql("SELECT key FROM outbox") if str(bad) in row["key"])
    broker.refuses[key] = ValueError("too large")
    relay = Relay(speaker.runtime)
    assert await relay.step() == 1
    await change(toys, speaker, good)
    # Held back: the next wave asks for the other key alone.
    assert await relay.step() == 1
    unsent = await speaker.sql("SELECT key, version FROM outbox WHERE sent_at IS NULL ORDER BY id")
    assert [(row["key"], row["version"]) for row in unsent] == [(key, 1), (key, 2)]
    broker.refuses.clear()
    await eventually(relay.step, within=5)
    assert await speaker.sql("SELECT 1 FROM outbox WHERE sent_at IS NULL") == []
    await speaker.close()


async def test_a_broker_that_was_away_is_given_everything_at_once(house: House, toys: Any) -> None:
    broker = Broker()
    speaker = await house.desk(toys.speaker, bus=broker, fresh=True)
    matters = [await open_matter(toys, speaker) for _ in range(3)]
    relay, broker.away = Relay(speaker.runtime), True
    for _ in range(5):
        with pytest.raises(Away):
            await relay.step()
    broker.away = False
    assert await relay.step() == len(matters)
    await speaker.close()


async def test_an_unreadable_event_on_a_key_never_heard_is_dropped_and_what_stands_behind_it_goes_on(
    toys: Any, pair: tuple[Desk, Desk]
) -> None:
    speaker, hearer = pair
    matter = await open_matter(toys, speaker)
    await change(toys, speaker, matter, 2)
    rows = await speaker.sql("SELECT stream, key, payload FROM outbox ORDER BY version")
    await speaker.settle()
    await hearer.settle()
    # As if the topic began in the middle of this key's story: nothing of it was heard before.
    admin = await asyncpg.connect(hearer.settings.admin_dsn().replace("postgresql+asyncpg", "postgresql", 1))
    await admin.execute("DELETE FROM ban.inbox; DELETE FROM ban.heard")
    await admin.close()
    key = rows[0]["key"].encode()
    await speaker.runtime.bus.send([Record(rows[0]["stream"], key, b"{no event", 0), Record(rows[2]["stream"], key, rows[2]["payload"], 0)])
    await hearer.settle()
    waiting = await parked.list_parked(hearer.runtime)
    assert [row["error"] for row in waiting] == ["BadEvent", "Behind"]
    async with hearer.runtime.edge("command:parked:drop", access_reason="no event of ours") as edge:
        await parked.drop(edge, waiting[0]["event_id"])
    await hearer.settle()
    assert await versions(hearer, matter) == [3]
