"""What a letter is: by what its sender says, never by its title alone.

The statute's own statements weigh most: nobody makes them by accident. Only where they are absent do the letter's plain words count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dmca_svc.reading.model import Document
from dmca_svc.reading.phrases import PHRASES

if TYPE_CHECKING:
    from dmca_svc.reading.passages import Passages
    from dmca_svc.reading.statements import Statements

SURE: Final = 0.95
PLAIN: Final = 0.9
LIKELY: Final = 0.8
UNSURE: Final = 0.6

ADVICE: Final = 3
"""Sentences of advice that make a letter a guide: a sender who explains the law to the host uses one or two."""

_OF_COPYRIGHT: Final = ("copyright", "dmca", "512(c)", "authorship", "urheber", "derechos de autor", "droit d'auteur")
_OTHER_WRONGS: Final = ("trademark", "libel", "privacy")
_ELSEWHERE: Final = ("permission", "privacy", "trademark", "libel", "question")


def kind_of(letter: Passages, said: Statements) -> tuple[Document, float]:
    """Give the document's kind and how clearly it showed, between 0 and 1."""
    return _by_statements(letter, said) or _by_plain_words(letter, said)


def _by_statements(letter: Passages, said: Statements) -> tuple[Document, float] | None:
    """Decide by the statements of 512(c)(3)(A)(v) and (vi), 512(g)(3)(C) and (D), and the notice of 512(g)(2)(C)."""
    if sum(1 for _ in said.of("guide")) + sum(PHRASES.sayings["guide"].in_(heading) for heading in letter.headings) >= ADVICE:
        return Document.OTHER, LIKELY
    good_faith, mistake = said.holds("good_faith"), said.holds("mistake")
    consents = said.holds("jurisdiction") or said.holds("service")
    sworn_whole = said.swears and said.holds("authority") and said.holds("accuracy")
    right = said.swears and (said.holds("authority") or said.holds("accuracy"))
    whole = good_faith and right
    if good_faith and any(said.holds(name) for name in _OTHER_WRONGS) and not any(word in said.folded for word in _OF_COPYRIGHT):
        return Document.OTHER, LIKELY
    disputes = mistake and not whole and (said.swears or said.holds("counter") or _is_form(letter, "were taken down"))
    statutory = said.holds("removed_by_mistake") or (consents and mistake)
    if statutory or (consents and not whole) or (disputes and not said.holds("retraction")):
        return Document.COUNTER_NOTICE, SURE if consents and mistake else PLAIN
    if said.holds("court_for_hold") and not whole:
        return Document.COURT_ACTION, SURE
    if whole:
        return Document.NOTICE, SURE
    if (good_faith or (right and (said.holds("infringing") or sworn_whole))) and not _takes_back(said):
        return Document.NOTICE, PLAIN
    return None


def _by_plain_words(letter: Passages, said: Statements) -> tuple[Document, float]:
    """Decide by what the letter asks for, when it holds no statement of the statute, or half of one."""
    if said.holds("host_reply"):
        return Document.OTHER, LIKELY
    if _is_form(letter, "were taken down") or _is_form(letter, "has been disabled"):
        return Document.COUNTER_NOTICE, LIKELY
    if _is_form(letter, "should be taken down") or _is_form(letter, "allegedly been infringed"):
        return Document.NOTICE, LIKELY
    if said.holds("court"):
        return Document.COURT_ACTION, LIKELY
    if said.holds("my_upload") and not said.holds("question"):
        return Document.COUNTER_NOTICE, UNSURE
    claims = said.holds("infringing") and said.holds("our_copyright")
    if said.holds("retraction") and (not claims or _takes_back(said)):
        return Document.RETRACTION, LIKELY
    elsewhere = any(said.holds(name) for name in _ELSEWHERE)
    if claims and not (said.holds("question") and not said.holds("asks_removal")):
        return Document.NOTICE, UNSURE if elsewhere else LIKELY
    complains = said.holds("taken") or (said.holds("asks_removal") and said.holds("owns"))
    if complains and said.holds("our_copyright") and not elsewhere:
        return Document.NOTICE, UNSURE
    if said.holds("counter") and not elsewhere:
        return Document.COUNTER_NOTICE, UNSURE
    return Document.OTHER, LIKELY if elsewhere else UNSURE


def _takes_back(said: Statements) -> bool:
    """Whether the letter opens with a retraction: one that comes late is told of somebody else."""
    first = next(said.of("retraction"), None)
    return first is not None and first.at <= 4


def _is_form(letter: Passages, words: str) -> bool:
    return any(words in question.folded for question in letter.questions)
