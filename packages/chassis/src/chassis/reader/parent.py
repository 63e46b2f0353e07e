"""The parent's side: it starts the child, hands it one thing at a time, ends it when it overruns, and starts it anew."""

import asyncio
import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from chassis.reader.child import LENGTH


class Failure(StrEnum):
    """How the reading of a thing failed."""

    OVERRAN = "overran"
    BROKE = "broke"


@dataclass(slots=True)
class Answers:
    """What the child answered, and how it failed after that, if it did."""

    found: list[dict[str, Any]] = field(default_factory=list)
    failed: Failure | None = None


class WarmReader:
    """One warm child, `python -m MODULE MEGABYTES`, that reads one thing at a time; the event loop only waits."""

    def __init__(self, module: str, *, seconds: float, megabytes: int) -> None:
        """Start nothing yet. `seconds` is what one thing may take, `megabytes` what the child may, its interpreter included."""
        self._module = module
        self._seconds = seconds
        self._megabytes = megabytes
        self._turn = asyncio.Lock()
        self._child: asyncio.subprocess.Process | None = None

    async def ask(self, head: Mapping[str, Any], content: bytes, *, answers: int) -> Answers:
        """Have one thing read, and take as many answers; one that overruns or breaks the child keeps those that came before."""
        async with self._turn:
            found = Answers()
            try:
                try:
                    await self._ask(head, content, answers, found)
                except TimeoutError:
                    # An OSError to Python, and no reason to try again.
                    raise
                except (EOFError, OSError):
                    # It may have died of something else, or before: a fresh one has one more try.
                    await self._end()
                    found.found.clear()
                    await self._ask(head, content, answers, found)
            except TimeoutError:
                found.failed = Failure.OVERRAN
            except (EOFError, OSError, ValueError):
                found.failed = Failure.BROKE
            except BaseException:
                # Cancelled between a question and its answer: the next question must not get this one's.
                await self._end()
                raise
            if found.failed:
                await self._end()
            return found

    async def warm(self) -> None:
        """Start the child before the first thing comes."""
        async with self._turn:
            await self._living()

    async def close(self) -> None:
        """End the child."""
        async with self._turn:
            await self._end()

    @property
    def pid(self) -> int | None:
        """The child's process id, while there is one."""
        return self._child.pid if self._child else None

    async def _ask(self, head: Mapping[str, Any], content: bytes, answers: int, into: Answers) -> None:
        child = await self._living()
        if child.stdin is None or child.stdout is None:
            raise EOFError
        told = json.dumps({**head, "size": len(content), "seconds": self._seconds}).encode()
        async with asyncio.timeout(self._seconds):
            child.stdin.write(LENGTH.pack(len(told)) + told)
            child.stdin.write(content)
            await child.stdin.drain()
            for _ in range(answers):
                into.found.append(await _frame(child.stdout))

    async def _living(self) -> asyncio.subprocess.Process:
        if self._child is None or self._child.returncode is not None:
            self._child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                self._module,
                str(self._megabytes),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                # A traceback would hold what was read.
                stderr=asyncio.subprocess.DEVNULL,
            )
        return self._child

    async def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        with suppress(ProcessLookupError):
            child.kill()
        # To the end of its pipes, so that nothing of the transport is left behind.
        await asyncio.shield(child.communicate())


def clean(text: str) -> str:
    """Put U+FFFD where PostgreSQL can store no character and UTF-8 has none."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


async def _frame(stream: asyncio.StreamReader) -> dict[str, Any]:
    size = LENGTH.unpack(await stream.readexactly(LENGTH.size))[0]
    found: dict[str, Any] = _cleaned(json.loads(await stream.readexactly(size)))
    return found


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {key: _cleaned(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_cleaned(part) for part in value]
    return value
