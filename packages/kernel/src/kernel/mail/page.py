"""The words of an HTML letter, in linear time: the standard library's parser takes minutes for a hostile megabyte of `<!--`."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import Final

HIDDEN: Final = ("script", "style", "title", "template", "noscript")
PARAGRAPHS: Final = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "table", "ul", "ol"})
LINES: Final = frozenset({"br", "div", "li", "tr", "pre", "hr"})
LONGEST_TAG: Final = 4_096
"""Characters of a tag that are looked at for where its link goes."""

_PAGE: Final = re.compile(r"\s{0,200}(?:<\?xml[^>]{0,200}>\s{0,20})?<(?:!doctype html|html[ >])", re.IGNORECASE)
_TAG_NAME: Final = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]{0,15})")
_HREF: Final = re.compile(r"\bhref ?= ?[\"']?(https?://[^\"'\s>]{1,2048})", re.IGNORECASE)
_ENDS: Final = {name: re.compile(f"</{name}[^>]{{0,100}}>", re.IGNORECASE) for name in HIDDEN}
_LONG_NUMBER: Final = re.compile(r"&#[0-9]{8,}")


@dataclass
class _Words:
    """What a reader of the page sees, as it is gathered."""

    pieces: list[str] = field(default_factory=list)
    quotes: int = 0
    links: list[str] = field(default_factory=list)

    def say(self, data: str) -> None:
        # A character beyond Unicode would be an error to Python; to a browser it is the sign for the unreadable.
        data = html.unescape(_LONG_NUMBER.sub("\ufffd", data))
        words = " ".join(data.split())
        if not words:
            self._space()
            return
        fresh = not self.pieces or self.pieces[-1].endswith("\n")
        if self.quotes and fresh:
            self.pieces.append("> ")
        elif data[:1].isspace():
            self._space()
        self.pieces.append(words)
        if data[-1:].isspace():
            self._space()

    def tag(self, name: str, text: str, *, closes: bool) -> None:
        if name in PARAGRAPHS or name in LINES:
            self.pieces.append("\n\n" if name in PARAGRAPHS else "\n")
        if name == "blockquote":
            self.quotes = max(0, self.quotes + (-1 if closes else 1))
        if name != "a":
            return
        if not closes:
            found = _HREF.search(text[:LONGEST_TAG])
            self.links.append(html.unescape(found.group(1)) if found else "")
        elif self.links:
            target = self.links.pop()
            if target and (not self.pieces or target not in self.pieces[-1]):
                self.pieces.append(f" <{target}> ")

    def _space(self) -> None:
        if self.pieces and not self.pieces[-1].endswith((" ", "\n")):
            self.pieces.append(" ")


def looks_like_page(text: str) -> bool:
    """Whether a text that calls itself plain is a page."""
    return bool(_PAGE.match(text[:LONGEST_TAG]))


def text_of_html(page: str) -> str:
    """Give the words a reader of the page would see; scripts and styles are dropped, a link shows its address behind its words.

    What is never closed swallows the rest, as in a browser: that also keeps the time linear.
    """
    words = _Words()
    at = 0
    while at >= 0:
        opened = page.find("<", at)
        words.say(page[at:] if opened < 0 else page[at:opened])
        at = -1 if opened < 0 else _after(page, opened, words)
    return "".join(words.pieces).strip()


def _after(page: str, opened: int, words: _Words) -> int:
    """Take what begins with `<`, and give the place behind it; -1 when it never ends."""
    if page.startswith("<!--", opened):
        end = page.find("-->", opened + 4)
        return -1 if end < 0 else end + 3
    named = _TAG_NAME.match(page, opened)
    if named is None and page[opened + 1 : opened + 2] not in {"!", "?", "/"}:
        words.say("<")
        return opened + 1
    end = page.find(">", opened)
    if end < 0:
        return -1
    if named is None:
        return end + 1
    name, closes = named.group(1).lower(), page[opened + 1] == "/"
    if name in _ENDS and not closes:
        hidden = _ENDS[name].search(page, end + 1)
        return -1 if hidden is None else hidden.end()
    words.tag(name, page[opened : min(end, opened + LONGEST_TAG)], closes=closes)
    return end + 1
