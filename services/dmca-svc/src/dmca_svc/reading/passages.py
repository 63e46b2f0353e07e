"""A letter's text cut into passages, and whose words each one is: the sender's, a form's question, a heading, or a quotation.

A form's question or a quotation is not the sender's statement; an empty answer is a missing element (D8).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from dmca_svc.reading.phrases import PHRASES, holds

HEAD: Final = 300_000
TAIL: Final = 200_000
"""Characters read for statements at a letter's beginning and end. Between them a letter this long has lists; their addresses are read whole."""

LONGEST_QUESTION: Final = 1_500
LONGEST_LABEL: Final = 70

REDACTED: Final = ("[private]", "[redacted]", "[invalid]", "[name]", "[address]", "[phone]", "[email]")
"""What a publisher puts in a person's place; it counts as what it stands for."""

_PLAIN: Final = str.maketrans({
    "\u2018": "'", "\u2019": "'", "\u201b": "'", "\u00b4": "'", "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u00ab": '"', "\u00bb": '"',
    "\u2013": "-", "\u2014": "-", "\u2010": "-", "\u2011": "-", "\u2212": "-", "\u00a0": " ", "\u2007": " ", "\u202f": " ", "\u3000": " ",
    "\u200b": None, "\u200c": None, "\u200d": None, "\ufeff": None, "\u00ad": None, "\r": None, "\x0c": "\n", "\u2028": "\n", "\u2029": "\n",
    "\uff1a": ":", "\uff0c": ",", "\u3002": ".", "\uff1f": "?", "\uff08": "(", "\uff09": ")", "\t": " ",
})  # fmt: skip
_BREAK: Final = re.compile(r"<(?:br|/p|/div|/li|/tr)[ /]{0,3}>", re.IGNORECASE)
_TAG: Final = re.compile(r"</?(?:a|b|i|p|u|em|strong|div|span|font|li|ul|ol|table|tr|td|th|tbody|code|pre|sup|sub|h[1-6])(?: [^<>\n]{0,500})?>", re.IGNORECASE)
_ORDINAL: Final = re.compile(r"(?:[*\-+•·#]{1,4} +|[(\[]?(?:\d{1,2}|[a-h]|[ivx]{1,4})[)\].:/#、]{1,2}\s*|\d{1,2}# *\"?)", re.IGNORECASE)
_RULE: Final = re.compile(r"[\\\s]*[-_=*~#.\\]{3,}[\\\s]*")
_GLUED: Final = re.compile(r"[?:.](?: ?(?=https?://)|(?=[A-Z\[]))")
"""Where a question runs into its answer without a line's end between them."""
_BLANKS: Final = re.compile(r"  +")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the sender's, as written, and in small letters for comparing."""

    text: str
    folded: str


@dataclass(frozen=True)
class Passage:
    """Lines of the sender's that belong together, and what they stand under.

    `under` is the folded question or heading above them ('' for none); `asked` says that it is a form's question.
    """

    lines: tuple[Line, ...]
    under: str
    asked: bool

    @cached_property
    def text(self) -> str:
        """The passage in one line."""
        return " ".join(line.text for line in self.lines)

    @cached_property
    def folded(self) -> str:
        """The passage in one line, in small letters."""
        return self.text.lower()


@dataclass(frozen=True)
class Question:
    """A form's question, and whether anything stands under it."""

    folded: str
    answer: tuple[Passage, ...]

    @property
    def answered(self) -> bool:
        """An answer is any word, number, address or redaction; a dash, a label without its value, or "none" is no answer."""
        return any(says_something(line.folded) for passage in self.answer for line in passage.lines)


@dataclass(frozen=True)
class Passages:
    """A letter, cut up: the sender's passages in order, the questions of a form, the headings, and how many lines are quoted."""

    own: tuple[Passage, ...]
    questions: tuple[Question, ...]
    headings: tuple[str, ...]
    quoted: int

    @cached_property
    def folded(self) -> str:
        """Everything the sender says, in small letters, a passage a line."""
        return "\n".join(passage.folded for passage in self.own)

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Everything the sender says, line by line."""
        return tuple(line for passage in self.own for line in passage.lines)


def passages(text: str) -> Passages:
    """Cut a letter into passages. Linear in the text's length; words in the middle of a text over 500,000 characters are not read."""
    cutter = _Cutter()
    for raw in normalised(text).split("\n"):
        cutter.take(raw)
    return cutter.result()


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


def redacted(folded: str) -> bool:
    """Whether a publisher's redaction stands in the text."""
    return any(mark in folded for mark in REDACTED)


class _Cutter:
    """Reads line by line; knows the question that is being asked, and the passage that is being built."""

    def __init__(self) -> None:
        self._own: list[Passage] = []
        self._questions: list[tuple[str, list[Passage]]] = []
        self._headings: list[str] = []
        self._quoted = 0
        self._lines: list[Line] = []
        self._under = ""
        self._asked = False
        self._asking: list[str] = []
        self._mark = ""
        self._rest_quoted = False
        self._from_before = False
        self._forwarded = False
        self._host_speaks = False

    def take(self, raw: str) -> None:
        """Take the next line of the letter."""
        line = raw.strip()
        if self._host_speaks:
            self._host_speaks = not _RULE.fullmatch(line)
            return
        if not line or _RULE.fullmatch(line):
            self._end_question()
            self._end_passage()
            return
        if self._asking:
            self._go_on_asking(line)
            return
        if holds(PHRASES.host_preface, line.lower()):
            self._host_speaks = True
            return
        self._take_words(line)

    def result(self) -> Passages:
        """Give what was cut."""
        self._end_question()
        self._end_passage()
        return Passages(
            own=tuple(self._own),
            questions=tuple(Question(folded, tuple(answer)) for folded, answer in self._questions),
            headings=tuple(self._headings),
            quoted=self._quoted,
        )

    def _take_words(self, line: str) -> None:
        quoted = line.startswith((">", "|"))
        words = line.lstrip(">| ").strip() if quoted else line
        if not words:
            self._end_passage()
            return
        self._watch_for_reply(words.lower()[:200])
        if self._opens_question(words):
            return
        if quoted or self._rest_quoted:
            self._quoted += 1
            self._end_passage()
            return
        self._take_own(words)

    def _take_own(self, words: str) -> None:
        bare, bold = _bare(words)
        if not bare:
            return
        folded = bare.lower()
        if self._asked and bold and folded.startswith(("i ", "we ")):
            # A statement in the form's own bold type: who sends the form makes it, and it answers no question.
            self._end_passage()
            self._under, self._asked = "", False
        elif not self._asked and self._is_heading(bare, folded, bold=bold or words.startswith("#")):
            self._end_passage()
            self._headings.append(folded)
            self._under, self._asked = folded, False
            return
        self._lines.append(Line(bare, folded))

    def _watch_for_reply(self, folded: str) -> None:
        """What stands below an answered mail is its quotation, marked line by line or not; a forwarded letter is the letter."""
        said_something = bool(self._own)
        if said_something and holds(PHRASES.reply_marks, folded) and folded.endswith((":", "-")):
            self._rest_quoted = True
        if said_something and self._from_before and folded.startswith(("sent:", "date:", "to:")):
            self._rest_quoted = not self._forwarded
        self._forwarded = self._forwarded or "forwarded message" in folded or "weitergeleitete nachricht" in folded
        self._from_before = folded.startswith("from:")

    def _opens_question(self, words: str) -> bool:
        """Whether a form's question begins here; then the lines up to its end are the form's."""
        bare, bold = _bare(words)
        folded = bare.lower()
        mark = next((mark for mark in ("**", "__") if words.startswith(mark)), "")
        if not folded.startswith(PHRASES.question_openings):
            return False
        if not mark and not self._reads_as_question(folded):
            return False
        self._end_passage()
        self._mark = mark
        self._go_on_asking(words[len(mark) :] if mark else bare)
        return True

    @staticmethod
    def _reads_as_question(folded: str) -> bool:
        """Without bold type only what no sender says of himself: the form's own turns of phrase."""
        return holds(PHRASES.question_marks, folded)

    def _go_on_asking(self, line: str) -> None:
        line = line.lstrip("> ")
        end, after = _question_end(line, self._mark, "".join(self._asking))
        self._asking.append(line[:end] if end is not None else line)
        if end is None and sum(map(len, self._asking)) < LONGEST_QUESTION:
            return
        self._end_question()
        if after is not None and line[after:].strip(" *_"):
            self._take_words(line[after:].strip())

    def _end_question(self) -> None:
        if not self._asking:
            return
        folded = " ".join(self._asking).lower().strip(" *_")
        self._asking = []
        self._questions.append((folded, []))
        self._under, self._asked = folded, True

    def _is_heading(self, bare: str, folded: str, *, bold: bool) -> bool:
        """A short line that says nothing by itself: it ends with a colon, is in bold or in large letters, or is numbered and has no verb."""
        if self._lines and self._lines[-1].text[-1].isalnum() and len(self._lines[-1].text) > LONGEST_LABEL // 2:
            return False  # the line before runs on into this one
        if len(bare) > LONGEST_LABEL or "://" in bare or redacted(folded) or "@" in bare:
            return False
        if holds(PHRASES.closings, f"{folded.rstrip(' ,.!')},") or folded.startswith(("i ", "we ", "/s/")):
            return False
        if bare.endswith(":"):
            return not bare[0].islower()
        words = bare.split()
        if bold or (bare.isupper() and len(words) > 1):
            return not bare.endswith(".")
        return holds(PHRASES.headings, f"{folded.rstrip(' .:')}\n") and len(words) <= 8  # noqa: PLR2004 longer than any heading

    def _end_passage(self) -> None:
        if not self._lines:
            return
        passage = Passage(tuple(self._lines), self._under, self._asked)
        self._lines = []
        self._own.append(passage)
        if self._asked and self._questions:
            self._questions[-1][1].append(passage)


def _bare(words: str) -> tuple[str, bool]:
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


def _question_end(line: str, mark: str, before: str) -> tuple[int | None, int | None]:
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
