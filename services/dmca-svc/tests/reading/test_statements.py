"""What makes a statement of the statute and what only speaks of it: denied, asked about, quoted, another's (D8, D10)."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from dmca_svc.reading import read

STATEMENTS = tomllib.loads((Path(__file__).parent / "cases" / "statements.toml").read_text(encoding="utf-8"))
NOTICE = """Dear agent,

I painted the watercolour "Eider at Rest". A scan of it was uploaded to https://commons.wikimedia.org/wiki/File:Eider_at_rest.jpg
without my permission. This is copyright infringement.

{good_faith}

{accuracy_authority}

Phone: +1 555 010 0100

Sincerely,
Tova Marrin
"""
COUNTER_NOTICE = """Hello,

My photograph https://commons.wikimedia.org/wiki/File:Pier.jpg was removed after a complaint. This is my counter-notice.

{good_faith_mistake}

{jurisdiction_service}

12 Mill Rd, Duluth, MN 55802, +1 555 010 0144

Sincerely,
Sam Okoro
"""
LETTERS = {name: NOTICE if "{" + name + "}" in NOTICE else COUNTER_NOTICE for name in STATEMENTS}


def ways(kind: str) -> list[Any]:
    return [pytest.param(name, words, id=f"{name}: {words[:60]}") for name, said in STATEMENTS.items() for words in said[kind]]


def letter_with(name: str, words: str) -> str:
    whole = {one: said["made"][0] for one, said in STATEMENTS.items()}
    return LETTERS[name].format(**{**whole, name: words})


@pytest.mark.parametrize(("name", "words"), ways("made"))
def test_a_statement_may_be_made_in_many_words(name: str, words: str) -> None:
    assert read(letter_with(name, words)).missing == ()


@pytest.mark.parametrize(("name", "words"), ways("not_made"))
def test_a_statement_that_is_denied_asked_about_quoted_or_anothers_is_not_made(name: str, words: str) -> None:
    reading = read(letter_with(name, words))
    assert (reading.missing, reading.verdict) == ((name,), "curable")
