"""By which bytes a file's type is recognised, and what else such a file is rightly called (D20).

A short list of what people send with a notice, and of what they should not open; what it lacks counts as unknown, never as safe.
"""

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
