"""From bytes to characters when the label is missing, old, or a lie (RFC 2046; the labels as browsers take them)."""

from __future__ import annotations

import codecs
from typing import Final

AS_BROWSERS_DO: Final = {
    "iso8859-1": "windows-1252",
    "latin-1": "windows-1252",
    "ascii": "windows-1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "iso8859-9": "windows-1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "big5": "cp950",
}
"""Labels that mostly stand on a larger set of characters."""

NEVER: Final = frozenset(
    {"idna", "punycode", "unicode-escape", "unicode_escape", "raw-unicode-escape", "raw_unicode_escape", "undefined", "utf-7"}
)
"""Python's codecs that are no charsets of mail; the first two take a time that grows with the square of the length."""

WESTERN: Final = frozenset({"windows-1252", "cp1252", "iso8859-15"})
"""Every byte means something in these: that such a label decodes proves nothing."""

_OTHER_NAMES: Final = {
    "ks_c_5601-1987": "cp949",
    "x-sjis": "cp932",
    "x-gbk": "gb18030",
    "unicode": "utf-16",
    "ansi_x3.4-1968": "windows-1252",
}
_RUSSIAN: Final = frozenset("оеаинтсрвлк")
SAMPLE: Final = 20_000
MOST_LATIN: Final = 0.4


def decoded(raw: bytes, label: str | None) -> str:
    """Decode by what the label means, unless the bytes show that it lies; then as UTF-8, then by what the bytes look like.

    Never raises: what cannot be decoded is replaced by U+FFFD.
    """
    named = codec_of(label)
    if named is None or named in WESTERN:
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            named = _looks_like(raw) or named or "windows-1252"
    for name in (named, "utf-8", "windows-1252"):
        try:
            return raw.decode(name)
        except (LookupError, ValueError):
            continue
    return raw.decode("utf-8", "replace")


def charset_of(media_type: str) -> str | None:
    """Give the charset that a Content-Type names; None where it names none."""
    for parameter in media_type.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip('"')
    return None


def codec_of(label: str | None) -> str | None:
    """Give Python's name of the charset that a label stands for; None for no label and for one that nobody knows."""
    if not label:
        return None
    plain = label.strip().strip("\"'").lower()
    try:
        name = codecs.lookup(_OTHER_NAMES.get(plain, plain))
    except (LookupError, ValueError):
        return None
    if name.name in NEVER:
        return None
    # Python also calls transformations codecs, and those open archives.
    return AS_BROWSERS_DO.get(name.name, name.name) if getattr(name, "_is_text_encoding", True) else None


def _looks_like(raw: bytes) -> str | None:
    """Tell Cyrillic and Chinese apart from western letters by how many bytes are high, and which letters they would be."""
    sample = raw[:SAMPLE]
    high = sum(byte >= 0x80 for byte in sample)
    low = sum(0x41 <= byte <= 0x7A for byte in sample)
    if high <= MOST_LATIN * (high + low):
        return None
    try:
        chinese = raw.decode("gb18030")
    except UnicodeDecodeError:
        chinese = ""
    if chinese and sum(0x4E00 <= ord(ch) <= 0x9FA5 for ch in chinese[:SAMPLE]) * 2 >= high * 0.9 and _common_chinese(chinese[:SAMPLE]):
        return "gb18030"
    return max(("windows-1251", "koi8-r"), key=lambda name: sum(ch in _RUSSIAN for ch in sample.decode(name, "replace")))


def _common_chinese(text: str) -> bool:
    return any(word in text for word in ("的", "是", "我", "在", "有", "权", "請", "请"))
