"""One body of a mail: its bytes as they were meant, its soft line ends, and files that hide in its text (RFC 3676, D20)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from email.message import Message

SAMPLE: Final = 100_000
MOST_CONTROLS: Final = 0.02
"""Control characters in a text; a picture that calls itself text has every tenth."""

FEWEST_CODED_LINES: Final = 8
"""Lines of code one after another that make a file; a signature's block is shorter."""

WIDE: Final = frozenset({"utf-16", "utf-16le", "utf-16be", "utf-32", "unicode"})
"""Charsets in which a text is half zeros."""

_CODED: Final = re.compile(r"[ >]{0,8}[A-Za-z0-9+/]{60,80}={0,2}")
_CODED_END: Final = re.compile(r"(?:[A-Za-z0-9+/]{4}){0,19}[A-Za-z0-9+/]{2,3}={1,2}")
_UU_BEGIN: Final = re.compile(r"begin [0-7]{3,4} \S{1,200}")
_DATA: Final = re.compile(r"data:[a-z]{1,20}/[\w.+-]{1,60};base64,[A-Za-z0-9+/=%]{40,}", re.IGNORECASE)


def content_of(part: Message) -> bytes:
    """Give the bytes of a body; where the transfer encoding is a lie, as they came."""
    body = part.get_payload(decode=True)
    content = body if isinstance(body, bytes) else b""
    if str(part.get("Content-Transfer-Encoding", "")).strip().lower() != "base64" or (
        content and is_text(content, part.get_content_charset())
    ):
        return content
    written = part.get_payload()
    return written.encode("utf-8", "surrogateescape") if isinstance(written, str) else content


def is_text(content: bytes, charset: str | None) -> bool:
    """Whether bytes that call themselves a text are one: hardly a control character, and no zero."""
    if (charset or "").lower() in WIDE:
        return True
    sample = content[:SAMPLE]
    controls = sum(sample.count(bytes([code])) for code in range(32) if code not in (9, 10, 12, 13, 27))
    return sample.count(0) <= 1 and controls <= 1 + MOST_CONTROLS * len(sample)


def unflowed(text: str, *, joined: bool) -> str:
    """Join the lines that a mail program broke for the screen (RFC 3676): those that end with a blank; `joined` drops that blank."""
    lines: list[list[str]] = []
    runs = False
    for line in text.replace("\r\n", "\n").split("\n"):
        said = line.removeprefix(" ")
        quoted = said.startswith(">")
        if not runs or quoted:
            lines.append([])
        runs = said.endswith(" ") and said != "-- " and not quoted
        lines[-1].append(said[:-1] if runs and joined else said)
    return "\n".join("".join(pieces) for pieces in lines)


def without_files(text: str) -> tuple[str, int]:
    """Take out files that were written into the text (uuencode, blocks of base64, `data:`), and count them: they are never kept."""
    text, count = _DATA.subn("", text) if "base64," in text else (text, 0)
    kept: list[str] = []
    block: list[str] = []
    in_uu = False
    for line in text.split("\n"):
        bare = line.rstrip("\r ")
        if in_uu:
            in_uu = bare != "end"
        elif _UU_BEGIN.fullmatch(bare):
            in_uu = True
            count += 1
        elif _CODED.fullmatch(bare) or (block and _CODED_END.fullmatch(bare)):
            block.append(line)
        else:
            count += _close(block, kept)
            kept.append(line)
    count += _close(block, kept)
    return "\n".join(kept), count


def _close(block: list[str], kept: list[str]) -> int:
    """End a block of coded lines: a long one is a file and is dropped."""
    is_file = len(block) >= FEWEST_CODED_LINES
    if not is_file:
        kept.extend(block)
    block.clear()
    return int(is_file)
