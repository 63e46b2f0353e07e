"""Letters are read in a warm child process; one that overruns or breaks it comes back unread, for a person (DESIGN 7)."""

from collections import Counter
from typing import Any, Final

from chassis.log import logger
from chassis.reader.parent import Failure, WarmReader, clean
from chassis.runtime import Runtime
from kernel.decision import Reason
from kernel.mail.body import without_files
from kernel.mail.charsets import decoded

from dmca_svc.model.letter import UNREAD, ReadLetter
from dmca_svc.reading import Document
from dmca_svc.settings import DmcaSettings

log = logger(__name__)
OVERRAN: Final = Reason("reading_overran", "The letter took too long to be read; a person reads it.", "docs/security.md")
BROKE: Final = Reason("reading_broke", "The reader ended over this letter; a person reads it.", "docs/security.md")
_STATE = "dmca.reader"


class LetterReader:
    """One warm child that reads one letter at a time; the event loop only waits."""

    def __init__(self, settings: DmcaSettings) -> None:
        """Start nothing yet."""
        self._reader = WarmReader("dmca_svc.letters.child", seconds=settings.read_seconds, megabytes=settings.read_megabytes)

    async def read(self, raw: bytes, media_type: str) -> ReadLetter:
        """Read a letter; one that overruns or breaks the reader comes back unread, with the reason, for a person."""
        answers = await self._reader.ask({"media_type": media_type}, raw, answers=2)
        if answers.failed is not None:
            return _unread(raw, media_type, answers.found, OVERRAN if answers.failed is Failure.OVERRAN else BROKE)
        words, reading = answers.found
        # An agency's machine may send a letter that the law wants answered: only what says nothing under it goes without an answer.
        automatic = words["automatic"] and reading["document"] == Document.OTHER
        return ReadLetter(words["text"], reading, words["attachments"], words["sender"], automatic=automatic)

    async def warm(self) -> None:
        """Start the child before the first letter comes."""
        await self._reader.warm()

    async def close(self) -> None:
        """End the child."""
        await self._reader.close()

    @property
    def pid(self) -> int | None:
        """The child's process id, while there is one."""
        return self._reader.pid


def _unread(raw: bytes, media_type: str, found: list[dict[str, Any]], why: Reason) -> ReadLetter:
    log.warning("dmca.letter_unread", code=why.code)
    if found:
        words = found[0]
        return ReadLetter(words["text"], UNREAD, words["attachments"], words["sender"], why, words["automatic"])
    # A mail that cannot be taken apart may hold what must not be stored (D20): its original stays in the mail system.
    text, files = ("", []) if media_type == "message/rfc822" else without_files(decoded(raw, None))
    return ReadLetter(clean(text), UNREAD, Counter(files), failed=why)


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
