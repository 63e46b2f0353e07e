"""What the sender says: sentences, who swears to them, and which of counsel's sayings they hold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from dmca_svc.reading.phrases import PHRASES, Saying

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dmca_svc.reading.passages import Passages

LONGEST_SENTENCE: Final = 2_000
"""A sentence is cut here: what runs on longer is a list, and words far apart say nothing together."""

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
    """One sentence of the sender's, and where it stands in the letter (counted from 0)."""

    text: str
    folded: str
    at: int


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
        """Whether an oath covers a sentence: its own, one just before it or after it, or one that ends with a colon and opens a list."""
        return any(
            oath.at - 1 <= sentence.at <= oath.at + 1 or (oath.at < sentence.at and oath.folded.rstrip().endswith((":", "that")))
            for oath in self.oaths
        )


def statements(letter: Passages) -> Statements:
    """Cut the sender's passages into sentences. A plain yes to a form's statement adopts it; silence does not."""
    texts = [text for passage in letter.own for text in sentences_of(passage.text)]
    for question in letter.questions:
        answer = " ".join(passage.folded for passage in question.answer)[:200]
        if '"' in question.folded and _QUOTED_ADVICE in question.folded and answer.lstrip("*_ \"'").startswith(PHRASES.lists["affirmed"]):
            texts.append(question.folded.partition('"')[2])
        elif not question.answer and question.folded.startswith(("i ", "we ")):
            texts.append(question.folded)
    return Statements(tuple(Sentence(text, text.lower(), at) for at, text in enumerate(texts)))


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
