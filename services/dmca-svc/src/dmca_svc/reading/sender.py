"""Who wrote a free letter: the signature under it, and the ways in which its sender can be reached."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from dmca_svc.reading.lines import redacted, says_something
from dmca_svc.reading.model import Contact
from dmca_svc.reading.passages import Line
from dmca_svc.reading.phrases import PHRASES, holds

if TYPE_CHECKING:
    from dmca_svc.reading.passages import Passages, Question

TAIL_LINES: Final = 14
"""Lines at a letter's end in which a bare name is a signature."""

_EMAIL: Final = re.compile(r"(?<![\w.+@-])[\w.+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4}", re.IGNORECASE)
_PHONE: Final = re.compile(r"(?<![\w/.=#-])\+?\(?\d[\d ().-]{6,20}\d(?![\w/])")
_STREET: Final = re.compile(
    r"\b\d{1,5}[a-z]?,? (?:[\w.'-]{1,30},? ){0,4}(?:street|st\.|st|avenue|ave|road|rd|lane|ln|drive|dr|way"
    r"|boulevard|blvd|court|square|place|suite|floor|strasse|gate|row|terrace|close|hill|quay|park)\b"
    r"|\b[\w-]{2,30}(?:strasse|straße|gasse|weg|platz|gatan|laan|straat)\b,? \d{1,4}|\bp\.? ?o\.? box\b|\b[A-Z]{2},? \d{5}\b",
    re.IGNORECASE,
)
_NAME: Final = re.compile(r"[^\W\d_][\w.'\u2019-]*(?:,? [^\W\d_][\w.'\u2019-]*){1,4},?")


_PRESENTED: Final = re.compile(
    r"\bI am (?:\[private\]|[A-Z][\w.'-]{1,30}(?: [A-Z][\w.'-]{1,30}){1,3}), (?:the )?(?:copyright|owner|subscriber|author|account)"
)
"""Who presents himself by name and capacity has typed his name to what he states."""


def signed(letter: Passages) -> str | None:
    """Give the place of the signature: a mark like /s/, a labelled line, a name under the closing words, or a name at the very end."""
    lines = letter.lines
    for index, line in enumerate(lines):
        if any(_stands_alone(mark, line.folded) for mark in PHRASES.lists["signature_marks"]):
            value = line.text.partition(":")[2].strip() if ":" in line.text else line.text
            if value or index + 1 < len(lines):
                return line.text
    for passage in letter.own:
        if holds(PHRASES.lists["signature_labels"], passage.under) or holds(PHRASES.lists["signature_leads"], passage.under):
            return passage.text
    closing = _closing(lines)
    if closing is not None:
        name = _name_behind(lines[closing])
        if name:
            return name
        for line in lines[closing + 1 : closing + 9]:
            if _names_somebody(line) and not _labelled(line, "contact_labels"):
                return line.text
    return _name_at_the_end(letter) or next((line.text for line in lines if _PRESENTED.search(line.text)), None)


def _name_at_the_end(letter: Passages) -> str | None:
    """Find a bare name among the last lines: a redaction anywhere there, a name where a passage begins (a city ends an address)."""
    left = min(TAIL_LINES, _lines_behind_statements(letter.lines))
    for passage in reversed(letter.own):
        if left <= 0:
            return None
        for index, line in reversed(list(enumerate(passage.lines[-left:], start=max(0, len(passage.lines) - left)))):
            opens = index == 0 or passage.lines[index - 1].text.endswith((".", "!", "?", '"'))
            named = _bare_redaction(line.folded) or (opens and _is_name(line))
            if named and not _labelled(line, "contact_labels"):
                return line.text
        left -= len(passage.lines)
    return None


def _lines_behind_statements(lines: tuple[Line, ...]) -> int:
    """Count the lines behind the last statement; where there is none, all are."""
    for behind, line in enumerate(reversed(lines)):
        if holds(PHRASES.lists["statement_lines"], line.folded):
            return behind
    return len(lines)


def _stands_alone(mark: str, folded: str) -> bool:
    """Whether a mark stands in a line by itself, not inside a word ("designed by") or an address (`example.org/s/song`)."""
    at = folded.find(mark)
    return at == 0 or (at > 0 and not folded[at - 1].isalnum() and "://" not in folded[:at])


def reaches_sender(letter: Passages, *, full: bool) -> str | None:
    """Give the place that tells how to reach the sender; `full` asks for more than an e-mail address."""
    labels = "phone_labels" if full else "contact_labels"
    for line in letter.lines:
        if _labelled(line, labels) or _PHONE.search(line.text) or _own_street(line):
            return line.text
        if not full and _own_email(line.folded):
            return line.text
    for index, line in enumerate(letter.lines):
        if holds(PHRASES.lists["contact_leads"], line.folded) and _followed(letter.lines[index : index + 3]):
            return line.text
    for passage in letter.own:
        if holds(PHRASES.lists["contact_leads"], passage.under) or _is_label(passage.under.rstrip(": "), labels):
            return passage.text
    return next((line.text for line in letter.lines if redacted(line.folded) and _bare_redaction(line.folded)), None)


def only_mail(asked: list[Question]) -> bool:
    """Whether the answers give an e-mail address and nothing else: 512(g)(3)(D) wants address and telephone."""
    words = " ".join(passage.folded for question in asked for passage in question.answer)
    return "@" in words and not any(says_something(word) for word in _EMAIL.sub(" ", words).split() if not word.endswith(":"))


def contact_of(letter: Passages) -> Contact:
    """Read name, organisation and e-mail address as far as they are plainly there."""
    email = next((found for line in letter.lines for found in [_own_email(line.folded)] if found), None)
    closing = _closing(letter.lines)
    name = None
    if closing is not None:
        name = next((line.text for line in letter.lines[closing + 1 : closing + 4] if _is_name(line)), None)
    for question in letter.questions:
        if holds(PHRASES.asks["signature"], question.folded) and question.answer:
            name = next((line.text for line in question.answer[0].lines if _is_name(line)), name)
    organisation = next(
        (
            value
            for line in letter.lines
            for value in [_value(line, ("company", "organization name", "organisation", "organization"))]
            if value
        ),
        None,
    )
    return Contact(name=name, organisation=organisation, email=email)


def _closing(lines: tuple[Line, ...]) -> int | None:
    """Find the last line of closing words ("Sincerely,")."""
    for index in range(len(lines) - 1, -1, -1):
        folded = lines[index].folded
        if len(folded) < 60 and (holds(PHRASES.closings, f"{folded.rstrip(' ,.!-')},") or folded.startswith(PHRASES.closings)):
            return index
    return None


def _name_behind(line: Line) -> str | None:
    """Give the name that stands in one line with the closing words ("Thanks, Mara Ellbrook")."""
    _, comma, rest = line.text.partition(",")
    return rest.strip() if comma and _is_name(Line(rest.strip(), rest.strip().lower())) else None


def _names_somebody(line: Line) -> bool:
    return _bare_redaction(line.folded) or _is_name(line)


def _followed(lines: tuple[Line, ...]) -> bool:
    """Whether a lead ("I may be contacted at") is followed by something to reach the sender by: a redaction, digits, or a list."""
    lead = lines[0].folded
    if redacted(" ".join(line.folded for line in lines)):
        return True
    if lead.endswith((":", " at", " by", " follows", " info")) or holds(PHRASES.lists["contact_leads"], lead[-24:]):
        return any(says_something(line.folded) for line in lines[1:])
    return ":" in lead and says_something(lead.rpartition(":")[2])


def _bare_redaction(folded: str) -> bool:
    return redacted(folded) and len(folded) < 120


def _is_name(line: Line) -> bool:
    text = line.text.partition("(")[0].partition(" on behalf ")[0].strip(" /,-")
    if len(text) > 60 or redacted(line.folded):
        return False
    if not PHRASES.words["no_name"].isdisjoint(text.lower().replace(",", " ").split()):
        return False
    return bool(_NAME.fullmatch(text)) and sum(word[:1].isupper() for word in text.split()) >= 2


def _labelled(line: Line, labels: str) -> bool:
    label, colon, value = line.folded.partition(":")
    if not colon or not any(ch.isalnum() for ch in value) or "://" in label + colon + value[:3]:
        return False
    return _is_label(label.strip(" *#-."), labels)


def _is_label(words: str, labels: str) -> bool:
    if not words or len(words) > 40:
        return False
    return any(words == known or words.endswith(f" {known}") or words.startswith(f"{known} ") for known in PHRASES.lists[labels])


def _value(line: Line, labels: tuple[str, ...]) -> str | None:
    label, colon, _ = line.folded.partition(":")
    if colon and label.strip() in labels:
        return line.text.partition(":")[2].strip()[:200] or None
    return None


def _own_email(folded: str) -> str | None:
    if "@" not in folded:
        return None
    for match in _EMAIL.finditer(folded):
        if not match.group().endswith(PHRASES.hosts):
            return match.group()
    return None


def _own_street(line: Line) -> bool:
    return len(line.text) < 300 and bool(_STREET.search(line.text))
