"""What the sender says: sentences, who swears to them, and which of counsel's sayings they hold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from dmca_svc.reading.lines import is_labelled
from dmca_svc.reading.phrases import PHRASES, Saying, holds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dmca_svc.reading.passages import Passage, Passages

LONGEST_SENTENCE: Final = 2_000
"""A sentence is cut here: what runs on longer is a list, and words far apart say nothing together."""

LONGEST_SHORT_LINE: Final = 60

_ADDRESS: Final = re.compile(r"(?:https?|hxxps?)://[^\s<>\"]+|(?<![\w.+-])[\w.+-]{1,64}@[\w.-]{1,255}")
"""An address says nothing, whatever words are in it."""
_END: Final = re.compile(r"(?<=[^.\s][^.\s][.!?])[\"')\]]{0,2}\s+(?=[\"'(\[]{0,2}[A-Z0-9])")
_ABBREVIATED: Final = (
    "inc.",
    "ltd.",
    "corp.",
    "llc.",
    "sec.",
    "u.s.",
    "u.s.c.",
    "no.",
    "mr.",
    "mrs.",
    "ms.",
    "dr.",
    "st.",
    "vs.",
    "cal.",
    "co.",
    "art.",
    "nos.",
)
_QUOTED_ADVICE: Final = "following statement"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the sender's, where it stands in the letter, and in which of its passages (counted from 0)."""

    text: str
    folded: str
    at: int
    passage: int


@dataclass(frozen=True)
class Statements:
    """The sentences of a letter, the answers that adopt a form's statement among them."""

    sentences: tuple[Sentence, ...]

    @cached_property
    def folded(self) -> str:
        """All sentences in small letters, for asking quickly what cannot be there."""
        return "\n".join(sentence.folded for sentence in self.sentences)

    def of(self, name: str, where: Callable[[Sentence], bool] | None = None) -> Iterator[Sentence]:
        """Give the sentences that hold one of counsel's sayings."""
        saying: Saying = PHRASES.sayings[name].within(self.folded)
        if not saying.turns:
            return
        for sentence in self.sentences:
            if saying.in_(sentence.folded) and (where is None or where(sentence)):
                yield sentence

    def holds(self, name: str) -> bool:
        """Whether any sentence holds the saying."""
        return next(self.of(name), None) is not None

    @cached_property
    def oaths(self) -> tuple[Sentence, ...]:
        """The sentences sworn under penalty of perjury."""
        return tuple(self.of("perjury"))

    @property
    def swears(self) -> bool:
        """Whether the sender swears to anything."""
        return bool(self.oaths)

    def sworn(self, sentence: Sentence) -> bool:
        """Whether an oath covers a sentence: its own, one that ends openly and begins a list, or one that looks back on everything said."""
        return any(
            oath.at == sentence.at
            or (oath.at < sentence.at and oath.folded.rstrip(" *").endswith((":", " that", " that,")))
            or (oath.at > sentence.at and holds(PHRASES.lists["looks_back"], oath.folded))
            for oath in self.oaths
        )

    def beside_oath(self, sentence: Sentence) -> bool:
        """Whether an oath stands next to a sentence, in the same passage."""
        return any(abs(oath.at - sentence.at) == 1 and oath.passage == sentence.passage for oath in self.oaths)


def statements(letter: Passages) -> Statements:
    """Cut the sender's passages into sentences. A plain yes to a form's statement adopts it; silence does not."""
    texts = [(text, at) for at, passage in enumerate(letter.own) for part in _parts(passage) for text in sentences_of(part)]
    beyond = len(letter.own)
    for question in letter.questions:
        answer = " ".join(passage.folded for passage in question.answer)[:200]
        if '"' in question.folded and _QUOTED_ADVICE in question.folded and answer.lstrip("*_ \"'").startswith(PHRASES.lists["affirmed"]):
            texts.append((question.folded.partition('"')[2], beyond))
        elif not question.answer and question.folded.startswith(("i ", "we ")):
            texts.append((question.folded, beyond))
        beyond += 1
    return Statements(tuple(Sentence(text, _ADDRESS.sub(" ", text.lower()), at, passage) for at, (text, passage) in enumerate(texts)))


def _parts(passage: Passage) -> list[str]:
    """Cut a passage where a labelled line begins and the line before does not run on into it."""
    parts: list[list[str]] = []
    for line in passage.lines:
        runs_on = bool(parts) and len(parts[-1][-1]) > LONGEST_SHORT_LINE and parts[-1][-1][-1].isalnum()
        if not parts or (is_labelled(line.text) and not runs_on):
            parts.append([])
        parts[-1].append(line.text)
    return [" ".join(part) for part in parts]


def sentences_of(text: str) -> list[str]:
    """Cut a passage at its full stops, not at those of abbreviations."""
    pieces: list[str] = []
    start = 0
    for match in _END.finditer(text):
        piece = text[start : match.start()]
        if not piece.lower().endswith(_ABBREVIATED):
            pieces.append(piece)
            start = match.end()
    pieces.append(text[start:])
    return [piece[at : at + LONGEST_SENTENCE] for piece in pieces for at in range(0, len(piece), LONGEST_SENTENCE)]
