"""How letters leave the house: over SMTP, or in dev mode into a folder whose files are their receipts (DESIGN 3)."""

import os
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import aiosmtplib
from aiosmtplib import SMTPConnectError, SMTPResponseException, SMTPTimeoutError
from chassis.deliveries import NotDone, Refusal
from chassis.runtime import Runtime
from chassis.service import Carrier, Parcel
from starlette.concurrency import run_in_threadpool

from notify_svc import actions
from notify_svc.letters import header
from notify_svc.model import Channel, Letter
from notify_svc.settings import MailSettings, mail_of


def written(letter: Letter, sender: str, at: datetime) -> bytes:
    """Write a letter as a message: plain text, with HTML beside it as its alternative; the same Message-ID for every attempt.

    `at` is the law's time.

    Raises:
        Refusal: it names nobody to send it to, which no second attempt changes.
    """
    if not letter.to:
        raise Refusal("no_address")
    message = EmailMessage(policy=SMTP_POLICY)
    message["From"] = sender
    # An account is no address: it stands there so that whoever looks into the folder sees for whom it is.
    message["To"] = letter.to if letter.channel in {Channel.MAIL, Channel.STAFF} else _as_phrase(letter.to)
    message["Subject"] = header(letter.subject)
    message["Date"] = at
    message["Message-ID"] = letter.message_id
    message["X-Office-Channel"] = letter.channel.value
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text, charset="utf-8", cte="quoted-printable")
    if letter.html is not None:
        message.add_alternative(letter.html, subtype="html", charset="utf-8", cte="quoted-printable")
    return message.as_bytes()


async def send(runtime: Runtime, parcel: Parcel) -> dict[str, Any]:
    """Send a letter by SMTP; its receipt is the server's 250 after the final dot.

    Raises:
        NotDone: the server could not be reached, or said to come back later: it has surely not taken the letter.
        Refusal: the server refuses this letter for good.
        OSError, SMTPException: the connection broke while the letter was being handed over; it may have been taken.
    """
    settings, letter = mail_of(runtime), Letter.of_intent(parcel.intent)
    message = written(letter, settings.mail_from, runtime.clock.law())
    server = await _connected(settings)
    try:
        await _before_the_letter(server, settings, letter)
        try:
            # From here on the letter may be in the server's hands whatever becomes of the connection.
            answer = await server.data(message)
        except SMTPResponseException as error:
            raise _said(error) from error
    finally:
        server.close()
    return {"message_id": letter.message_id, "code": answer.code}


async def put(runtime: Runtime, parcel: Parcel) -> dict[str, Any]:
    """Write a letter into the home's mail folder; the file, which appears whole or not at all, is its receipt."""
    letter = Letter.of_intent(parcel.intent)
    message = written(letter, mail_of(runtime).mail_from, runtime.clock.law())
    return await run_in_threadpool(_write, _file_of(runtime, parcel.delivery_id), message)


async def look(runtime: Runtime, parcel: Parcel) -> dict[str, Any] | None:
    """Tell whether a letter lies in the folder."""
    return await run_in_threadpool(_read, _file_of(runtime, parcel.delivery_id))


CARRIERS = {
    # Nobody can ask an SMTP server what it has taken: no `read_back`, so that what broke off is uncertain.
    "smtp": Carrier(call=send, take_receipt=actions.take_receipt, take_failure=actions.take_failure),
    "folder": Carrier(call=put, take_receipt=actions.take_receipt, read_back=look, take_failure=actions.take_failure),
}
"""The ways out. A delivery keeps the one that it was made for, also when the settings change meanwhile."""


async def _connected(settings: MailSettings) -> aiosmtplib.SMTP:
    server = aiosmtplib.SMTP(
        hostname=settings.smtp_host, port=settings.smtp_port, timeout=settings.smtp_timeout, start_tls=settings.smtp_starttls, use_tls=False
    )
    try:
        await server.connect()
        if settings.smtp_user is not None and settings.smtp_password_file is not None:
            await server.login(settings.smtp_user, settings.smtp_password_file.read_text().strip())
    except SMTPResponseException as error:
        # A greeting or a password refused says nothing about the letter.
        server.close()
        raise NotDone(f"smtp_{error.code}") from error
    except (aiosmtplib.SMTPException, OSError) as error:
        server.close()
        raise NotDone(_code(error)) from error
    return server


async def _before_the_letter(server: aiosmtplib.SMTP, settings: MailSettings, letter: Letter) -> None:
    try:
        await server.mail(settings.mail_from)
        await server.rcpt(letter.to)
    except SMTPResponseException as error:
        raise _said(error) from error
    except (aiosmtplib.SMTPException, OSError) as error:
        raise NotDone(_code(error)) from error


def _said(error: SMTPResponseException) -> NotDone | Refusal:
    """4xx is for later and 5xx for good (RFC 5321, 4.2.1); both say that the letter was not taken."""
    code = f"smtp_{error.code}"
    return Refusal(code) if 500 <= error.code <= 599 else NotDone(code)


def _code(error: Exception) -> str:
    if isinstance(error, SMTPTimeoutError):
        return "smtp_timed_out"
    return "smtp_unreachable" if isinstance(error, SMTPConnectError | OSError) else "smtp_broke_off"


def _as_phrase(account: str) -> str:
    quoted = header(account).replace("\\", "\\\\").replace('"', '\\"')
    return quoted if account.isascii() and account.replace(" ", "").isalnum() else f'"{quoted}"'


def _file_of(runtime: Runtime, delivery_id: UUID) -> Path:
    return runtime.settings.home / "mail" / f"{delivery_id}.eml"


def _write(file: Path, message: bytes) -> dict[str, Any]:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_suffix(".draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened:
        opened.write(message)
        opened.flush()
        os.fsync(opened.fileno())
    draft.replace(file)
    return _receipt(file, message)


def _read(file: Path) -> dict[str, Any] | None:
    try:
        return _receipt(file, file.read_bytes())
    except FileNotFoundError:
        return None


def _receipt(file: Path, message: bytes) -> dict[str, Any]:
    return {"file": file.name, "sha256": sha256(message).hexdigest()}
