"""The parent of the reader's process: it starts it, hands it letters, ends it when it overruns, and starts it anew (DESIGN 7)."""

import asyncio
import json
import sys
from collections import Counter
from contextlib import suppress
from typing import Any, Final

from chassis.log import logger
from chassis.runtime import Runtime
from kernel.decision import Reason

from dmca_svc.letters.child import LENGTH
from dmca_svc.model.letter import UNREAD, ReadLetter
from dmca_svc.reading import Document
from dmca_svc.reading.body import without_files
from dmca_svc.reading.charsets import decoded
from dmca_svc.settings import DmcaSettings

log = logger(__name__)
OVERRAN: Final = Reason("reading_overran", "The letter took too long to be read; a person reads it.", "docs/security.md")
BROKE: Final = Reason("reading_broke", "The reader ended over this letter; a person reads it.", "docs/security.md")
_STATE = "dmca.reader"


class LetterReader:
    """One warm child that reads one letter at a time; the event loop only waits."""

    def __init__(self, settings: DmcaSettings) -> None:
        """Start nothing yet."""
        self._settings = settings
        self._turn = asyncio.Lock()
        self._child: asyncio.subprocess.Process | None = None

    async def read(self, raw: bytes, media_type: str) -> ReadLetter:
        """Read a letter; one that overruns or breaks the reader comes back unread, with the reason, for a person."""
        async with self._turn:
            words: dict[str, Any] = {}
            try:
                try:
                    reading = await self._ask(raw, media_type, words)
                except TimeoutError:
                    # An OSError to Python, and no reason to try again.
                    raise
                except (EOFError, OSError):
                    # It may have died of something else, or before: a fresh one has one more try.
                    await self._end()
                    words.clear()
                    reading = await self._ask(raw, media_type, words)
            except TimeoutError:
                return await self._unread(raw, media_type, words, OVERRAN)
            except (EOFError, OSError, ValueError):
                return await self._unread(raw, media_type, words, BROKE)
            except BaseException:
                # Cancelled between a question and its answer: the next question must not get this one's.
                await self._end()
                raise
            # An agency's machine may send a letter that the law wants answered: only what says nothing under it goes without an answer.
            automatic = words["automatic"] and reading["document"] == Document.OTHER
            return ReadLetter(words["text"], reading, words["attachments"], words["sender"], automatic=automatic)

    async def warm(self) -> None:
        """Start the child before the first letter comes."""
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

    async def _ask(self, raw: bytes, media_type: str, words: dict[str, Any]) -> dict[str, Any]:
        child = await self._living()
        if child.stdin is None or child.stdout is None:
            raise EOFError
        seconds = self._settings.read_seconds
        head = json.dumps({"media_type": media_type, "size": len(raw), "seconds": seconds}).encode()
        async with asyncio.timeout(seconds):
            child.stdin.write(LENGTH.pack(len(head)) + head)
            child.stdin.write(raw)
            await child.stdin.drain()
            words.update(await _frame(child.stdout))
            return await _frame(child.stdout)

    async def _living(self) -> asyncio.subprocess.Process:
        if self._child is None or self._child.returncode is not None:
            self._child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "dmca_svc.letters.child",
                str(self._settings.read_megabytes),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                # A traceback would hold the letter.
                stderr=asyncio.subprocess.DEVNULL,
            )
        return self._child

    async def _unread(self, raw: bytes, media_type: str, words: dict[str, Any], why: Reason) -> ReadLetter:
        log.warning("dmca.letter_unread", code=why.code)
        await self._end()
        if words:
            return ReadLetter(words["text"], UNREAD, words["attachments"], words["sender"], why, words["automatic"])
        # A mail that cannot be taken apart may hold what must not be stored (D20): its original stays in the mail system.
        text, files = ("", []) if media_type == "message/rfc822" else without_files(decoded(raw, None))
        return ReadLetter(clean(text), UNREAD, Counter(files), failed=why)

    async def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        with suppress(ProcessLookupError):
            child.kill()
        # To the end of its pipes, so that nothing of the transport is left behind.
        await asyncio.shield(child.communicate())


def reader_of(runtime: Runtime) -> LetterReader:
    """Give this process's reader, which is made at the first question."""
    reader: LetterReader = runtime.state.setdefault(_STATE, None) or LetterReader(DmcaSettings())
    runtime.state[_STATE] = reader
    return reader


async def warm(runtime: Runtime) -> None:
    """Start the reader with the service."""
    await reader_of(runtime).warm()


async def close(runtime: Runtime) -> None:
    """End the reader with the service."""
    await reader_of(runtime).close()


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
