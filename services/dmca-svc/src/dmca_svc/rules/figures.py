"""The figures of a half-year: what is counted, and under which name (R44, D17).

They are exact. That counts under five are suppressed where they could tell who somebody is belongs to their publication (D17).
"""

import tomllib
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from importlib.resources import files
from typing import Final

from dmca_svc.model.figures import Count, FiguredNotice, Figures, Half
from dmca_svc.reading import Document

NAMES: Final = tomllib.loads(files("dmca_svc").joinpath("names.toml").read_text(encoding="utf-8"))
COUNTRIES: Final = frozenset(NAMES["countries"])
UNKNOWN: Final = "Unknown"
SEVERAL: Final = "Multiple"
ELSEWHERE: Final = "Not a Wikimedia site"


def half_year(year: int, half: Half) -> tuple[datetime, datetime]:
    """A half-year runs from January to June or from July to December, in UTC; its end is the first moment of the next (R44, D17)."""
    if half is Half.FIRST:
        return datetime(year, 1, 1, tzinfo=UTC), datetime(year, 7, 1, tzinfo=UTC)
    return datetime(year, 7, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)


def is_counted(notice: FiguredNotice) -> bool:
    """A letter counts as a notice received when the reader took it for one or a person judged it; not a copy of another, and not what was
    answered as no notice or what no person wrote (R44, D9).
    """  # noqa: D205 - the rule is one sentence
    return (notice.document is Document.NOTICE or notice.judged) and not notice.repeats and not notice.answered


def project_of(notice: FiguredNotice) -> str:
    """A notice counts for the project that its pages are on: under *Multiple* when they are on several, under *Not a Wikimedia site* when
    on none, and unknown where nobody could say where the material is (R44).
    """  # noqa: D205 - the rule is one sentence
    if len(notice.wikis) > 1:
        return SEVERAL
    if notice.wikis:
        return name_of(next(iter(notice.wikis)))
    return UNKNOWN if notice.not_found else ELSEWHERE


def name_of(wiki: str) -> str:
    """A wiki is called by its language and project; one that has no name in the list is called by its database name (R44)."""
    known: str | None = NAMES["wikis"].get(wiki)
    if known is not None:
        return known
    for ending, project in sorted(NAMES["projects"].items(), key=lambda one: -len(one[0])):
        language = NAMES["languages"].get(wiki.removesuffix(ending))
        if wiki.endswith(ending) and language is not None:
            return f"{language} {project}"
    return wiki


def country_of(notice: FiguredNotice) -> str:
    """A notice counts for the country that a person recorded, under its English name; nobody's word is unknown (R44)."""
    if notice.country is None:
        return UNKNOWN
    name: str = NAMES["countries"].get(notice.country, UNKNOWN)
    return name


def figures_of(starts: datetime, ends: datetime, notices: Iterable[FiguredNotice]) -> Figures:
    """A half-year's figures count each notice once, by its receipt: in all, by project and by country (R44)."""
    counted = [notice for notice in notices if is_counted(notice)]
    whole = Count(len(counted), sum(notice.granted for notice in counted))
    return Figures(starts, ends, whole, _by(counted, project_of), _by(counted, country_of))


def _by(notices: list[FiguredNotice], named: Callable[[FiguredNotice], str]) -> dict[str, Count]:
    received = Counter(named(notice) for notice in notices)
    granted = Counter(named(notice) for notice in notices if notice.granted)
    # The most first, what is unknown last, as the report prints it.
    order = sorted(received, key=lambda name: (name == UNKNOWN, -received[name], name))
    return {name: Count(received[name], granted[name]) for name in order}
