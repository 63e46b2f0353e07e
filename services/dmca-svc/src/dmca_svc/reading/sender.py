"""Who wrote a letter, as far as it says so plainly: name, organisation, address of mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmca_svc.reading.model import Contact
from dmca_svc.reading.names import is_name
from dmca_svc.reading.phrases import PHRASES, holds
from dmca_svc.reading.reached import own_email
from dmca_svc.reading.signature import closing_of, name_behind

if TYPE_CHECKING:
    from dmca_svc.reading.lines import Line
    from dmca_svc.reading.passages import Passages

_ORGANISATION = ("company", "organization name", "organisation name", "organisation", "organization", "firm")


def contact_of(letter: Passages, sender: str | None) -> Contact:
    """Read name, organisation and e-mail address as far as they are plainly there; without an address, that which `sender` wrote from."""
    email = next((found for line in letter.lines for found in [own_email(line.folded)] if found), None)
    organisation = next((value for line in letter.lines for value in [_value(line, _ORGANISATION)] if value), None)
    return Contact(name=_name(letter), organisation=organisation, email=email or sender)


def _name(letter: Passages) -> str | None:
    name = None
    closing = closing_of(letter.lines)
    if closing is not None:
        below = next((line.text for line in letter.lines[closing + 1 : closing + 4] if is_name(line)), None)
        name = name_behind(letter.lines[closing]) or below
    for question in letter.questions:
        if holds(PHRASES.asks["signature"], question.folded) and question.answer:
            name = next((line.text for line in question.answer[0].lines if is_name(line)), name)
    return name


def _value(line: Line, labels: tuple[str, ...]) -> str | None:
    label, colon, _ = line.folded.partition(":")
    if colon and label.strip() in labels:
        return line.text.partition(":")[2].strip()[:200] or None
    return None
