"""Letters before anybody signs for them: written by the same matrix, facts and templates as those that are sent (R113, DESIGN 5)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from notify_svc.letters.content import facts_of
from notify_svc.letters.rendering import LetterError, Rendered, locales_of, render
from notify_svc.model import Change, Found, Party, Person
from notify_svc.rules import MATRIX, NOBODY, Language, language_for, outcomes, tellings


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A letter that would be written to a party; `withheld` is the code under which it would be kept and not sent."""

    party: Party
    template: str
    locale: str
    rendered: Rendered
    withheld: str | None


def parties_of(change: Change) -> set[Party]:
    """Name who would be told of a change."""
    return {telling.party for telling, _ in tellings(MATRIX, change)}


def untold_of(change: Change) -> dict[Party, str]:
    """Name who would get no letter of a change that concerns them, each with the reason (R114)."""
    return {one.party: one.why_not or "" for one in outcomes(MATRIX, change) if one.template is None}


def subject_in(answer: Mapping[str, Any]) -> Found:
    """See what ban-svc says of the person as letters need it: one person, one letter, to the account that was decided about (R17)."""
    people = tuple(
        Person("subject", wiki_user=account["name"], wiki=account.get("wiki"), takes_wiki_mail=account.get("takes_mail", True))
        for account in answer.get("accounts", ())[:1]
    )
    return Found({Party.SUBJECT: people}, {"subject": answer})


def foresee(change: Change, found: Found, *, locale: str | None, told_at: datetime) -> Iterator[Foreseen]:
    """Write what would go out if the change happened at `told_at`; a letter that names nobody needs nobody known.

    `locale`: the language to read them in; None: each in that of its reader, as it would be sent.

    Raises:
        LetterError: there is no letter in this locale.
    """
    for telling, withheld in tellings(MATRIX, change):
        person = next(iter(found.people.get(telling.party, ())), Person(NOBODY))
        language = Language(locale) if locale else language_for(person.wiki, locales=locales_of(telling.template))
        if language.locale not in locales_of(telling.template):
            raise LetterError(f"there is no letter {telling.template} in {language.locale}")
        facts = facts_of(telling.template, change, person, party=telling.party, found=found, told_at=told_at, locale=language.locale)
        rendered = render(telling.template, language.locale, facts, fallback=language.fallback)
        yield Foreseen(telling.party, telling.template, language.locale, rendered, withheld)
