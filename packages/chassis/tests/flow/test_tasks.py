"""What this process began, it can end."""

import asyncio

import pytest
from chassis import tasks


async def test_a_cancellation_that_was_lost_is_said_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "AGAIN", 0.01)
    lost: list[str] = []

    async def forgetful() -> None:
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                if len(lost) == 2:
                    raise
                lost.append("one")

    async def failing() -> None:
        raise ValueError

    both = asyncio.create_task(forgetful()), asyncio.create_task(failing())
    await asyncio.sleep(0)
    await tasks.end(*both)
    assert [task.done() for task in both] == [True, True]
    assert len(lost) == 2


async def test_whoever_waits_for_the_end_can_be_cancelled() -> None:
    async def stubborn() -> None:
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                if asyncio.get_running_loop().time() > end:
                    raise

    end = asyncio.get_running_loop().time() + 60
    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    waiting = asyncio.create_task(tasks.end(task))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    end = 0
    await tasks.end(task)
