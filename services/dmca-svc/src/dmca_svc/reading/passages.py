"""A letter's text cut into passages, and whose words each one is: the sender's, a form's question, a heading, or a quotation.

A form's question or a quotation is not the sender's statement; an empty answer is a missing element (D8).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from dmca_svc.reading.lines import Line, bare, closes, is_labelled, is_rule, is_statute, normalised, question_end, redacted, says_something
from dmca_svc.reading.names import is_name
from dmca_svc.reading.phrases import PHRASES, holds

LONGEST_QUESTION: Final = 1_500
LONGEST_LABEL: Final = 70
STATEMENT_LINES: Final = 6
"""Lines over a name in which the statement stands that it signs."""
MOST_DIGITS: Final = 6
"""Digits in a line that are no heading's any more: a telephone number, a postcode."""


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
    def is_statute(self) -> bool:
        """Whether the statute's own words stand in the place of a question: unanswered they ask nothing."""
        return is_statute(self.folded)

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
    """Cut a letter into passages. Linear in the text's length; words in the middle of a text over 350,000 characters are not read."""
    cutter = _Cutter()
    for raw in normalised(text).split("\n"):
        cutter.take(raw)
    return cutter.result()


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
            self._host_speaks = not is_rule(line)
            return
        if not line or is_rule(line):
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
        plain, bold = bare(words)
        if not plain:
            return
        folded = plain.lower()
        if self._asked and bold and folded.startswith(("i ", "we ")):
            # A statement in the form's own bold type: who sends the form makes it, and it answers no question.
            self._end_passage()
            self._under, self._asked = "", False
        elif not self._asked and self._is_heading(plain, folded, bold=bold or words.startswith("#")):
            self._end_passage()
            self._headings.append(folded)
            self._under, self._asked = folded, False
            return
        self._lines.append(Line(plain, folded))

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
        plain, _ = bare(words)
        folded = plain.lower()
        mark = next((mark for mark in ("**", "__") if words.startswith(mark)), "")
        if is_statute(folded):
            self._end_passage()
            self._mark = ""
            self._go_on_asking(plain.lstrip("\"'(ivx) "))
            return True
        if not folded.startswith(PHRASES.question_openings):
            return False
        if not mark and not self._reads_as_question(folded):
            return False
        self._end_passage()
        self._mark = mark
        self._go_on_asking(words[len(mark) :] if mark else plain)
        return True

    @staticmethod
    def _reads_as_question(folded: str) -> bool:
        """Without bold type only what no sender says of himself: the form's own turns of phrase."""
        return holds(PHRASES.question_marks, folded)

    def _go_on_asking(self, line: str) -> None:
        line = line.lstrip("> ")
        end, after = question_end(line, self._mark, "".join(self._asking))
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

    def _is_heading(self, plain: str, folded: str, *, bold: bool) -> bool:
        """A short line that says nothing by itself: it ends with a colon, is in bold or large letters, or is a known heading."""
        if self._lines and self._lines[-1].text[-1].isalnum() and len(self._lines[-1].text) > LONGEST_LABEL // 2:
            return False  # the line before runs on into this one
        if len(plain) > LONGEST_LABEL or "://" in plain or redacted(folded) or "@" in plain or sum(map(str.isdigit, plain)) >= MOST_DIGITS:
            return False
        if closes(folded) or folded.startswith(("i ", "we ", "i, ", "we, ", "/s/")):
            return False
        if plain.endswith(":"):
            return not plain[0].islower() and not _swears(folded)
        words = plain.split()
        if plain.isupper() and not bold and (self._may_sign(plain, folded) or is_labelled(plain)):
            return False
        if bold or (plain.isupper() and len(words) > 1 and any(len(word) > 3 and word.isalpha() for word in words)):
            return not plain.endswith(".")
        return holds(PHRASES.headings, f"{folded.rstrip(' .:')}\n") and len(words) <= 8

    def _may_sign(self, plain: str, folded: str) -> bool:
        """Whether a line in large letters is a name under closing words or sworn words, and no heading."""
        above = self._lines[-STATEMENT_LINES:] or (self._own[-1].lines[-STATEMENT_LINES:] if self._own else ())
        if not above or not is_name(Line(plain, folded)):
            return False
        ended = closes(above[-1].folded) and len(above[-1].folded) < LONGEST_LABEL
        return ended or any(holds(PHRASES.lists["statement_lines"], line.folded) for line in above)

    def _end_passage(self) -> None:
        if not self._lines:
            return
        passage = Passage(tuple(self._lines), self._under, self._asked)
        self._lines = []
        self._own.append(passage)
        if self._asked and self._questions:
            self._questions[-1][1].append(passage)


def _swears(folded: str) -> bool:
    """Whether a line is the sender's own oath, and opens what is sworn ("Under penalty of perjury, I state:")."""
    return PHRASES.sayings["perjury"].in_(folded) and holds(PHRASES.lists["oneself"], f" {folded} ")
