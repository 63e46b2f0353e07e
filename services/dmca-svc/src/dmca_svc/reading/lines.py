"""A letter's lines made plain: one way of writing quotes and blanks, no tags, no Markdown, no numbers in front."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from dmca_svc.reading.phrases import PHRASES

HEAD: Final = 200_000
TAIL: Final = 150_000
"""Characters read for statements at a letter's beginning and end. Between them a letter this long has lists.
Addresses are read in the whole of it."""


REDACTED: Final = ("[private]", "[redacted]", "[invalid]", "[name]", "[address]", "[phone]", "[email]")
"""What a publisher puts in a person's place; it counts as what it stands for."""

REDACTION: Final = r"\[(?:private|redacted|invalid|name|address|phone|email)\]"
"""The same, for patterns over small letters."""

_PLAIN: Final = str.maketrans({
    "\u2018": "'", "\u2019": "'", "\u201b": "'", "\u00b4": "'", "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u00ab": '"', "\u00bb": '"',
    "\u2013": "-", "\u2014": "-", "\u2010": "-", "\u2011": "-", "\u2212": "-", "\u00a0": " ", "\u2007": " ", "\u202f": " ", "\u3000": " ",
    "\u200b": None, "\u200c": None, "\u200d": None, "\ufeff": None, "\u00ad": None, "\x0c": "\n", "\u2028": "\n", "\u2029": "\n",
    "\uff1a": ":", "\uff0c": ",", "\u3002": ".", "\uff1f": "?", "\uff08": "(", "\uff09": ")", "\t": " ",
})  # fmt: skip
_BREAK: Final = re.compile(r"<(?:br|/p|/div|/li|/tr)[ /]{0,3}>", re.IGNORECASE)
_TAG: Final = re.compile(
    r"</?(?:a|b|i|p|u|em|strong|div|span|font|li|ul|ol|table|tr|td|th|tbody|code|pre|sup|sub|h[1-6])(?: [^<>\n]{0,500})?>", re.IGNORECASE
)
_ORDINAL: Final = re.compile(r"(?:[*\-+•·#]{1,4} +|[(\[]?(?:\d{1,2}|[a-h]|[ivx]{1,4})[)\].:/#、]{1,2}\s*|\d{1,2}# *\"?)", re.IGNORECASE)
_GLUED: Final = re.compile(r"[?:.](?: ?(?=https?://)|(?=[A-Z\[]))")
"""Where a question runs into its answer without a line's end between them."""
_CLOSES: Final = re.compile("|".join(map(re.escape, PHRASES.closings)))
_LABEL: Final = re.compile(r"[A-Z][\w()/'-]*(?: [\w()/'-]+){0,5}: ?(?=\S)")
MOST_BLANKS: Final = 5
_BLANKS: Final = re.compile(r"  +")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the sender's, as written, and in small letters for comparing."""

    text: str
    folded: str


def normalised(text: str) -> str:
    """Write quotes, dashes, blanks and line ends one way, and drop the tags of text that was published as a page."""
    if len(text) > HEAD + TAIL:
        text = f"{text[:HEAD]}\n\n{text[-TAIL:]}"
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_PLAIN)
    if "<" in text:
        text = _TAG.sub("", _BREAK.sub("\n", text))
    return _BLANKS.sub("  ", text)


def says_something(folded: str) -> bool:
    """Whether a line holds more than punctuation, a bare label, or a word for nothing."""
    words = folded.strip(" .*_-/")
    return not words.endswith(":") and words not in PHRASES.lists["nothing"] and any(ch.isalnum() for ch in words)


def is_rule(line: str) -> bool:
    """Whether a line only parts what is above it from what is below ("-----", "***")."""
    marks = line.replace("\\", "").replace(" ", "")
    return len(marks) > 1 and not marks.strip("-_=*~#.")


def is_statute(folded: str) -> bool:
    """Whether a line begins with the statute's own words, numbered or quoted: it tells what a notice holds, and holds nothing."""
    return folded.lstrip("\"'(ivx)*_ ").startswith(PHRASES.statute) or folded.lstrip("\"'").startswith(PHRASES.statute)


def closes(folded: str) -> bool:
    """Whether a line holds closing words ("Sincerely,")."""
    return len(folded) > 2 and _CLOSES.search(f"{folded.rstrip(' ,.!')},") is not None


def is_labelled(text: str) -> bool:
    """Whether a line is one of a list of labels and values ("Work: Map of Tarn")."""
    label = _LABEL.match(text)
    return label is not None and label.group().count(" ") <= MOST_BLANKS and "://" not in text[: label.end() + 2]


def redacted(folded: str) -> bool:
    """Whether a publisher's redaction stands in the text."""
    return any(mark in folded for mark in REDACTED)


def bare(words: str) -> tuple[str, bool]:
    """A line without its Markdown and its number, and whether all of it was bold."""
    bold = words.startswith(("**", "__")) and words.rstrip(" :.").endswith(("**", "__"))
    text = words.replace("**", "").replace("__", "").replace("\\", "").strip()
    if text[:1] in "*_" and len(text) > 1 and text[1] != " ":
        text = text[1:]
    text = text.rstrip("*").strip()
    ordinal = _ORDINAL.match(text)
    if ordinal and ordinal.end() < len(text):
        text = text[ordinal.end() :].strip()
    return text.lstrip("# ").strip(), bold


def question_end(line: str, mark: str, before: str) -> tuple[int | None, int | None]:
    """Where in a line the question ends, and where the answer begins; (None, None) when it goes on."""
    if mark:
        at = line.find(mark)
        return (None, None) if at < 0 else (at, at + len(mark))
    marks = (before + line).count('"')
    quoting = marks % 2 == 1
    closed = line.rfind('"') + 1
    if marks and not quoting and "following statement" in (before + line).lower() and closed < len(line):
        return closed, closed
    if quoting:
        return None, None
    cut = line.find("  ")
    if cut > 0 and line[:cut].rstrip().endswith(("?", ":", ".", '"')):
        return cut, cut
    glued = _GLUED.search(line)
    if glued:
        return glued.start() + 1, glued.start() + 1
    return (len(line), None) if line.endswith(("?", ":", ".", '"', ")")) else (None, None)
