"""How large, how wide and how deep a mail is, counted line by line before anything takes it apart (RFC 2046)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_KIND: Final = re.compile(rb"[ \t]{0,8}([a-z]{1,20}/[\w.+-]{1,60})", re.IGNORECASE)
_BOUNDARY: Final = re.compile(rb"\bboundary[ \t]{0,8}=[ \t]{0,8}(?:\"([^\"\r\n]{1,200})\"|([^\s;\"]{1,200}))", re.IGNORECASE)
_HEAD_END: Final = re.compile(rb"\r?\n\r?\n")


class Broken(StrEnum):
    """Which bound a mail breaks."""

    TOO_LARGE = "too_large"
    TOO_MANY_PARTS = "too_many_parts"
    TOO_DEEP = "too_deep"
    HEADER_TOO_LONG = "header_too_long"
    TOO_MANY_HEADERS = "too_many_headers"


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of a mail is taken apart: bytes in all, parts, parts within parts, bytes of one header, headers of one part."""

    bytes: int = 10_000_000
    parts: int = 1_000
    depth: int = 50
    header: int = 64_000
    headers: int = 1_000


def head_of(raw: bytes, longest: int = 1_000_000) -> bytes:
    """Give the headers of a mail, or their beginning where they do not end."""
    end = _HEAD_END.search(raw, 0, longest)
    return raw[: end.end() if end else longest]


def broken_bound(raw: bytes, bounds: Bounds) -> Broken | None:
    """Tell the first bound that a mail breaks, in one pass over its lines; None when it keeps them all."""
    return Broken.TOO_LARGE if len(raw) > bounds.bytes else _Count(bounds).over(raw)


class _Count:
    """Where in the mail the lines are: in which parts, and within the headers of one or not."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._open: list[bytes] = []
        self._inside = 0
        self._parts = 0
        self._begin()

    def over(self, raw: bytes) -> Broken | None:
        for line in _lines(raw):
            found = self._head(line) if self._in_head else self._body(line)
            if found is not None:
                return found
        return None

    def _begin(self) -> None:
        self._in_head, self._field, self._length, self._headers = True, b"", 0, 0
        self._kind = b""
        self._parts += 1

    def _head(self, line: bytes) -> Broken | None:
        bare = line.rstrip(b"\r\n")
        if not bare or bare.startswith(b"--"):
            self._close_field()
            self._in_head = False
            return self._descend() if not bare else self._body(line)
        if bare[:1] in b" \t" and self._length:
            self._length += len(bare)
            if len(self._field) < 4_096:
                self._field += bare
        else:
            self._close_field()
            self._headers += 1
            self._field, self._length = bare[:4_096], len(bare)
        if self._length > self._bounds.header:
            return Broken.HEADER_TOO_LONG
        return Broken.TOO_MANY_HEADERS if self._headers > self._bounds.headers else None

    def _close_field(self) -> None:
        if self._field[:13].lower() == b"content-type:":
            self._kind = self._field[13:]
        self._field, self._length = b"", 0

    def _descend(self) -> Broken | None:
        """Go into what the part holds, where it holds parts."""
        kind = _KIND.match(self._kind)
        said = kind[1].lower() if kind else b""
        if said.startswith(b"multipart/") and (found := _BOUNDARY.search(self._kind)):
            self._open.append(b"--" + (found[1] or found[2]))
        elif said == b"message/rfc822":
            self._inside += 1
            self._begin()
        return self._broken()

    def _body(self, line: bytes) -> Broken | None:
        if not self._open or not line.startswith(b"--"):
            return None
        bare = line.rstrip()
        for depth in range(len(self._open) - 1, -1, -1):
            boundary = self._open[depth]
            if bare == boundary:
                del self._open[depth + 1 :]
                self._inside = min(self._inside, depth)
                self._begin()
                return self._broken()
            if bare == boundary + b"--":
                del self._open[depth:]
                return None
        return None

    def _broken(self) -> Broken | None:
        if self._parts > self._bounds.parts:
            return Broken.TOO_MANY_PARTS
        return Broken.TOO_DEEP if len(self._open) + self._inside > self._bounds.depth else None


def _lines(raw: bytes) -> Iterator[bytes]:
    """Give the lines one by one, without a copy of them all."""
    at = 0
    while at < len(raw):
        end = raw.find(b"\n", at) + 1 or len(raw)
        yield raw[at:end]
        at = end
