"""What the headers of a mail claim: who, to whom, in answer to what, when it arrived. Headers lie, and none of this is proof (RFC 5322)."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import dataclass
from email.utils import getaddresses, parseaddr, parsedate_to_datetime
from typing import TYPE_CHECKING, Final

from kernel.mail.automatic import Automatic, automatic_as
from kernel.mail.letter import header, sender_of

if TYPE_CHECKING:
    from datetime import datetime

MOST_REFERENCES: Final = 50
MOST_RECIPIENTS: Final = 50
_ID: Final = re.compile(r"<([^<>\s]{1,300})>")


@dataclass(frozen=True, slots=True)
class Envelope:
    """A mail's headers as far as anything here asks about them.

    `references` are the mails it answers, newest first; `recipients` in the order in which they bind: how it was delivered before whom it
    names. `arrived` is the time on the topmost stamp of its way, which the last mail system put there.
    """

    message_id: str | None = None
    references: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    sender: str | None = None
    name: str | None = None
    subject: str | None = None
    automatic: Automatic | None = None
    arrived: datetime | None = None


def envelope_of(head: bytes) -> Envelope:
    """Read the headers of a mail. Never raises on any bytes."""
    message = email.message_from_bytes(head, policy=email.policy.compat32)
    sender = sender_of(message)
    own = _ID.search(header(message, "Message-ID") or "")
    return Envelope(
        message_id=own[1] if own else None,
        references=_references(message),
        recipients=_recipients(message),
        sender=sender,
        name=parseaddr(header(message, "From") or "")[0][:200] or None if sender else None,
        subject=header(message, "Subject"),
        automatic=automatic_as(message, header, sender),
        arrived=_arrived(header(message, "Received")),
    )


def _references(message: email.message.Message) -> tuple[str, ...]:
    """Give the ids of the mails that this one answers, the nearest first."""
    answered = _ID.findall(str(message.get("In-Reply-To", ""))[:4_096])
    before = _ID.findall(str(message.get("References", ""))[-32_000:])
    return tuple(dict.fromkeys([*answered, *reversed(before)]))[:MOST_REFERENCES]


def _recipients(message: email.message.Message) -> tuple[str, ...]:
    said: list[str] = []
    for name in ("Delivered-To", "X-Original-To", "To"):
        values = [str(value)[:8_192] for value in message.get_all(name, [])[:MOST_RECIPIENTS]]
        said += [address.lower() for _, address in getaddresses(values) if address]
    return tuple(dict.fromkeys(said))[:MOST_RECIPIENTS]


def _arrived(stamp: str | None) -> datetime | None:
    if stamp is None or ";" not in stamp:
        return None
    try:
        found = parsedate_to_datetime(stamp.rpartition(";")[2].strip())
    except (ValueError, OverflowError, TypeError):
        return None
    return found if found.tzinfo is not None else None
