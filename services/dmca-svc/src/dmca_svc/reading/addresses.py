"""The addresses in a letter, however they were written: defanged, wrapped, in brackets, in Markdown, without their scheme."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from dmca_svc.reading.model import Page
from dmca_svc.reading.wikimedia import page_of, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_ADDRESSES: Final = 20_000
"""Addresses kept of one letter. The longest list in the real letters at hand held 1,160."""

LONGEST_RUN: Final = 100_000
"""Characters of one run of addresses without a blank between them."""

LONGEST_PIECE: Final = 400

MAX_LENGTH: Final = 2_048
"""An address longer than this is cut: no browser and no wiki takes it."""

_DEFANGED: Final = re.compile(r"\b(?:hxxp|h\*\*p|http)(s?)(?::|\[:\]|\(:\))(?://|\[//\])", re.IGNORECASE)
_DOT: Final = re.compile(r"(?<=\w)(?:\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\))(?=\w)", re.IGNORECASE)
# One alternative starts at `http`, the other only where no word is running: every character is passed a bounded number of times.
_ADDRESS: Final = re.compile(
    r"https?://[^\s<>\"“”`|\\^\u3002\uff0c\uff1b\u3001\u300d\u300b\u3011]+"
    r"|(?<![\w:/])//(?=[a-z0-9.-]{1,100}\.(?:org|com|net)/)[^\s<>\"“”`|\\^]+"
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
_GLUED: Final = re.compile(r"(?<=[^/=?:&%#])(?=https?://)")
"""Where one address runs into the next; one inside another (an archive's, a search engine's) belongs to it."""
_INVISIBLE: Final = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"))
_FILE: Final = re.compile(
    r"(?:(?<=\[:)|(?<![\w/:%=.#-]))(?:File|Image|Datei|Bild|Fichier|Archivo|Ficheiro|Bestand|Plik|Immagine): ?"
    r"([^\s:|\[\]<>{}\"#/][^:|\[\]<>{}\"#/]{0,160}?"
    r"\.(?:jpe?g|png|svg|gif|webp|tiff?|webm|ogv|ogg|oga|opus|mp3|mpe?g|wav|flac|midi?|pdf|djvu|stl|xcf))\b",
    re.IGNORECASE,
)
_BLANK: Final = re.compile(r"\s+")
_MEDIA: Final = re.compile(r"\.(?:jpe?g|png|svg|gif|webp|tiff?|webm|og[vga]|opus|mp3|wav|flac|pdf|djvu)[>).,;]*", re.IGNORECASE)
COMMONS: Final = "commonswiki"
_PUNCTUATION: Final = ".,;:!?'*\u2019_\uff01\uff1f\uff1a"
_PAIRS: Final = {")": "(", "]": "[", "}": "{", "\uff09": "\uff08"}


def addresses(text: str) -> tuple[str, ...]:
    """Give each web address of the letter once, in the letter's order, written with its scheme."""
    found: dict[str, None] = {}
    seen: set[str] = set()
    for match in _ADDRESS.finditer(refanged(unwrapped(text))):
        written = match.group()
        if written in seen:
            continue
        seen.add(written)
        for one in _GLUED.split(written[:LONGEST_RUN]):
            address = _with_scheme(trimmed(one[:MAX_LENGTH]))
            if len(address) > len("https://a.b"):
                found[address] = None
        if len(found) >= MAX_ADDRESSES:
            break
    return tuple(found)[:MAX_ADDRESSES]


def _with_scheme(address: str) -> str:
    return address if address.lower().startswith("http") else f"https://{address.removeprefix('//')}"


def files(text: str) -> tuple[Page, ...]:
    """Give each file that a letter names without an address ("File:Lake by night.jpg", `[[File:Lake.jpg]]`).

    Most files of the projects lie on Commons, and so a name alone is proposed as one of Commons; a person looks.
    """
    if ":" not in text:
        return ()
    names = (_BLANK.sub(" ", match.group(1)) for match in _FILE.finditer(text))
    titles = dict.fromkeys(title for title in (shown(f"File:{name}", COMMONS) for name in names) if title)
    return tuple(Page(COMMONS, title) for title in list(titles)[:MAX_ADDRESSES])


def pages(urls: tuple[str, ...], named: tuple[Page, ...] = ()) -> tuple[Page, ...]:
    """Give each Wikimedia page among the addresses once, in their order; then the files that are only named."""
    found = dict.fromkeys(page for page in map(page_of, urls) if page is not None)
    titles = {page.title for page in found}
    return (*found, *(page for page in named if page.title not in titles))


def refanged(text: str) -> str:
    """Undo what senders do so that nobody opens an address by mistake: `hxxp`, `[.]`, `(dot)`; open Markdown links."""
    text = text.translate(_INVISIBLE)
    if "&nbsp;" in text:
        text = text.replace("&nbsp;", " ")
    if "\\/" in text:
        text = text.replace("\\/", "/")
    if "[" in text or "(" in text or "{" in text:
        text = _DOT.sub(".", text)
    return _MARKDOWN.sub("] ", _DEFANGED.sub(r"http\1://", text))


def unwrapped(text: str) -> str:
    """Join an address that a mail program broke over lines: it ends openly, and the next line is one bare piece of a path."""
    if "://" not in text:
        return text
    lines = _BRACKETED.sub(r"<\1\2>", text).split("\n")
    if not any(_is_open(line) or _cut_in_its_name(line, following.strip()) for line, following in pairwise([*lines, ""])):
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
        joins = (running and _is_piece(piece)) or _cut_in_its_name(line, piece)
        running = running and joins
        yield (line, joins)


def _is_open(line: str) -> bool:
    """Whether the line's last word is an address that a break may have cut."""
    ended = line.rstrip()
    if not ended.endswith(_OPEN_END):
        return False
    return "://" in ended[-MAX_LENGTH:].rpartition(" ")[2]


def _cut_in_its_name(line: str, following: str) -> bool:
    """Whether a file's address was cut within its name: it ends without its type, and the next line is one word that ends with a type."""
    if len(following) > LONGEST_PIECE or " " in following or not _MEDIA.search(following[-12:]) or not _CONTINUES.fullmatch(following):
        return False
    last = line.rstrip()[-MAX_LENGTH:].rpartition(" ")[2]
    names_file = "://" in last and ("/File:" in last or "/wikipedia/" in last or "title=File:" in last)
    return names_file and not _MEDIA.search(last[-12:]) and not _STARTS_ANEW.match(following)


def _is_piece(line: str) -> bool:
    if not line or not _CONTINUES.fullmatch(line) or _STARTS_ANEW.match(line):
        return False
    return any(mark in line[:-1] for mark in "./_%=") or line.endswith(("/", ">"))
