"""The signature under a free letter: a mark, a labelled line, a name under the closing words, or a name at the very end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from dmca_svc.reading.lines import Line, closes, is_statute, says_something
from dmca_svc.reading.names import bare_redaction, has_title, is_name, signs
from dmca_svc.reading.phrases import PHRASES, holds
from dmca_svc.reading.reached import is_contact

if TYPE_CHECKING:
    from dmca_svc.reading.passages import Passages

TAIL_LINES: Final = 14
"""Lines at a letter's end in which a bare name is a signature."""

UNDER_CLOSING: Final = 8
"""Lines under the closing words in which the name stands: a firm's name and a blank may come first."""

LONGEST_CLOSING: Final = 80

_WORD: Final = r"(?:(?!(?:the|undersigned|who|as|if|therefore|hereby|do)\b)[^\W\d_][\w.'-]{0,30})"
_PRESENTED: Final = re.compile(
    rf"\b(?:I am|I, )(?: ?\[private\]| ?{_WORD}(?: {_WORD}){{1,4}}), (?:the |an? |do |hereby |being )?"
    r"(?:copyright|owner|subscriber|author|account|sole|certify|swear|declare|state|affirm|attest|solemnly|duly)"
)
"""Who presents himself by name and capacity, or swears by name, has typed his name to what he states."""


def signed(letter: Passages) -> str | None:
    """Give the place of the signature."""
    return (
        _marked(letter.lines)
        or _labelled(letter)
        or _under_closing(letter.lines)
        or _name_at_the_end(letter)
        or _behind_last_words(letter.lines)
        or _presented(letter.lines)
    )


def closing_of(lines: tuple[Line, ...]) -> int | None:
    """Find the last line of closing words ("Sincerely,")."""
    for index in range(len(lines) - 1, -1, -1):
        folded = lines[index].folded
        if len(folded) >= LONGEST_CLOSING:
            continue
        if closes(folded) or (folded.startswith(PHRASES.lists["thanks"]) and folded.endswith((",", "!", "."))):
            return index
    return None


def name_behind(line: Line) -> str | None:
    """Give the name that stands in one line with the closing words ("Thanks, Mara Ellbrook")."""
    _, comma, rest = line.text.partition(",")
    name = rest.strip()
    return name if comma and name and signs(Line(name, name.lower()), first=len(line.text) < LONGEST_CLOSING // 2) else None


def _marked(lines: tuple[Line, ...]) -> str | None:
    for index, line in enumerate(lines):
        if not any(_stands_alone(mark, line.folded) for mark in PHRASES.lists["signature_marks"]):
            continue
        _, colon, value = line.text.partition(":")
        following = lines[index + 1] if index + 1 < len(lines) else None
        if (says_something(value) if colon else True) or (following is not None and not is_contact(following)):
            return line.text
    return None


def _labelled(letter: Passages) -> str | None:
    """Find what stands under "Signature", or under "Full name" or behind "Name:" once everything has been stated."""
    left = _lines_behind_statements(letter.lines)
    for line in letter.lines[len(letter.lines) - left :] if left else ():
        label, colon, value = line.folded.partition(":")
        if colon and label.strip(" *-") in PHRASES.lists["name_labels"] and says_something(value):
            return line.text
    behind = letter.own[-left:] if left else ()
    for passage in letter.own:
        if passage.under.strip(" :") in PHRASES.lists["name_labels"] and passage in behind:
            return passage.text
        labelled = any(_stands_alone(label, passage.under) for label in PHRASES.lists["signature_labels"])
        if labelled or holds(PHRASES.lists["signature_leads"], passage.under):
            return passage.text
    return None


def _under_closing(lines: tuple[Line, ...]) -> str | None:
    closing = closing_of(lines)
    if closing is None:
        return None
    name = name_behind(lines[closing])
    if name:
        return name
    below = lines[closing + 1 : closing + 1 + UNDER_CLOSING]
    return next((line.text for at, line in enumerate(below) if not is_contact(line) and signs(line, first=at == 0)), None)


def _name_at_the_end(letter: Passages) -> str | None:
    """Find a bare name among the last lines: a redaction anywhere there, a name where a passage begins (a city ends an address)."""
    left = min(TAIL_LINES, _lines_behind_statements(letter.lines))
    for passage in reversed(letter.own):
        if left <= 0:
            return None
        for index, line in reversed(list(enumerate(passage.lines[-left:], start=max(0, len(passage.lines) - left)))):
            opens = index == 0 or passage.lines[index - 1].text.endswith((".", "!", "?", '"'))
            named = (
                bare_redaction(line.folded)
                or (is_name(line) and (opens or has_title(line)))
                or (opens and passage is letter.own[-1] and signs(line, first=True))
            )
            if named and not is_contact(line):
                return line.text
        left -= len(passage.lines)
    return None


def _lines_behind_statements(lines: tuple[Line, ...]) -> int:
    """Count the lines behind the last statement; where there is none, all are."""
    for behind, line in enumerate(reversed(lines)):
        if holds(PHRASES.lists["statement_lines"], line.folded) and not is_statute(line.folded):
            return behind
    return len(lines)


def _behind_last_words(lines: tuple[Line, ...]) -> str | None:
    """Find a name that stands in one line with the letter's last sentence."""
    for line in lines[-1:]:
        name = line.text.rpartition(". ")[2].strip()
        if name != line.text and is_name(Line(name, name.lower())):
            return name
    return None


def _presented(lines: tuple[Line, ...]) -> str | None:
    return next((line.text for line in lines if _PRESENTED.search(line.text)), None)


def _stands_alone(mark: str, folded: str) -> bool:
    """Whether a mark stands in a line by itself, not inside a word ("designed by") or an address (`example.org/s/song`)."""
    at = folded.find(mark)
    return at == 0 or (at > 0 and not folded[at - 1].isalnum() and "://" not in folded[:at])
