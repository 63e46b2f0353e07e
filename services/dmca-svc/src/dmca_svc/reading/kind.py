"""What a letter is: by what its sender says, never by its title alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dmca_svc.reading.model import Document

if TYPE_CHECKING:
    from dmca_svc.reading.passages import Passages
    from dmca_svc.reading.statements import Statements

SURE: Final = 0.95
LIKELY: Final = 0.8
UNSURE: Final = 0.6

_ELSEWHERE: Final = ("host_reply", "permission", "privacy", "trademark", "libel", "guide", "question", "thanks")


def kind_of(letter: Passages, said: Statements) -> tuple[Document, float]:
    """Give the document's kind and how clearly it showed, between 0 and 1."""
    good_faith, mistake = said.holds("good_faith"), said.holds("mistake")
    consents = said.holds("jurisdiction") or said.holds("service")
    sworn_right = said.swears and (said.holds("authority") or said.holds("accuracy"))
    if consents or (mistake and said.holds("counter")):
        return Document.COUNTER_NOTICE, SURE if consents and mistake else LIKELY
    if said.holds("court") and not (good_faith and sworn_right):
        return Document.COURT_ACTION, LIKELY
    if good_faith and sworn_right:
        return Document.NOTICE, SURE
    if said.holds("host_reply"):
        return Document.OTHER, LIKELY
    if said.holds("retraction"):
        return Document.RETRACTION, LIKELY
    if _is_form(letter, "were taken down") or _is_form(letter, "has been disabled"):
        return Document.COUNTER_NOTICE, LIKELY
    if good_faith or sworn_right or _is_form(letter, "should be taken down"):
        return Document.NOTICE, LIKELY
    if said.holds("infringing") and said.holds("our_copyright") and not any(said.holds(name) for name in _ELSEWHERE):
        return Document.NOTICE, UNSURE
    if said.holds("counter") and not any(said.holds(name) for name in _ELSEWHERE):
        return Document.COUNTER_NOTICE, UNSURE
    return Document.OTHER, UNSURE


def _is_form(letter: Passages, words: str) -> bool:
    return any(words in question.folded for question in letter.questions)
