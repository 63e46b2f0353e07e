"""What a file is, by its own bytes and by nothing else: no part of it is unpacked, run or rendered (D20)."""

import re
from typing import Final

from dmca_svc.model.evidence import Caution
from dmca_svc.model.media_type import (
    ACTIVE,
    ALSO_CALLED,
    ARCHIVES,
    EXECUTABLES,
    HTML,
    MAIL,
    PDF,
    SCRIPT,
    SIGNATURES,
    SVG,
    TEXT,
    UNKNOWN,
    WINDOWS,
    XML,
)

_LOOKED_AT: Final = 4096
"""How far into a text its kind is looked for; browsers look at fewer."""
_PDF_BEGINS_WITHIN: Final = 1024
"""Readers of PDF take what stands before the header for nothing."""
_MOST_HEADERS: Final = 65536
_PAGE: Final = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|script|iframe|style|title|table|font|div|h1|br|a|b|p)[\s>/]|<!--", re.IGNORECASE
)
_FIELD: Final = re.compile(rb"^([!-9;-~]{1,80}):", re.MULTILINE)
_CONTROLS: Final = bytes(code for code in range(32) if code not in (9, 10, 12, 13, 27))
_ON_THE_WAY: Final = frozenset({b"received", b"date", b"message-id", b"mime-version", b"return-path"})
_KNOWN: Final = frozenset({kind for kind, _ in SIGNATURES} | {HTML, SVG, XML, MAIL, SCRIPT, TEXT, WINDOWS})


def recognise(content: bytes) -> str:
    """The type of a file is what its bytes show, never what it is called; what they do not show is unknown (D20)."""
    for kind, places in SIGNATURES:
        if all(content.startswith(mark, at) for at, mark in places):
            return kind
    if _is_mail(content):
        return MAIL
    if _is_text(content):
        return _kind_of_text(content)
    if content.startswith(b"MZ"):
        return WINDOWS
    return PDF if b"%PDF-" in content[:_PDF_BEGINS_WITHIN] else UNKNOWN


def agrees(claimed: str, recognised: str) -> bool:
    """Whether a file is what its sender calls it; who calls it unknown claims nothing (D20)."""
    if claimed in {UNKNOWN, recognised}:
        return True
    if recognised == UNKNOWN:
        return not any(_is_called(claimed, kind) for kind in _KNOWN)
    return claimed not in _KNOWN and _is_called(claimed, recognised)


def cautions(claimed: str, recognised: str) -> tuple[Caution, ...]:
    """Whoever opens a file is told first what it may do to them: that it is not what it is called, runs, or holds other files (D20)."""
    found = (
        (not agrees(claimed, recognised), Caution.TYPE_MISMATCH),
        (recognised in EXECUTABLES, Caution.EXECUTABLE),
        (recognised in ARCHIVES, Caution.ARCHIVE),
        (recognised in ACTIVE, Caution.ACTIVE_CONTENT),
    )
    return tuple(caution for stands, caution in found if stands)


def _is_called(claimed: str, kind: str) -> bool:
    return claimed == kind or any(claimed.startswith(name) if name[-1] in "/.-" else claimed == name for name in ALSO_CALLED.get(kind, ()))


def _is_mail(content: bytes) -> bool:
    """A mail begins with header fields, says who it is from, and what a mail gets on its way."""
    head = content[:_MOST_HEADERS].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    if not _FIELD.match(head.removeprefix(b"From ").partition(b"\n")[2] if head.startswith(b"From ") else head):
        return False
    names = {name.lower() for name in _FIELD.findall(head)}
    return b"from" in names and not names.isdisjoint(_ON_THE_WAY)


def _is_text(content: bytes) -> bool:
    if content.translate(None, _CONTROLS) != content:
        return False
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _kind_of_text(content: bytes) -> str:
    begins = content[:_LOOKED_AT].removeprefix(b"\xef\xbb\xbf").lstrip()
    if begins.startswith(b"#!"):
        return SCRIPT
    if begins[:4].lower() == b"<svg" or (begins[:5].lower() == b"<?xml" and b"<svg" in begins.lower()):
        return SVG
    if _PAGE.match(begins):
        return HTML
    if begins[:5].lower() == b"<?xml":
        return HTML if b"<html" in begins.lower() else XML
    return PDF if b"%PDF-" in begins[:_PDF_BEGINS_WITHIN] else TEXT
