"""The statutory elements: each question a function, its docstring the statute's words, its vocabulary in `phrases.toml`.

What a form asked for must stand in its answer; what a free letter says may stand anywhere in the sender's own words.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from dmca_svc.reading.lines import says_something
from dmca_svc.reading.model import Finding
from dmca_svc.reading.phrases import PHRASES, holds
from dmca_svc.reading.places import locates, material_in, work_in
from dmca_svc.reading.reached import only_mail, reaches_sender
from dmca_svc.reading.signature import signed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dmca_svc.reading.lines import Line
    from dmca_svc.reading.passages import Passages, Question
    from dmca_svc.reading.statements import Sentence, Statements

_WITHOUT_LEAVE: Final = re.compile(r"\b(?:not|never|none|neither)\b[^.;]{0,120}?authori[sz][^.;]{0,120}?\blaw\b")
LONGEST_QUOTE: Final = 300
ABSENT: Final = Finding(present=False)


def notice_elements(letter: Passages, said: Statements) -> dict[str, Finding]:
    """Give the six elements of 17 U.S.C. 512(c)(3)(A), in the statute's order."""
    return {
        "signature": signature(letter),
        "work": work(letter, said),
        "material": material(letter, said),
        "contact": contact(letter, full=False),
        "good_faith": good_faith(said),
        "accuracy_authority": accuracy_authority(said),
    }


def counter_notice_elements(letter: Passages, said: Statements) -> dict[str, Finding]:
    """Give the elements of 17 U.S.C. 512(g)(3), (D) as two: contact, and consent with service."""
    return {
        "signature": signature(letter),
        "material": material(letter, said),
        "good_faith_mistake": good_faith_mistake(said),
        "contact": contact(letter, full=True),
        "jurisdiction_service": jurisdiction_service(said),
    }


def signature(letter: Passages) -> Finding:
    """A physical or electronic signature of a person authorized to act for the owner (512(c)(3)(A)(i)), or subscriber (512(g)(3)(A))."""
    asked = _asked(letter, "signature")
    if asked:
        return _answer(asked)
    return _finding(signed(letter))


def contact(letter: Passages, *, full: bool) -> Finding:
    """Information sufficient to contact the complaining party (512(c)(3)(A)(iv)); `full`: name, address, telephone (512(g)(3)(D))."""
    asked = [question for question in _asked(letter, "contact") if not holds(PHRASES.asks["not_contact"], question.folded)]
    if asked:
        found = _answer(asked)
        return ABSENT if full and found.present and only_mail(asked) else found
    return _finding(reaches_sender(letter, full=full))


def work(letter: Passages, said: Statements) -> Finding:
    """Identification of the copyrighted work claimed to have been infringed, or a representative list (512(c)(3)(A)(ii))."""
    asked = _asked(letter, "work")
    if asked:
        return _answer(asked)
    return _finding(work_in(letter, said))


def material(letter: Passages, said: Statements) -> Finding:
    """Identification of the material, and information reasonably sufficient to locate it (512(c)(3)(A)(iii), 512(g)(3)(B))."""
    asked = _asked(letter, "material")
    if asked:
        answers = [line for line in _answered(asked) if says_something(line.folded)]
        located = next((line.text for line in answers if locates(line)), None)
        # "The whole page" points back at what another answer named.
        return _finding(located or (material_in(letter, said) if answers else None))
    return _finding(material_in(letter, said))


def good_faith(said: Statements) -> Finding:
    """A good faith belief that the use is not authorized by the copyright owner, its agent, or the law (512(c)(3)(A)(v))."""
    return _first(said.of("good_faith"))


def accuracy_authority(said: Statements) -> Finding:
    """The information is accurate, AND under penalty of perjury the complaining party is authorized (512(c)(3)(A)(vi)): both halves."""
    accurate = _first(said.of("accuracy"))
    authorized = _first(_in_own_words(said.of("authority", where=said.sworn)))
    if not authorized.present:
        authorized = _first(_in_own_words(said.of("authority_in_terms", where=said.beside_oath)))
    return authorized if accurate.present and authorized.present else ABSENT


def _in_own_words(sentences: Iterable[Sentence]) -> Iterator[Sentence]:
    """Leave out sentences whose only authority is the one that the infringer has not ("not authorized by the owner or the law")."""
    for sentence in sentences:
        rest = _WITHOUT_LEAVE.sub("", sentence.folded)
        if rest == sentence.folded or PHRASES.sayings["authority"].in_(rest):
            yield sentence


def good_faith_mistake(said: Statements) -> Finding:
    """Under penalty of perjury, a good faith belief that the material was removed by mistake or misidentification (512(g)(3)(C))."""
    believed = _first(said.of("mistake"))
    return believed if believed.present and said.swears else ABSENT


def jurisdiction_service(said: Statements) -> Finding:
    """Consent to the jurisdiction of Federal District Court, AND acceptance of service of process (512(g)(3)(D)): both halves."""
    consents = _first(said.of("jurisdiction"))
    return consents if consents.present and _first(said.of("service")).present else ABSENT


def _asked(letter: Passages, element: str) -> list[Question]:
    words = PHRASES.asks[element]
    return [
        question
        for question in letter.questions
        if holds(words, question.folded)
        and not (question.is_statute and not question.answered)
        and "following statement" not in question.folded
        and not question.folded.startswith("if ")
    ]


def _answer(asked: list[Question]) -> Finding:
    return _finding(next((line.text for line in _answered(asked) if says_something(line.folded)), None))


def _answered(asked: list[Question]) -> Iterator[Line]:
    return (line for question in asked for passage in question.answer for line in passage.lines)


def _finding(where: str | None) -> Finding:
    return ABSENT if where is None else Finding(present=True, where=where[:LONGEST_QUOTE])


def _first(sentences: Iterable[Sentence]) -> Finding:
    return _finding(next((sentence.text for sentence in sentences), None))
