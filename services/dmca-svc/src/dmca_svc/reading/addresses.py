"""The addresses in a letter, however they were written: defanged, wrapped, in brackets, in Markdown, without their scheme."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from dmca_svc.reading.wikimedia import page_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dmca_svc.reading.model import Page

MAX_ADDRESSES: Final = 20_000
"""Addresses kept of one letter. The longest list in the real letters at hand held 1,160."""

MAX_LENGTH: Final = 2_048
"""An address longer than this is cut: no browser and no wiki takes it."""

_DEFANGED: Final = re.compile(r"\b(?:hxxp|h\*\*p|http)(s?)(?::|\[:\]|\(:\))(?://|\[//\])", re.IGNORECASE)
_DOT: Final = re.compile(r"(?<=\w)(?:\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\))(?=\w)", re.IGNORECASE)
# One alternative starts at `http`, the other only where no word is running: every character is passed a bounded number of times.
_ADDRESS: Final = re.compile(
    r"https?://[^\s<>\"“”`|\\^]+"
    r"|(?<![\w.@/%:-])(?:www\.|[a-z0-9-]{1,40}\.)(?:[a-z0-9-]{1,40}\.){0,3}(?:com|org|net|io|edu|gov|info|dev|co|me|de|uk|eu)/[^\s<>\"“”`|\\^]+"
    r"|(?<![\w.@/%:-])www\.[a-z0-9.-]{3,100}(?:/[^\s<>\"“”`|\\^]*)?",
    re.IGNORECASE,
)
_BRACKETED: Final = re.compile(r"<(https?://[^<>\n]{1,1000})\n([^<>\n]{1,1000})>", re.IGNORECASE)
_MARKDOWN: Final = re.compile(r"\]\((?=(?:https?:|www\.))", re.IGNORECASE)
_OPEN_END: Final = ("/", "-", "_", "=", "&", "%", "?", "+")
_STARTS_ANEW: Final = re.compile(
    r"(?:(?:https?|hxxps?|ftp|mailto):|www\.|[a-z0-9-]{1,40}(?:\.[a-z0-9-]{1,40}){0,3}\.(?:com|org|net|io)/)", re.IGNORECASE
)
_CONTINUES: Final = re.compile(r"[\w%~./?#&=+,;:@!$'()*-]{1,400}>?")
_PUNCTUATION: Final = ".,;:!?'*\u2019_"
_PAIRS: Final = {")": "(", "]": "[", "}": "{"}


def addresses(text: str) -> tuple[str, ...]:
    """Give each web address of the letter once, in the letter's order, written with its scheme."""
    found: dict[str, None] = {}
    seen: set[str] = set()
    for match in _ADDRESS.finditer(refanged(unwrapped(text))):
        written = match.group()[:MAX_LENGTH]
        if written in seen:
            continue
        seen.add(written)
        address = trimmed(written)
        if not address.lower().startswith("http"):
            address = f"https://{address}"
        if len(address) > len("https://a.b"):
            found[address] = None
        if len(found) >= MAX_ADDRESSES:
            break
    return tuple(found)


def pages(urls: tuple[str, ...]) -> tuple[Page, ...]:
    """Give each Wikimedia page among the addresses once, in their order."""
    return tuple(dict.fromkeys(page for page in map(page_of, urls) if page is not None))


def refanged(text: str) -> str:
    """Undo what senders do so that nobody opens an address by mistake: `hxxp`, `[.]`, `(dot)`; open Markdown links."""
    if "[" in text or "(" in text or "{" in text:
        text = _DOT.sub(".", text)
    return _MARKDOWN.sub("] ", _DEFANGED.sub(r"http\1://", text))


def unwrapped(text: str) -> str:
    """Join an address that a mail program broke over lines: it ends openly, and the next line is one bare piece of a path."""
    if "://" not in text:
        return text
    lines = _BRACKETED.sub(r"<\1\2>", text).split("\n")
    if not any(_is_open(line) for line in lines):
        return "\n".join(lines)
    return "".join(line.rstrip() if joins else line + "\n" for line, joins in _with_joins(lines))


def trimmed(address: str) -> str:
    """Drop the sentence's punctuation behind an address, and a closing bracket that none in it opens."""
    spare = {closing: address.count(closing) - address.count(opening) for closing, opening in _PAIRS.items()}
    end = len(address)
    while end:
        last = address[end - 1]
        if spare.get(last, 0) > 0:
            spare[last] -= 1
        elif last not in _PUNCTUATION or (last == "_" and address[end - 2 : end] != "__"):
            break
        end -= 1
    return address[:end]


def _with_joins(lines: list[str]) -> Iterator[tuple[str, bool]]:
    running = False
    for line, following in pairwise([*lines, ""]):
        running = _is_open(line) or (running and line.rstrip().endswith(_OPEN_END))
        piece = following.strip()
        joins = running and _is_piece(piece)
        running = running and joins
        yield (line, joins)


def _is_open(line: str) -> bool:
    """Whether the line's last word is an address that a break may have cut."""
    ended = line.rstrip()
    if not ended.endswith(_OPEN_END):
        return False
    return "://" in ended[-MAX_LENGTH:].rpartition(" ")[2]


def _is_piece(line: str) -> bool:
    if not line or not _CONTINUES.fullmatch(line) or _STARTS_ANEW.match(line):
        return False
    return any(mark in line[:-1] for mark in "./_%=") or line.endswith(("/", ">"))
