"""What a file is, by its own bytes and by nothing else: no part of it is unpacked, run or rendered (D20).

A short list of what people send with a letter, and of what they should not open; what it lacks counts as unknown, never as safe.
"""

import re
from enum import StrEnum
from typing import Final

UNKNOWN: Final = "application/octet-stream"
TEXT: Final = "text/plain"
HTML: Final = "text/html"
SVG: Final = "image/svg+xml"
XML: Final = "application/xml"
MAIL: Final = "message/rfc822"
SCRIPT: Final = "text/x-shellscript"
PDF: Final = "application/pdf"
ZIP: Final = "application/zip"
OLE: Final = "application/x-ole-storage"
WINDOWS: Final = "application/vnd.microsoft.portable-executable"

Places = tuple[tuple[int, bytes], ...]

SIGNATURES: Final[tuple[tuple[str, Places], ...]] = (
    (PDF, ((0, b"%PDF-"),)),
    ("image/png", ((0, b"\x89PNG\r\n\x1a\n"),)),
    ("image/jpeg", ((0, b"\xff\xd8\xff"),)),
    ("image/gif", ((0, b"GIF87a"),)),
    ("image/gif", ((0, b"GIF89a"),)),
    ("image/webp", ((0, b"RIFF"), (8, b"WEBP"))),
    ("image/tiff", ((0, b"II*\x00"),)),
    ("image/tiff", ((0, b"MM\x00*"),)),
    ("image/bmp", ((0, b"BM"), (6, b"\x00\x00\x00\x00"))),
    ("image/avif", ((4, b"ftypavif"),)),
    ("image/heic", ((4, b"ftyphei"),)),
    ("image/heic", ((4, b"ftypmif1"),)),
    ("video/quicktime", ((4, b"ftypqt"),)),
    ("video/mp4", ((4, b"ftyp"),)),
    ("video/webm", ((0, b"\x1a\x45\xdf\xa3"),)),
    ("audio/wav", ((0, b"RIFF"), (8, b"WAVE"))),
    ("video/x-msvideo", ((0, b"RIFF"), (8, b"AVI "))),
    ("audio/ogg", ((0, b"OggS"),)),
    ("audio/flac", ((0, b"fLaC"),)),
    ("audio/mpeg", ((0, b"ID3"),)),
    ("audio/mpeg", ((0, b"\xff\xfb"),)),
    (ZIP, ((0, b"PK\x03\x04"),)),
    (ZIP, ((0, b"PK\x05\x06"),)),
    (ZIP, ((0, b"PK\x07\x08"),)),
    ("application/x-7z-compressed", ((0, b"7z\xbc\xaf\x27\x1c"),)),
    ("application/vnd.rar", ((0, b"Rar!\x1a\x07"),)),
    ("application/gzip", ((0, b"\x1f\x8b"),)),
    ("application/x-bzip2", ((0, b"BZh"), (4, b"1AY&SY"))),
    ("application/x-xz", ((0, b"\xfd7zXZ\x00"),)),
    ("application/zstd", ((0, b"\x28\xb5\x2f\xfd"),)),
    ("application/x-tar", ((257, b"ustar"),)),
    ("application/vnd.ms-cab-compressed", ((0, b"MSCF\x00"),)),
    ("application/x-iso9660-image", ((0x8001, b"CD001"),)),
    (OLE, ((0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),)),
    ("application/rtf", ((0, b"{\\rtf"),)),
    ("application/postscript", ((0, b"%!PS"),)),
    ("application/x-elf", ((0, b"\x7fELF"),)),
    ("application/x-mach-binary", ((0, b"\xfe\xed\xfa\xce"),)),
    ("application/x-mach-binary", ((0, b"\xfe\xed\xfa\xcf"),)),
    ("application/x-mach-binary", ((0, b"\xce\xfa\xed\xfe"),)),
    ("application/x-mach-binary", ((0, b"\xcf\xfa\xed\xfe"),)),
    ("application/java-vm", ((0, b"\xca\xfe\xba\xbe"),)),
    ("application/wasm", ((0, b"\x00asm"),)),
    ("application/x-ms-shortcut", ((0, b"L\x00\x00\x00\x01\x14\x02\x00"),)),
)
"""Bytes at their places, the first match counts; where text could begin so too, the bytes that follow are asked for as well."""

EXECUTABLES: Final = frozenset(
    {
        WINDOWS,
        SCRIPT,
        "application/x-elf",
        "application/x-mach-binary",
        "application/java-vm",
        "application/wasm",
        "application/x-ms-shortcut",
    }
)
ARCHIVES: Final = frozenset(
    {
        ZIP,
        MAIL,
        "application/x-7z-compressed",
        "application/vnd.rar",
        "application/gzip",
        "application/x-bzip2",
        "application/x-xz",
        "application/zstd",
        "application/x-tar",
        "application/vnd.ms-cab-compressed",
        "application/x-iso9660-image",
    }
)
"""They hold other files, which nobody here takes out."""
ACTIVE: Final = frozenset({HTML, SVG, OLE, "application/postscript"})
"""What a reader's program may run when it shows them: scripts, macros."""

ALSO_CALLED: Final[dict[str, tuple[str, ...]]] = {
    "image/jpeg": ("image/jpg", "image/pjpeg"),
    "image/png": ("image/x-png",),
    "image/bmp": ("image/x-ms-bmp", "image/x-bmp"),
    "image/heic": ("image/heif",),
    "image/tiff": ("image/x-",),
    PDF: ("application/x-pdf",),
    TEXT: ("text/", "application/json", "application/x-ndjson"),
    XML: ("text/xml", "application/xhtml+xml", "application/rdf+xml"),
    "video/mp4": ("audio/mp4", "audio/x-m4a", "video/x-m4v", "video/3gpp"),
    "video/webm": ("audio/webm", "video/x-matroska"),
    "audio/wav": ("audio/x-wav", "audio/wave"),
    "audio/mpeg": ("audio/mp3",),
    "audio/ogg": ("video/ogg", "application/ogg"),
    ZIP: (
        "application/x-zip-compressed",
        "application/vnd.openxmlformats-officedocument.",
        "application/vnd.oasis.opendocument.",
        "application/epub+zip",
        "application/java-archive",
        "application/vnd.android.package-archive",
    ),
    OLE: ("application/msword", "application/vnd.ms-", "application/x-msi"),
    "application/gzip": ("application/x-gzip",),
    "application/vnd.rar": ("application/x-rar-compressed",),
    "application/rtf": ("text/rtf",),
    WINDOWS: ("application/x-msdownload", "application/x-dosexec"),
    "application/java-vm": ("application/x-mach-binary",),
    SCRIPT: ("text/", "application/x-sh"),
}
"""What a file of a type may be called besides; a name that ends in `/`, `.` or `-` stands for all that begin so."""

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


class Caution(StrEnum):
    """What whoever opens a file is told first; nothing of ours opens one."""

    TYPE_MISMATCH = "type_mismatch"
    EXECUTABLE = "executable"
    ARCHIVE = "archive"
    ACTIVE_CONTENT = "active_content"


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
