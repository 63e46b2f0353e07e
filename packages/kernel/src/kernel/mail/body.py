"""One body of a letter: its bytes as they were meant, its soft line ends, and files that hide in its text (RFC 3676, RFC 2397, D20)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from email.message import Message

SAMPLE: Final = 100_000
MOST_CONTROLS: Final = 0.02
"""Control characters in a text; a picture that calls itself text has every tenth."""

UNKNOWN: Final = "application/octet-stream"
"""What is counted where a file has no label, or where the label lies."""

FEWEST_CODED_LINES: Final = 8
"""Lines of code one after another that make a file; a signature's block is shorter."""

FEWEST_CODED_LETTERS: Final = 480
"""As much code as eight lines have, on however few of them."""

WIDE: Final = frozenset({"utf-16", "utf-16le", "utf-16be", "utf-32", "unicode"})
"""Charsets in which a text is half zeros."""

_CODED: Final = re.compile(r"[ >]{0,8}[A-Za-z0-9+/]{60,}+={0,2}")
_CODED_END: Final = re.compile(r"(?:[A-Za-z0-9+/]{4}){0,19}[A-Za-z0-9+/]{2,3}={1,2}")
_LABEL: Final = re.compile(r"[ >]{0,8}content-type:[ \t]{0,8}([a-z]{1,20}/[\w.+-]{1,60})", re.IGNORECASE)
_AROUND: Final = re.compile(r"[ >]{0,8}(?:[A-Za-z-]{1,40}:.*|\s.*|--.*)?")
"""What may stand between the label of a part and its code: other fields, their second lines, a boundary, nothing."""
_UU_BEGIN: Final = re.compile(r"begin [0-7]{3,4} \S{1,200}")
_UU_LINE: Final = re.compile(r"[ -`]{0,62}")
_PARAMETERS: Final = r"(?:;[\w-]{1,40}=[\w.+%-]{1,60}){0,4}"
_DATA: Final = re.compile(
    rf"data:(?:([a-z]{{1,20}}/[\w.+-]{{1,60}}){_PARAMETERS}(?:;base64)?|{_PARAMETERS};base64),[^\s\"'<>]{{40,}}+"
    r"(?:\r?\n[ >]{0,8}[A-Za-z0-9+/=%_-]{40,}+(?![^\r\n]))*",
    re.IGNORECASE,
)
"""An address that is itself the file, also where a mail program broke it into lines."""


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


def without_files(text: str) -> tuple[str, list[str]]:
    """Take out every file that is written into a text, and tell what each calls itself."""
    text, addressed = without_data(text)
    text, blocks = without_blocks(text)
    return text, addressed + blocks


def without_data(text: str) -> tuple[str, list[str]]:
    """Take out files that are written as addresses (`data:`), and tell what each calls itself; they are never kept."""
    kinds: list[str] = []

    def count(found: re.Match[str]) -> str:
        kinds.append((found[1] or UNKNOWN).lower())
        return ""

    return _DATA.sub(count, text), kinds


def without_blocks(text: str) -> tuple[str, list[str]]:
    """Take out files that are written as lines of code (base64, uuencode), and tell what each is labelled as; they are never kept."""
    kinds: list[str] = []
    kept: list[str] = []
    block: list[str] = []
    label = UNKNOWN
    for line in _without_uu(text.split("\n"), kinds):
        bare = line.rstrip("\r ")
        if _CODED.fullmatch(bare) or (block and _CODED_END.fullmatch(bare)):
            block.append(line)
            continue
        if _close(block, kept):
            kinds.append(label)
            label = UNKNOWN
        label = _label(bare, label)
        kept.append(line)
    if _close(block, kept):
        kinds.append(label)
    return "\n".join(kept), kinds


def _without_uu(lines: list[str], kinds: list[str]) -> list[str]:
    kept: list[str] = []
    inside = False
    for line in lines:
        bare = line.rstrip("\r ")
        if inside and (bare == "end" or _UU_LINE.fullmatch(bare)):
            inside = bare != "end"
            continue
        inside = _UU_BEGIN.fullmatch(bare) is not None
        if inside:
            kinds.append(UNKNOWN)
        else:
            kept.append(line)
    return kept


def _label(line: str, label: str) -> str:
    """Give what the next block of code is labelled as: by this line, or by one before that still belongs to it."""
    labelled = _LABEL.match(line)
    if labelled:
        return labelled[1].lower()
    return label if _AROUND.fullmatch(line) else UNKNOWN


def _close(block: list[str], kept: list[str]) -> bool:
    """End a block of coded lines: a long one is a file and is dropped."""
    is_file = len(block) >= FEWEST_CODED_LINES or sum(map(len, block)) >= FEWEST_CODED_LETTERS
    if not is_file:
        kept.extend(block)
    block.clear()
    return is_file
