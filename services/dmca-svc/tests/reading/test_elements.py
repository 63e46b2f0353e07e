"""What names the work, the material, the sender and the signer, and what only speaks of them (D8)."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from dmca_svc.reading import read

ELEMENTS = tomllib.loads((Path(__file__).parent / "cases" / "elements.toml").read_text(encoding="utf-8"))
NOTICE = """{work}

{material}

I have a good faith belief that use of the material in the manner complained of is not authorized by the copyright owner, its agent, or
the law. The information in this notification is accurate, and under penalty of perjury, I am authorized to act on behalf of the owner of
an exclusive right that is allegedly infringed.

{contact}

{signature}
"""


def ways(kind: str) -> list[Any]:
    return [pytest.param(name, words, id=f"{name}: {words[:60]}") for name, said in ELEMENTS.items() for words in said[kind]]


def notice_with(name: str, words: str) -> str:
    whole = {one: said["there"][0] for one, said in ELEMENTS.items()}
    return NOTICE.format(**{**whole, name: words})


@pytest.mark.parametrize(("name", "words"), ways("there"))
def test_an_element_may_be_given_in_many_ways(name: str, words: str) -> None:
    assert read(notice_with(name, words)).missing == ()


@pytest.mark.parametrize(("name", "words"), ways("not_there"))
def test_what_only_speaks_of_an_element_does_not_give_it(name: str, words: str) -> None:
    reading = read(notice_with(name, words))
    assert (reading.missing, reading.verdict) == ((name,), "curable" if name == "signature" else "defective")
