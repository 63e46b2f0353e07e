"""More actions than usual: said once for each time that it is so, whatever their number, and never in the way (R110)."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from ban_svc import rules
from ban_svc.app import SERVICE
from ban_svc.index import start_index
from chassis.testing import House


@pytest.fixture
async def quiet(house: House, office: Any) -> AsyncIterator[Any]:
    """An office in which nothing was enacted yet."""
    desk = await house.desk(SERVICE, fresh=True)
    await start_index(desk.runtime)
    found = type(office)(desk)
    yield found
    assert await desk.findings() == [] or hasattr(found, "broken")
    await desk.close()


async def burst(office: Any, number: int) -> None:
    """Enact so many at once, by eight people."""
    room = asyncio.Semaphore(8)

    async def one() -> None:
        async with room:
            answer = await office.enact(await office.signed(await office.proposed(office.spec("conduct_warning"))))
            assert answer.status_code == 200, answer.text

    await asyncio.gather(*(one() for _ in range(number)))


async def alarms(office: Any) -> list[dict[str, Any]]:
    """What was said of an unusual rate, oldest first."""
    rows = await office.desk.sql("SELECT convert_from(payload, 'UTF8') AS event FROM outbox ORDER BY id")
    events = [json.loads(row["event"]) for row in rows]
    return [event["action"]["rate"] for event in events if event["action_change_kind"] == "unusual_rate"]


async def test_a_crossing_is_told_once_and_again_only_after_it_was_usual_again(quiet: Any) -> None:
    usual = rules.usual_rate(on=quiet.desk.runtime.clock.law().date())
    await burst(quiet, usual.actions)
    assert await alarms(quiet) == []
    await burst(quiet, 6)
    (told,) = await alarms(quiet)
    assert told["enacted"] > told["usual"] == usual.actions
    assert told["days"] == usual.days
    # By the time that all of these lie back, the rate is usual: the next enactment ends the unusual time.
    await quiet.desk.advance(timedelta(days=usual.days + 1))
    await burst(quiet, 1)
    assert [row["ended_at"] is not None for row in await quiet.desk.sql("SELECT ended_at FROM unusual_time")] == [True]
    assert len(await alarms(quiet)) == 1


async def test_two_that_begin_an_unusual_time_at_once_are_one_in_the_database(quiet: Any) -> None:
    first, second = [await quiet.enacted(quiet.spec("conduct_warning")) for _ in range(2)]
    connection = await asyncpg.connect(quiet.desk.runtime.db.asyncpg_dsn)
    begin = "INSERT INTO unusual_time (action_id, since) VALUES ($1, now()) ON CONFLICT DO NOTHING RETURNING action_id"
    undone = connection.transaction()
    await undone.start()
    assert len(await connection.fetch(begin, first["id"])) == 1
    assert await connection.fetch(begin, second["id"]) == []
    await connection.execute("UPDATE unusual_time SET ended_at = since")
    assert len(await connection.fetch(begin, second["id"])) == 1
    await undone.rollback()
    await connection.close()


async def test_an_unusual_time_that_nobody_was_told_of_is_found(quiet: Any) -> None:
    silent = await quiet.enacted(quiet.spec("conduct_warning"))
    await quiet.desk.sql("INSERT INTO unusual_time (action_id, since) VALUES ($1, now())", silent["id"])
    assert "unusual-time-was-told" in {finding.invariant for finding in await quiet.desk.findings()}
    quiet.broken = True
