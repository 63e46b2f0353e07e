"""In which language somebody is written to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

# A wiki of one language is called by its code and its project; `commonswiki` and its like have longer names and no language.
_OF_A_LANGUAGE = re.compile(r"([a-z]{2,3})(?:_[a-z_]+)?(?:wiki|wiktionary|wikibooks|wikinews|wikiquote|wikisource|wikiversity|wikivoyage)")


@dataclass(frozen=True, slots=True)
class Language:
    """The locale of a letter. `fallback`: its reader reads another, in which there are no letters."""

    locale: str
    fallback: bool = False


def language_for(wiki: str | None, *, locales: Sequence[str]) -> Language:
    """A person is written to in the language of the wiki where their account is, if there are letters in it, and else in English, which
    the letter then says (R114).

    `wiki` is a database name such as `dewiki`; None, and a wiki of many languages, say nothing of what somebody reads.
    `locales`: those that there are, English first.
    """  # noqa: D205 - the rule is one sentence
    found = _OF_A_LANGUAGE.fullmatch(wiki or "")
    if found is None:
        return Language(locales[0])
    return Language(found[1]) if found[1] in locales else Language(locales[0], fallback=True)
