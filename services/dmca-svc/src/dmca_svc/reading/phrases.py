"""The vocabulary that the reader knows, loaded once from `phrases.toml`, where counsel can read and mend it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

Turns = tuple[tuple[tuple[str, ...], ...], ...]
"""Ways of saying one thing: each is a list of groups, and says it when some word of every group is there."""


@dataclass(frozen=True, slots=True)
class Saying:
    """What a half of a statement is known by: the ways of saying it, and what turns it into its contrary or into advice."""

    turns: Turns
    unless: tuple[str, ...] = ()
    near: int = 0

    def in_(self, folded: str) -> bool:
        """Whether a sentence in small letters says it; with `near`, only words at most so many characters apart say it together."""
        said = any(_together(turn, folded, self.near) if self.near else _anywhere(turn, folded) for turn in self.turns)
        return said and not any(word in folded for word in self.unless)

    def within(self, folded: str) -> Saying:
        """Keep only the ways that can occur in a text at all: a long text is then asked a few words a sentence."""
        alive = tuple(tuple(tuple(word for word in group if word in folded) for group in turn) for turn in self.turns)
        return Saying(tuple(turn for turn in alive if all(turn)), self.unless, self.near)


def _anywhere(turn: tuple[tuple[str, ...], ...], folded: str) -> bool:
    return all(any(word in folded for word in group) for group in turn)


def _together(turn: tuple[tuple[str, ...], ...], folded: str, near: int) -> bool:
    """Whether a word of the last group stands behind words of the others, all within `near` characters."""
    *others, last = turn
    for word in last:
        at = folded.find(word)
        while at >= 0:
            if _anywhere(tuple(others), folded[max(0, at - near) : at + len(word)]):
                return True
            at = folded.find(word, at + 1)
    return False


@dataclass(frozen=True, slots=True)
class Phrases:
    """The whole vocabulary; lists are of folded words."""

    question_openings: tuple[str, ...]
    question_marks: tuple[str, ...]
    statute: tuple[str, ...]
    headings: tuple[str, ...]
    closings: tuple[str, ...]
    host_preface: tuple[str, ...]
    reply_marks: tuple[str, ...]
    hosts: tuple[str, ...]
    asks: dict[str, tuple[str, ...]]
    lists: dict[str, tuple[str, ...]]
    words: dict[str, frozenset[str]]
    sayings: dict[str, Saying]


def holds(words: tuple[str, ...], folded: str) -> bool:
    """Whether any of the words stands in the text."""
    return any(word in folded for word in words)


def _loaded() -> Phrases:
    table: dict[str, Any] = tomllib.loads(files(__package__).joinpath("phrases.toml").read_text(encoding="utf-8"))
    form = {name: tuple(words) for name, words in table["form"].items()}
    return Phrases(
        **form,
        asks={name: tuple(words) for name, words in table["asks"].items()},
        lists={name: tuple(words) for name, words in table["lists"].items()},
        words={name: frozenset(words) for name, words in table["words"].items()},
        sayings={name: _saying(entry, table["advice"]["words"]) for name, entry in table["says"].items()},
    )


def _saying(entry: dict[str, Any], advice: list[str]) -> Saying:
    turns = tuple(tuple(tuple(group) for group in turn) for turn in entry["turns"])
    unless = tuple(entry.get("unless", [])) + (() if entry.get("advice") else tuple(advice))
    return Saying(turns, unless, entry.get("near", 0))


PHRASES: Final = _loaded()
