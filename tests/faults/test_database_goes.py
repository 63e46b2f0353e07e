"""Journey 7, first half: the database goes away and comes back, five times."""

import asyncio
import signal
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from office.demo import global_ban, real_notice

AWAY = 3.0


@pytest.fixture(scope="module")
async def ground(grounds: Any) -> AsyncIterator[Any]:
    """One whose database waits for the disk before it says that something is stored, as a real one does."""
    async with grounds(durable=True) as found:
        yield found


async def test_the_database_goes_away_five_times_under_journeys_1_and_2(ground: Any) -> None:
    child = await ground.start()
    stage = ground.stage(child)

    async def go_away() -> None:
        for _ in range(5):
            await ground.servers.postgres.kill()
            await asyncio.sleep(AWAY)
            await ground.servers.postgres.restart()
            # Until the house has come to itself, or it would be gone all the time.
            await stage.advance("PT0S")

    going = asyncio.create_task(go_away())
    bans, notices = 0, 0
    while not going.done():
        await global_ban.play(stage, f"Example Troll {uuid4().hex[:8]}")
        bans += 1
        await real_notice.play(stage)
        notices += 1
    await going
    await stage.advance("PT2M")
    enacted = await ground.sql("SELECT count(*) AS n FROM ban.action WHERE state = 'enacted'")
    restored = await ground.sql("SELECT state, count(*) AS n FROM dmca.notice GROUP BY state")
    assert enacted[0]["n"] == bans
    assert {row["state"]: row["n"] for row in restored} == {"restored": notices, "held": notices}
    await ground.nothing_is_lost_and_nothing_twice()
    await child.end(signal.SIGTERM)
