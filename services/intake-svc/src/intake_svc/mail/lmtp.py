"""The listener to which a mail system hands mail over (LMTP, RFC 2033): 250 for what is committed, 4xx for later, 5xx for never."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any, Final
from weakref import WeakSet

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import Envelope, Session
from chassis.errors import TooMany
from chassis.log import logger
from chassis.runtime import Runtime
from kernel.mail.automatic import Automatic
from kernel.mail.bounds import Broken

from intake_svc.actions.mail import arrive
from intake_svc.mail.figures import count
from intake_svc.mail.reader import BOUNDS, is_mail_address, reader_of
from intake_svc.model.mail import Mailbox, Read
from intake_svc.rules.mail import mailbox_of
from intake_svc.settings import Settings, settings

log = logger(__name__)
OPERATION: Final = "lmtp:mail:take"
MOST_RECIPIENTS: Final = 100
LONGEST_LINE: Final = 64_000
SILENCE: Final = 60.0
DRAIN: Final = 10.0

TAKEN: Final = "250 2.0.0 Taken"
LATER: Final = "451 4.3.0 Not now: try again"
TOO_OFTEN: Final = "451 4.7.1 Too many from this sender: try again in a minute"
NO_MAILBOX: Final = "550 5.1.1 There is no such mailbox here"
TOO_LARGE: Final = "552 5.3.4 The mail is too large"
ENOUGH: Final = "452 4.5.3 Too many recipients"


class Listener(LMTP):
    """One connection. After a mail each recipient has an answer of its own, whatever the library thinks of the mail (RFC 2033)."""

    line_length_limit = LONGEST_LINE
    _hands_over = False

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802  # the library's name
        """Take a mail. Only here it has a bound: announced, a larger one would be turned away before anybody knew to whom it went."""
        self._hands_over, self.data_size_limit = self.envelope is not None and bool(self.envelope.rcpt_tos), BOUNDS.bytes
        try:
            await super().smtp_DATA(arg)
        finally:
            self._hands_over, self.data_size_limit = False, None

    async def push(self, status: Any) -> None:
        """Answer; what the library says once of a mail is said for each recipient."""
        if self._hands_over and self.envelope is not None and isinstance(status, str) and not status.startswith("354"):
            if status.startswith("552"):
                status = await self.event_handler.note_too_large(self.envelope)
            elif "\r\n" not in status:
                status = "\r\n".join([status] * max(1, len(self.envelope.rcpt_tos)))
            self._hands_over = False
        await super().push(status)


class Mailroom:
    """What is done with the commands of a connection: the library's hooks."""

    def __init__(self, runtime: Runtime, wanted: Settings) -> None:
        """Nothing is in hand yet."""
        self._runtime = runtime
        self._domain = wanted.mail_domain
        self._in_hand = 0
        self.idle = asyncio.Event()
        self.idle.set()

    async def handle_RCPT(  # noqa: N802  # the library's name
        self, _server: Listener, _session: Session, envelope: Envelope, address: str, _options: Sequence[str]
    ) -> str:
        """Take a recipient that is a mailbox of ours."""
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return ENOUGH
        if mailbox_of([address], self._domain) is None:
            return NO_MAILBOX
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: Listener, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # the library's name
        """Read a mail once, and take it in for each of its recipients, each in a transaction of its own."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        with self._hand():
            try:
                read = _with_sender(await reader_of(self._runtime).read(content), envelope.mail_from)
            except Exception as error:  # noqa: BLE001  # whatever it is, the mail system keeps the mail and comes again
                log.warning("intake.mail_not_taken", error=type(error).__name__)
                return "\r\n".join([LATER] * len(envelope.rcpt_tos))
            return "\r\n".join([await self._take(one, read) for one in envelope.rcpt_tos])

    async def note_too_large(self, envelope: Envelope) -> str:
        """Put a mail before a person that was too large to be taken: its sender is told by their mail system, and nothing of it is here."""
        read = _with_sender(Read(size=BOUNDS.bytes, why=Broken.TOO_LARGE), envelope.mail_from)
        with self._hand():
            return "\r\n".join([TOO_LARGE if await self._take(one, read) == TAKEN else LATER for one in envelope.rcpt_tos])

    async def handle_exception(self, error: Exception) -> str:
        """Answer what the library could not; its own answer would show the error."""
        log.warning("intake.lmtp_failed", error=type(error).__name__)
        return LATER

    @contextmanager
    def _hand(self) -> Iterator[None]:
        """Have a mail in hand: the process ends only after its answer."""
        self._in_hand += 1
        self.idle.clear()
        try:
            yield
        finally:
            self._in_hand -= 1
            if not self._in_hand:
                self.idle.set()

    async def _take(self, address: str, read: Read) -> str:
        mailbox = mailbox_of([address], self._domain)
        if mailbox is None:
            return NO_MAILBOX
        try:
            row = await _take_in(self._runtime, mailbox, read)
        except TooMany:
            return TOO_OFTEN
        except Exception as error:  # noqa: BLE001  # whatever it is, the mail system keeps the mail and comes again
            log.warning("intake.mail_not_taken", mailbox=mailbox.value, error=type(error).__name__)
            return LATER
        if row is not None:
            count(*row)
        return TAKEN


async def _take_in(runtime: Runtime, mailbox: Mailbox, read: Read) -> tuple[str, str] | None:
    """Take a mail in; give where and as what, None where it had come before."""
    async with runtime.edge(OPERATION) as edge:
        arrived = await arrive(edge, mailbox, read)
    # What is counted is committed.
    return None if arrived.again else (str(arrived.row.mailbox), str(arrived.row.taken_as))


def _with_sender(read: Read, mail_from: str | None) -> Read:
    """Add what the hand-over itself says: a mail from nobody is a mail system's own, and a mail that names no sender has one here."""
    if mail_from is not None and not mail_from.strip("<>") and read.automatic is None:
        return replace(read, automatic=Automatic.BOUNCE)
    if read.sender is None and mail_from and is_mail_address(mail_from):
        return replace(read, sender=mail_from)
    return read


async def listen(runtime: Runtime) -> None:
    """Listen until this is cancelled, and then finish what is in hand; without a port there is no listener."""
    wanted = settings()
    if wanted.lmtp_port is None:
        return
    await serve(runtime, wanted)


async def serve(runtime: Runtime, wanted: Settings, *, bound: asyncio.Future[int] | None = None) -> None:
    """Serve on the address of the settings; `bound` is told the port."""
    # The library tells addresses and lines of mail.
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    mailroom = Mailroom(runtime, wanted)
    loop = asyncio.get_running_loop()
    open_now: WeakSet[Listener] = WeakSet()

    def connection() -> Listener:
        made = Listener(mailroom, data_size_limit=None, enable_SMTPUTF8=True, hostname="office", ident="office", timeout=SILENCE, loop=loop)
        open_now.add(made)
        return made

    server = await loop.create_server(connection, wanted.lmtp_host, wanted.lmtp_port)
    if bound is not None:
        bound.set_result(server.sockets[0].getsockname()[1])
    try:
        await server.serve_forever()
    finally:
        server.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN):
                await mailroom.idle.wait()
        for one in list(open_now):
            if one.transport is not None:
                one.transport.close()
