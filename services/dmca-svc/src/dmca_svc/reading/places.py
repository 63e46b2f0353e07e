"""Where a free letter names the work, and where the material."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from dmca_svc.reading.phrases import PHRASES, holds

if TYPE_CHECKING:
    from dmca_svc.reading.passages import Passages
    from dmca_svc.reading.statements import Statements

_PATH: Final = re.compile(r"(?:https?:/?/?|www\.)[^\s<>/]{3,100}/[^\s<>]|(?:com|org|net|io)/[\w%.~-]", re.IGNORECASE)
_DEFANGED: Final = re.compile(r"hxxp|\[\.\]", re.IGNORECASE)


def work_in(letter: Passages, said: Statements) -> str | None:
    """Give the words that name the work: a label's value, or a sentence that says whose what was copied."""
    for passage in letter.own:
        if holds(PHRASES.asks["work"], passage.under):
            return passage.text
    for sentence in said.of("work"):
        return sentence.text
    return None


def material_in(letter: Passages, said: Statements) -> str | None:
    """Give the place that names the material: an address with a path that is not said to be the sender's own, else a page by its name."""
    own: str | None = None
    for passage in letter.own:
        before = passage.under
        for line in passage.lines:
            if _PATH.search(line.text) or _DEFANGED.search(line.text):
                if not holds(PHRASES.lists["ours"], f"{before} {line.folded}"):
                    return line.text
                own = own or line.text
            before = line.folded if not line.folded.startswith("http") else before
    for sentence in said.sentences:
        if holds(PHRASES.lists["repository_words"], sentence.folded) and "/" in sentence.folded:
            return sentence.text
    return None
