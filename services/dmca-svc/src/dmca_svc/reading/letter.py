"""From the bytes that came in to the letter's text: plain text or mail, attachments counted and never opened (RFC 5322, RFC 2045)."""

from __future__ import annotations

import email
import email.errors
import email.header
import email.policy
from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import TYPE_CHECKING, Final

from dmca_svc.reading.page import text_of_html

if TYPE_CHECKING:
    from email.message import EmailMessage, Message

MAX_DEPTH: Final = 6
"""A mail within a mail is a forward; deeper than this nobody forwards a letter, and the rest is counted as attached."""

MAX_PARTS: Final = 200
"""Parts that are looked at; the stream of a hostile mail can hold a million empty ones."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter's own text, what hung on it as (media type, size in bytes), and what its headers claim (headers lie)."""

    text: str
    attachments: list[tuple[str, int]] = field(default_factory=list)
    message_id: str | None = None
    sender: str | None = None
    subject: str | None = None
    automatic: bool = False
    """RFC 3834: the mail says itself that no person wrote it; it gets no answer."""


def letter_text(raw: bytes, media_type: str) -> Letter:
    """Give the letter in `raw`: `message/rfc822` is read as mail, `text/html` as a page, everything else as plain text.

    Never raises on any bytes: what cannot be decoded is replaced by U+FFFD.
    """
    kind = media_type.partition(";")[0].strip().lower()
    if kind == "message/rfc822":
        return _mail(raw)
    charset = _charset(media_type)
    text = decoded(raw, charset)
    return Letter(text=text_of_html(text) if kind == "text/html" else text)


def decoded(raw: bytes, charset: str | None) -> str:
    """Decode by the charset that was named, else as UTF-8, else as windows-1252, the commonest old one."""
    for name in (charset, "utf-8", "windows-1252"):
        try:
            if name:
                return raw.decode(name)
        except (LookupError, ValueError):
            continue
    return raw.decode("utf-8", "replace")


def _charset(media_type: str) -> str | None:
    for parameter in media_type.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip('"')
    return None


def _mail(raw: bytes) -> Letter:
    # compat32 never raises on a broken header, and leaves them raw: the modern policy parses each address when it is read.
    message = email.message_from_bytes(raw, policy=email.policy.compat32)
    texts: list[str] = []
    attachments: list[tuple[str, int]] = []
    _collect(message, texts, attachments, depth=0, seen=[0])
    return Letter(
        text="\n\n".join(text for text in texts if text.strip()),
        attachments=attachments,
        message_id=_header(message, "Message-ID"),
        sender=parseaddr(_header(message, "From") or "")[1][:320] or None,
        subject=_header(message, "Subject"),
        automatic=_automatic(message),
    )


def _collect(part: Message | EmailMessage, texts: list[str], attachments: list[tuple[str, int]], *, depth: int, seen: list[int]) -> None:
    seen[0] += 1
    if seen[0] > MAX_PARTS:
        return
    kind = part.get_content_type()
    children = part.get_payload() if part.is_multipart() else None
    if isinstance(children, list) and depth < MAX_DEPTH:
        chosen = [child for child in children if not isinstance(child, str)]
        if kind == "multipart/alternative":
            chosen = _plainest(chosen)
        for child in chosen:
            _collect(child, texts, attachments, depth=depth + 1, seen=seen)
        return
    body = part.get_payload(decode=True)
    content = body if isinstance(body, bytes) else b""
    if kind in {"text/plain", "text/html"} and not _attached(part):
        text = decoded(content, part.get_content_charset())
        texts.append(text_of_html(text) if kind == "text/html" else text)
    else:
        attachments.append((kind, len(content)))


def _plainest(parts: list[Message]) -> list[Message]:
    """Of the same words in several dresses take the plain one; an empty plain one (HTML-only mail by some programs) does not count."""
    for wanted in ("text/plain", "text/html"):
        for part in parts:
            payload = part.get_payload(decode=True) if part.get_content_type() == wanted else None
            if isinstance(payload, bytes) and payload.strip():
                return [part]
    return parts[-1:]


def _attached(part: Message) -> bool:
    return (part.get_content_disposition() or "") == "attachment"


def _header(message: Message, name: str) -> str | None:
    value = message.get(name)
    if value is None:
        return None
    text = " ".join(str(value).split())[:998]
    try:
        pieces = email.header.decode_header(text)
        text = "".join(piece if isinstance(piece, str) else decoded(piece, charset) for piece, charset in pieces)
    except (ValueError, LookupError, email.errors.HeaderParseError):
        pass  # a header that lies about its own coding is kept as it was written
    return text or None


def _automatic(message: Message) -> bool:
    said = (_header(message, "Auto-Submitted") or "no").lower()
    bulk = (_header(message, "Precedence") or "").lower()
    return said != "no" or bulk in {"bulk", "junk", "auto_reply"}
