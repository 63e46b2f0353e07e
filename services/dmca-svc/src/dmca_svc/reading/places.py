"""Where a free letter names the work, and where the material."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from dmca_svc.reading.lines import REDACTION, Line, redacted, says_something
from dmca_svc.reading.phrases import PHRASES, holds

if TYPE_CHECKING:
    from dmca_svc.reading.passages import Passages
    from dmca_svc.reading.statements import Sentence, Statements

_ADDRESS: Final = re.compile(r"https?:/{0,2}|hxxps?:|www\.|(?:com|org|net|io)/", re.IGNORECASE)
_PATH: Final = re.compile(r"(?:://|www\.|https//)[^\s<>/]{3,100}/[^\s<>]|(?:com|org|net|io)/[\w%.~-]|hxxp|\[\.\]", re.IGNORECASE)
_PLACE: Final = re.compile(
    r"\b(?:File|Image|Datei|Fichier|Archivo|Immagine):[^\s<>]{3,100}"
    r"|\b(?:repo|repository|repositories|forks?|projects?|files?|folder|directory|located|under|at)"
    r"\b[\s:\"'`(-]{1,3}((?:[\w.-]{2,40}/){1,6}[\w.-]{2,60})"
    r"|\b[\w-]{2,40}\.(?:jar|py|js|c|h|java|php)(?:/[\w.-]{2,60}){1,6}",
    re.IGNORECASE,
)
_TITLED: Final = re.compile(
    r"\b(?:article|page|entry|biography|file|picture|image|photo(?:graph)?|map|text|drawing)s?\b[^.\"]{0,60}\"[^\"\n]{2,120}\""
    r"|\"[^\"\n]{2,120}\" (?:article|page|entry|file)\b",
    re.IGNORECASE,
)
_LOCATES: Final = re.compile(
    r"\[\.\]|hxxp|\b\w[\w-]{0,60}\.[a-z][a-z0-9]{1,4}\b|\b(?:File|Image|Datei|Fichier|Category|User|Template|Talk|Wikipedia):\S"
    r"|\b(?:article|page|entry|file|image|picture|gallery|category|repository|repo|titled|called|named) (?:\W ?)?[A-Z0-9'\"]"
)
_SOME_PATH: Final = re.compile(r"(?<![\w/])[\w.-]{2,40}(?:/[\w.-]{2,60}){1,6}")
_OURS: Final = (
    "wikipedia",
    "wikimedia",
    "commons",
    "wikisource",
    "wikibooks",
    "wiktionary",
    "wikiquote",
    "wikinews",
    "wikiversity",
    "wikivoyage",
    "wikidata",
)
_OPENS_REDACTED: Final = re.compile(r"\W{0,4}" + REDACTION)
_AT_REDACTED: Final = re.compile(r"\b(?:at|urls?|links?|here|repository|repositories|files?)\b(?: (?:is|are))?:? {0,2}\W{0,3}" + REDACTION)
LONGEST_TITLE: Final = 60
"""Characters of an answer that may be a page's bare title."""
LEAD: Final = 12
"""Characters before an address that are enough to say what it is; with fewer the line before speaks."""


def work_in(letter: Passages, said: Statements) -> str | None:
    """Give the words that name the work: what stands under its heading, or a sentence that says whose what was copied.

    The two sworn statements speak of "the copyrighted materials described above": they describe nothing.
    """
    for passage in letter.own:
        if holds(PHRASES.asks["work"], passage.under) or passage.under.strip(" :.") in PHRASES.lists["work_headings"]:
            return passage.text
    oaths = {sentence.at for name in ("good_faith", "perjury", "accuracy") for sentence in said.of(name)}
    named = next((sentence.text for sentence in said.of("work", where=_names_work) if sentence.at not in oaths), None)
    return named or next((sentence.text for sentence in said.of("work_named")), None)


def _names_work(sentence: Sentence) -> bool:
    """Whether a sentence speaks of a work, and not only of the sender's own name, company or address."""
    value = sentence.text.partition(":")[2].strip()
    if value and not says_something(value.lower()):
        return False
    rest = sentence.folded
    for words in PHRASES.lists["not_a_work"]:
        rest = rest.replace(words, " ")
    return rest == sentence.folded or PHRASES.sayings["work"].in_(rest)


def material_in(letter: Passages, said: Statements) -> str | None:
    """Give the place that names the material: an address not said to be the sender's own work, else a page or a redaction by its lead."""
    before, under = "", ""
    for passage in letter.own:
        if passage.under != under:
            before = under = passage.under
        for line in passage.lines:
            address = _ADDRESS.search(line.text)
            if address is None:
                before = line.folded
                continue
            lead = line.folded[: address.start()].rpartition(". ")[2]
            context = lead if len(lead) >= LEAD else f"{before} {lead}"
            stands_under = _PATH.search(line.text) and holds(PHRASES.lists["names_material"], under)
            if _points_at_material(line.text, context) or (stands_under and not holds(PHRASES.lists["ours"], lead)):
                return line.text
    return _without_address(letter, said)


def locates(line: Line) -> bool:
    """Whether words say where something is: an address, a path, a file's name, a title; "all of it" does not."""
    if _ADDRESS.search(line.text) or redacted(line.folded) or _LOCATES.search(line.text) or _TITLED.search(line.text):
        return True
    if len(line.text) <= LONGEST_TITLE and not line.text.endswith(".") and not line.folded.startswith(PHRASES.lists["no_title"]):
        return True
    return any(_is_place(match.group()) for match in _SOME_PATH.finditer(line.text))


def _points_at_material(text: str, context: str) -> bool:
    if holds(PHRASES.lists["names_material"], context):
        return True
    return bool(_PATH.search(text)) and not holds(PHRASES.lists["ours"], context)


def _without_address(letter: Passages, said: Statements) -> str | None:
    """Find a redacted address behind words that lead to it, or a place named in the site's own way (`File:NAME`, OWNER/REPOSITORY)."""
    for line, following in pairwise((*letter.lines, Line("", ""))):
        if holds(PHRASES.lists["material_leads"], line.folded) and not holds(PHRASES.lists["contact_leads"], line.folded):
            if line.folded.endswith(("at", ":", "url", "urls")) and _OPENS_REDACTED.match(following.folded):
                return following.text
            if _AT_REDACTED.search(line.folded):
                return line.text
    for sentence in said.sentences:
        if holds(PHRASES.lists["repository_words"], sentence.folded) and any(
            _is_place(match.group(1) or match.group()) for match in _PLACE.finditer(sentence.text)
        ):
            return sentence.text
        # A page is found by its title, where the project is named.
        if holds(_OURS, sentence.folded) and _TITLED.search(sentence.text):
            return sentence.text
    return None


def _is_place(words: str) -> bool:
    return words.lower() not in PHRASES.words["no_place"]
