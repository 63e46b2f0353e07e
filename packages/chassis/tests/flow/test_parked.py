"""What waits for a person is left alone until the person says so, whatever else arrives on its key."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from chassis import parked
from chassis.bus.local import LocalHop
from chassis.testing import Desk, House, eventually


@pytest.fixture
async def pair(house: House, toys: Any) -> AsyncIterator[tuple[Desk, Desk]]:
    hop = LocalHop()
    speaker = await house.desk(toys.speaker, bus=hop, fresh=True)
    hearer = await house.desk(toys.hearer, bus=hop, fresh=True)
    await hearer.work()
    await speaker.work()
    yield speaker, hearer
    assert await hearer.findings() == []
    await speaker.close()
    await hearer.close()


async def test_a_failed_fetch_behind_it_does_not_have_it_tried_again(
    toys: Any, pair: tuple[Desk, Desk], capsys: pytest.CaptureFixture[str]
) -> None:
    speaker, hearer = pair
    async with speaker.runtime.edge("test") as edge:
        matter = (await toys.open_matter(edge)).id
    toys.trouble["permanent"].add((matter, 2))
    toys.trouble["unfetched"].add((matter, 3))
    for version in (2, 3):
        async with speaker.runtime.edge("test") as edge:
            await toys.change_matter(edge, matter)
        await eventually(lambda wanted=version: hearer.sql("SELECT 1 FROM parked WHERE version = $1", wanted))
    listed = await parked.list_parked(hearer.runtime)
    assert [(row["version"], row["error"], row["next_at"], row["tries"]) for row in listed] == [
        (2, "Permanent: never", None, 1),
        (3, "Behind", None, 0),
    ]

    # Said once, with the kind of the error and the event's id, and no word of what it says.
    (alarm,) = [line for line in map(json.loads, capsys.readouterr().err.splitlines()) if line["message"] == "inbox.parked_for_a_person"]
    assert (alarm["error"]["type"], alarm["labels"]["event_id"]) == ("Permanent", str(listed[0]["event_id"]))

    # Mended, the first goes through, and the second is fetched for anew.
    toys.trouble["permanent"].clear()
    toys.trouble["unfetched"].clear()
    async with hearer.runtime.edge("command:parked:retry") as edge:
        await parked.retry(edge, listed[0]["event_id"])
    await hearer.settle()
    assert [row["version"] for row in await hearer.sql("SELECT version FROM heard ORDER BY id")] == [1, 2, 3]
