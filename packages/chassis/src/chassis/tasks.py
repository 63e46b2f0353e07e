"""How this process ends the tasks it began: cancelled until they have ended."""

import asyncio
from typing import Any

AGAIN = 5.0


async def end(*tasks: "asyncio.Future[Any]") -> None:
    """Cancel tasks and wait until each has ended, whatever it ended by.

    A cancellation can get lost in a library: `asyncio.wait_for` of Python 3.11 forgets one that comes together with its result.
    Then it is said again, or a process that was asked to end would stay for ever.
    """
    pending = {task for task in tasks if not task.done()}
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=AGAIN)
    # Looked at here, so that asyncio does not report it as something that nobody has looked at.
    for task in tasks:
        if not task.cancelled():
            task.exception()
