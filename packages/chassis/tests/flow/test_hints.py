"""A hint reaches the other processes of a service, its connection is renewed after a loss, and what was missed is caught up."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from chassis import hints
from chassis.hints import Hints
from chassis.testing import Desk, eventually


@asynccontextmanager
async def listening(speaker: Desk, wake: Callable[[str], None], *loops: str) -> AsyncIterator[Hints]:
    found = Hints(speaker.runtime.db.asyncpg_dsn, "hinted", wake, lambda: loops)
    found.start()
    await found.connected.wait()
    try:
        yield found
    finally:
        await found.stop()


async def has(heard: list[str], loop: str) -> bool:
    return loop in heard


async def test_a_hint_wakes_the_other_process_and_not_its_own(speaker: Desk) -> None:
    mine: list[str] = []
    others: list[str] = []
    # Both have one process id, as two containers have.
    async with listening(speaker, mine.append) as sender, listening(speaker, others.append):
        sender.send(["relay", "ticker"])
        await eventually(lambda: has(others, "ticker"))
        assert sorted(others) == ["relay", "ticker"]
        assert mine == []


async def test_many_pokes_become_few_notifications(speaker: Desk) -> None:
    others: list[str] = []
    async with listening(speaker, lambda _: None) as sender, listening(speaker, others.append):
        for _ in range(200):
            sender.send(["relay"])
            await asyncio.sleep(0)
        await eventually(lambda: has(others, "relay"))
        await asyncio.sleep(5 * hints.PAUSE)
        assert len(others) < 20


async def test_a_lost_connection_is_renewed_and_what_was_missed_is_caught_up(speaker: Desk) -> None:
    heard: list[str] = []
    async with listening(speaker, heard.append, "relay", "ticker") as receiver, listening(speaker, lambda _: None) as sender:
        assert heard == ["relay", "ticker"]
        heard.clear()
        pid = (await speaker.sql("SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN%office_hinted%' ORDER BY backend_start"))[0][
            "pid"
        ]
        await speaker.sql("SELECT pg_terminate_backend($1)", pid)
        # The catch-up after the renewal pokes every loop, whatever was said meanwhile.
        await eventually(lambda: has(heard, "ticker"), within=5)
        await receiver.connected.wait()
        heard.clear()
        sender.send(["deliveries"])
        await eventually(lambda: has(heard, "deliveries"), within=5)
