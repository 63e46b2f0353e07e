"""The parent of the reader's process; a mail that breaks a bound, overruns or kills it comes back unread, for a person (DESIGN 7, D20)."""

import re
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from chassis.log import logger
from chassis.reader.parent import Answers, WarmReader
from chassis.runtime import Runtime
from kernel.mail.automatic import Automatic
from kernel.mail.bounds import Bounds, Broken, head_of

from intake_svc.model.mail import Read
from intake_svc.settings import Settings, settings

log = logger(__name__)
BOUNDS: Final = Bounds()
_STATE: Final = "intake.mail.reader"
_ADDRESS: Final = re.compile(r'[^\s@<>"(),:;\\\[\]\x00-\x1f]{1,64}@[^\s@<>"(),:;\\\[\]\x00-\x1f]{1,189}')


class MailReader:
    """One warm child that reads one mail at a time; the event loop only waits."""

    def __init__(self, wanted: Settings) -> None:
        """Start nothing yet."""
        self._reader = WarmReader("intake_svc.mail.child", seconds=wanted.read_seconds, megabytes=wanted.read_megabytes)

    async def read(self, raw: bytes) -> Read:
        """Read a mail. Of one that is too large only the headers are handed over."""
        size, broken = len(raw), None
        if size > BOUNDS.bytes:
            raw, broken = head_of(raw, BOUNDS.header), Broken.TOO_LARGE
        return _read(await self._reader.ask({"bounds": asdict(BOUNDS), "broken": broken}, raw, answers=2), size)

    async def warm(self) -> None:
        """Start the child before the first mail comes."""
        await self._reader.warm()

    async def close(self) -> None:
        """End the child."""
        await self._reader.close()

    @property
    def pid(self) -> int | None:
        """The child's process id, while there is one."""
        return self._reader.pid


def _read(answers: Answers, size: int) -> Read:
    """Put together what came back, much or little."""
    found: dict[str, Any] = {}
    for one in answers.found:
        found |= {name: value for name, value in one.items() if value is not None}
    if answers.failed is not None:
        found["why"] = f"reading_{answers.failed}"
        log.warning("intake.mail_unread", code=found["why"])
    sender = found.get("sender")
    return Read(
        size=size,
        text=found.get("text", ""),
        own=found.get("own", ""),
        attachments=found.get("attachments", {}),
        message_id=found.get("message_id"),
        references=tuple(found.get("references", ())),
        recipients=tuple(found.get("recipients", ())),
        sender=sender if sender and is_mail_address(sender) else None,
        name=found.get("name"),
        subject=found.get("subject"),
        automatic=Automatic(found["automatic"]) if found.get("automatic") else None,
        arrived=datetime.fromisoformat(found["arrived"]) if found.get("arrived") else None,
        why=found.get("why"),
    )


def is_mail_address(said: str) -> bool:
    """Whether something is an address that a letter can be sent to."""
    return bool(_ADDRESS.fullmatch(said))


def reader_of(runtime: Runtime) -> MailReader:
    """Give this process's reader, which is made at the first question."""
    reader: MailReader = runtime.state.setdefault(_STATE, None) or MailReader(settings())
    runtime.state[_STATE] = reader
    return reader


async def close(runtime: Runtime) -> None:
    """End the reader with the service."""
    await reader_of(runtime).close()
