"""What a person's name looks like when it stands in a line by itself, in any script, and what only looks like one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from dmca_svc.reading.lines import redacted
from dmca_svc.reading.phrases import PHRASES

if TYPE_CHECKING:
    from dmca_svc.reading.lines import Line

LONGEST_NAME: Final = 60
LONGEST_REDACTED: Final = 120

_NAME: Final = re.compile(r"[^\W\d_][\w.'\u2019-]*(?:,? [^\W\d_][\w.'\u2019-]*){1,5},?")
_ONE_WORD: Final = re.compile(r"[^\W\d_][\w.'\u2019-]{1,30}")
_ASIDE: Final = re.compile(r" ?[(<|/~]| [-\u2013] |, ?(?=\+?\(?\d|[\w.+-]+@)| on behalf | for and | of (?=[A-Z])")
"""Where a line goes on after the name: to a firm, a number, an address."""
_LOWER_PREFIX: Final = re.compile(r"(?:al|el|d|o|l|ibn|bin|ben)[-'\u2019](?=[^\W\d_])")


def is_name(line: Line) -> bool:
    """Whether a line is a name of two words or more: a place, a title alone, a salutation and a sentence are none."""
    if redacted(line.folded):
        return False
    text = _plain(line.text)
    if has_title(line):
        # Behind the office a firm may follow ("Mara Ellbrook, Director, Tarn Museum").
        text = text.partition(",")[0].strip()
    return _could_be_name(text) and (_reads_as_name(text) or _reads_as_name(_before_title(text)))


def signs(line: Line, *, first: bool) -> bool:
    """Whether a line under closing words is who signs: a name, also in small letters; right under them one word is enough."""
    if bare_redaction(line.folded) or is_name(line):
        return True
    text = _plain(line.text)
    if not _could_be_name(text):
        return False
    words = text.split()
    return bool(_NAME.fullmatch(text)) and len(words) <= 4 and first if len(words) > 1 else first and bool(_ONE_WORD.fullmatch(text))


def has_title(line: Line) -> bool:
    """Whether an office stands behind the name in the same line ("Mara Ellbrook, General Counsel")."""
    _, comma, rest = line.folded.partition(",")
    return bool(comma) and not PHRASES.words["titles"].isdisjoint(rest.replace(",", " ").split())


def bare_redaction(folded: str) -> bool:
    """Whether a line is a redaction, with few words about it."""
    return redacted(folded) and len(folded) < LONGEST_REDACTED


def _plain(text: str) -> str:
    return _ASIDE.split(text.strip(" /,-~!*_"), maxsplit=1)[0].strip(" /,-~!*_")


def _could_be_name(text: str) -> bool:
    if not text or len(text) > LONGEST_NAME:
        return False
    words = text.lower().replace(",", " ").replace("/", " ").split()
    if not PHRASES.words["no_name"].isdisjoint(words) or not PHRASES.words["firms"].isdisjoint(word.strip(".()") for word in words):
        return False
    return not all(word.strip(".&-") in PHRASES.words["titles"] for word in words)


def _reads_as_name(text: str) -> bool:
    words = text.split()
    if len(words) == 1:
        # Chinese, Japanese and Korean names have no blank in them.
        return not text.isascii() and 2 <= len(text) <= 20 and ord(text[0]) >= 0x2E80 and text.isalpha()
    if not _NAME.fullmatch(text):
        return False
    large = sum(word[:1].isupper() or bool(_LOWER_PREFIX.match(word)) for word in words)
    small = [word for word in words if not word[:1].isupper() and not _LOWER_PREFIX.match(word)]
    return large >= 2 and all(word.lower() in PHRASES.words["particles"] for word in small)


def _before_title(text: str) -> str:
    """Give the name in front of a title or a company ("Mara Ellbrook, General Counsel"); not a city before its number."""
    name, comma, rest = text.partition(",")
    return name.strip() if comma and not any(ch.isdigit() for ch in rest) else text
