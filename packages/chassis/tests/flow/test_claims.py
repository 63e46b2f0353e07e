"""A claim is held by one worker, dies with its holder, and what is lost cancels the work in hand."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from chassis import claim
from chassis.claim import Claims
from chassis.testing import Desk, eventually

HOLDER = """
import asyncio, sys
from chassis.claim import Claims

async def work():
    print("mine", flush=True)
    await asyncio.sleep(3600)

asyncio.run(Claims(sys.argv[1], "intake").while_holding("relay", work))
"""
HOLDERS = """SELECT a.pid FROM pg_locks l JOIN pg_stat_activity a USING (pid)
             WHERE l.locktype = 'advisory' AND l.granted AND a.datname = current_database()"""


class Work:
    """Work under a claim that says when it begins and when it is cancelled."""

    def __init__(self) -> None:
        self.begun = 0
        self.cancelled = 0

    async def __call__(self) -> None:
        self.begun += 1
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise


@asynccontextmanager
async def claimed(dsn: str, work: Callable[[], Any]) -> AsyncIterator[None]:
    claims = Claims(dsn, "intake")
    task = asyncio.create_task(claims.while_holding("relay", work))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await claims.close()


async def holders(speaker: Desk) -> list[int]:
    return [row["pid"] for row in await speaker.sql(HOLDERS)]


async def count(work: Work, begun: int, cancelled: int) -> bool:
    return (work.begun, work.cancelled) == (begun, cancelled)


async def test_a_lost_connection_cancels_the_work_and_a_successor_takes_over(speaker: Desk) -> None:
    dsn = speaker.runtime.db.asyncpg_dsn
    first, second = Work(), Work()
    async with claimed(dsn, first):
        await eventually(lambda: count(first, 1, 0))
        async with claimed(dsn, second):
            (holder,) = await holders(speaker)
            # The successor is there before the loss, and waits.
            assert second.begun == 0
            await speaker.sql("SELECT pg_terminate_backend($1)", holder)
            # Whichever of the two is quicker holds it now, and never both work.
            await eventually(lambda: cancelled(first))
            await eventually(lambda: count_working(first, second))
            assert len(await holders(speaker)) == 1


async def cancelled(work: Work) -> bool:
    return work.cancelled == 1


async def count_working(*works: Work) -> bool:
    return sum(work.begun - work.cancelled for work in works) == 1


async def test_a_worker_killed_with_9_frees_its_claim(speaker: Desk) -> None:
    dsn = speaker.runtime.db.asyncpg_dsn
    holder = await asyncio.create_subprocess_exec(sys.executable, "-c", HOLDER, dsn, stdout=asyncio.subprocess.PIPE)
    try:
        assert holder.stdout is not None
        assert await holder.stdout.readline() == b"mine\n"
        work = Work()
        async with claimed(dsn, work):
            await asyncio.sleep(2 * claim.TRY_AGAIN)
            assert work.begun == 0
            holder.kill()
            await eventually(lambda: count(work, 1, 0), within=5, what="the successor's turn")
    finally:
        if holder.returncode is None:
            holder.kill()
        await holder.wait()


async def test_a_connection_that_fell_silent_counts_as_lost(speaker: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claim, "STILL_THERE", 0.1)
    work = Work()
    async with silent_relay(speaker) as (dsn, fall_silent), claimed(dsn, work):
        await eventually(lambda: count(work, 1, 0))
        fall_silent()
        await eventually(lambda: count(work, 1, 1), within=5, what="the end of the work")


async def test_work_that_fails_gives_its_claim_back(speaker: Desk) -> None:
    claims = Claims(speaker.runtime.db.asyncpg_dsn, "intake")

    async def fail() -> None:
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError):
        await claims.while_holding("relay", fail)
    assert await holders(speaker) == []
    await claims.close()


@asynccontextmanager
async def silent_relay(speaker: Desk) -> AsyncIterator[tuple[str, Callable[[], None]]]:
    """A way to the database that can stop carrying anything without closing, as a network does."""
    parts = urlsplit(speaker.runtime.db.asyncpg_dsn)
    carrying = True

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            if carrying:
                writer.write(data)

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(parts.hostname, parts.port)
        ways = asyncio.gather(carry(reader, back), carry(there, writer), return_exceptions=True)
        try:
            await ways
        finally:
            back.close()
            writer.close()

    def fall_silent() -> None:
        nonlocal carrying
        carrying = False

    server = await asyncio.start_server(meet, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    netloc = f"{parts.netloc.rpartition('@')[0]}@127.0.0.1:{port}"
    try:
        yield urlunsplit((parts.scheme, netloc, parts.path, "", "")), fall_silent
    finally:
        server.close()
