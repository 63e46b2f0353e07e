"""From the bytes that came in to the letter's text: plain text or mail, attachments counted and never opened (RFC 5322, RFC 2045, D20)."""

from __future__ import annotations

import email
import email.errors
import email.header
import email.policy
from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import TYPE_CHECKING, Final

from kernel.mail.automatic import is_automatic
from kernel.mail.body import UNKNOWN, content_of, is_text, unflowed, without_blocks, without_data
from kernel.mail.charsets import charset_of, decoded
from kernel.mail.page import looks_like_page, text_of_html

if TYPE_CHECKING:
    from email.message import Message

MAX_DEPTH: Final = 6
"""A mail within a mail is a forward; deeper than this nobody forwards a letter, and the rest is counted as attached."""

MAX_PARTS: Final = 200
"""Parts that are looked at; the stream of a hostile mail can hold a million empty ones."""

MOST_WORDS_OF_A_STUB: Final = 40
"""So long is what a program puts in the plain part that it does not fill: "your program cannot show this message"."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter's own text, what hung on it by media type, and what its headers claim (headers lie).

    `automatic`: the mail says itself that no person wrote it. `sender` is None where the mail names two.
    """

    text: str
    attachments: list[str] = field(default_factory=list)
    message_id: str | None = None
    sender: str | None = None
    subject: str | None = None
    automatic: bool = False


def letter_text(raw: bytes, media_type: str) -> Letter:
    """Give the letter in `raw`: `message/rfc822` is read as mail, `text/html` as a page, everything else as plain text.

    Files are counted and not kept, whether they hang on it or are written into its words. Never raises on any bytes: what cannot be
    decoded is replaced by U+FFFD, and what is no text at all gives no words.
    """
    kind = media_type.partition(";")[0].strip().lower()
    if kind == "message/rfc822":
        try:
            return _mail(raw)
        except RecursionError:
            return Letter(text="", attachments=[kind])
    text, files = words_of(decoded(raw, charset_of(media_type)), kind)
    return Letter(text=text, attachments=files)


def words_of(text: str, kind: str) -> tuple[str, list[str]]:
    """Give the words of one body, those of a page where it is one, whatever it calls itself; and the types of files written into it."""
    # Addresses stand in a page's tags, blocks of code among its words.
    text, addressed = without_data(text)
    is_page = kind == "text/html" or looks_like_page(text)
    words, blocks = without_blocks(text_of_html(text) if is_page else text)
    return words, addressed + blocks


def _mail(raw: bytes) -> Letter:
    # compat32 never raises on a broken header, and leaves them raw: the modern policy parses each address when it is read.
    message = email.message_from_bytes(raw, policy=email.policy.compat32)
    texts: list[str] = []
    attachments: list[str] = []
    _collect(message, texts, attachments, depth=0, seen=[0])
    sender = sender_of(message)
    return Letter(
        text="\n\n".join(text for text in texts if text.strip()),
        attachments=attachments,
        message_id=header(message, "Message-ID"),
        sender=sender,
        subject=header(message, "Subject"),
        automatic=is_automatic(message, header, sender),
    )


def _collect(part: Message, texts: list[str], attachments: list[str], *, depth: int, seen: list[int]) -> None:
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
    # What calls itself many parts and has none is a body whose boundary was lost on the way.
    if children is not None or (kind not in {"text/plain", "text/html"} and part.get_content_maintype() != "multipart") or _attached(part):
        attachments.append(kind)
        return
    content = content_of(part)
    if not is_text(content, part.get_content_charset()):
        attachments.append(UNKNOWN)
        return
    text, files = words_of(decoded(content, part.get_content_charset()), kind)
    attachments += files
    if str(part.get_param("format", "")).lower() == "flowed":
        text = unflowed(text, joined=str(part.get_param("delsp", "")).lower() == "yes")
    texts.append(text)


def _plainest(parts: list[Message]) -> list[Message]:
    """Of the same words in several dresses take the plain one, unless it is none of them.

    Some programs leave it empty, or have it say no more than that the letter is to be read elsewhere.
    """
    plain, page = (
        next((part for part in parts if part.get_content_type() == kind and not _attached(part) and content_of(part).strip()), None)
        for kind in ("text/plain", "text/html")
    )
    if plain is not None and page is not None:
        said = len(content_of(plain).split())
        if said <= MOST_WORDS_OF_A_STUB and len(text_of_html(decoded(content_of(page), page.get_content_charset())).split()) > 4 * said:
            return [page]
    chosen = plain or page
    return [chosen] if chosen is not None else parts[-1:]


def _attached(part: Message) -> bool:
    """Whether a part is a file: it says so, or has a file's name."""
    return (part.get_content_disposition() or "") == "attachment" or bool(part.get_filename())


def sender_of(message: Message) -> str | None:
    """Give the one address that the mail says it is from; with two of them nobody knows."""
    said = {parseaddr(_decoded_header(str(value)))[1].lower(): str(value) for value in message.get_all("From", [])}
    if len(said) != 1:
        return None
    return parseaddr(header(message, "From") or "")[1][:320] or None


def header(message: Message, name: str) -> str | None:
    """Give a header as a person would read it, at most 998 characters; None where there is none."""
    value = message.get(name)
    return None if value is None else _decoded_header(str(value)) or None


def _decoded_header(value: str) -> str:
    text = " ".join(value.split())[:998]
    try:
        pieces = email.header.decode_header(text)
    except (ValueError, LookupError, email.errors.HeaderParseError):
        return text  # a header that lies about its own coding is kept as it was written
    return "".join(piece if isinstance(piece, str) else decoded(piece, charset) for piece, charset in pieces)
