"""Codes and dates as words that a reader understands, in each language of the letters; a code that has no words is told as it is."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType

LOCALES = ("en", "de", "es")
"""The languages in which every letter to a person can be written; the first is that of all others."""

_PARTS = Path(__file__).parent / "parts"


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language, from its `words.toml`."""

    day: str
    moment: str
    months: Sequence[str]
    missing: Mapping[str, str]
    rejection: Mapping[str, str]
    ineligible: Mapping[str, str]
    outcome: Mapping[str, str]
    forum: Mapping[str, str]
    kind: Mapping[str, str]

    def of_day(self, day: date) -> str:
        """Write a date as people do."""
        return self.day.format(day=day.day, month=self.months[day.month - 1], year=day.year)

    def of_moment(self, moment: datetime) -> str:
        """Write a moment, to the minute, in UTC."""
        at = moment.astimezone(UTC)
        return self.moment.format(day=self.of_day(at), time=f"{at:%H:%M}")


def spoken(words: Mapping[str, str], code: str) -> str:
    """Put a code into words; one that is not in the list is told as it is."""
    return words.get(code, code.replace("_", " "))


def _read(locale: str) -> Words:
    return Words(**tomllib.loads((_PARTS / locale / "words.toml").read_text(encoding="utf-8")))


WORDS: Mapping[str, Words] = MappingProxyType({locale: _read(locale) for locale in LOCALES})
