"""The cases that counsel can read: kinds, elements and verdicts (D8, D10), addresses and pages."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from dmca_svc.reading import read
from dmca_svc.reading.addresses import addresses, files, pages

CASES = Path(__file__).parent / "cases"


def cases(name: str, table: str) -> list[Any]:
    """Give the cases of a file as pytest parameters, by their names."""
    entries = tomllib.loads((CASES / f"{name}.toml").read_text(encoding="utf-8"))[table]
    return [pytest.param(entry, id=entry["name"]) for entry in entries]


IN_PARTS = [letter for name in ("ablation", "notices-in-parts", "counter-notices-in-parts") for letter in cases(name, "letter")]


@pytest.mark.parametrize("case", [case for name in ("letters", "others", "paraphrases", "more", "kinds") for case in cases(name, "case")])
def test_letter(case: dict[str, Any]) -> None:
    reading = read(case["text"])
    assert reading.document == case["document"]
    assert reading.missing == tuple(case.get("missing", reading.missing))
    assert reading.verdict == case.get("verdict", reading.verdict)


@pytest.mark.parametrize("letter", IN_PARTS)
def test_whole_letter_complies(letter: dict[str, Any]) -> None:
    reading = read("\n\n".join(text for _, text in letter["parts"]))
    assert reading.document == letter["document"]
    assert reading.missing == ()
    assert reading.verdict == "compliant"
    assert all(finding.where for finding in reading.elements.values())


@pytest.mark.parametrize("letter", IN_PARTS)
def test_element_taken_out_is_named_and_nothing_else(letter: dict[str, Any]) -> None:
    for element in filter(None, (name for name, _ in letter["parts"])):
        reading = read("\n\n".join(text for name, text in letter["parts"] if name != element))
        assert (reading.document, reading.missing) == (letter["document"], (element,))
        fatal = letter["document"] == "notice" and element in {"work", "material", "contact"}
        assert reading.verdict == ("defective" if fatal else "curable")


@pytest.mark.parametrize("case", cases("addresses", "case"))
def test_addresses(case: dict[str, Any]) -> None:
    found = addresses(case["text"])
    if "urls" in case:
        assert list(found) == case["urls"]
    assert [[page.wiki, page.title] for page in pages(found, files(case["text"]))] == case.get("pages", [])


def test_hundreds_of_addresses_are_all_read() -> None:
    reading = read("\n".join(f"- <https://commons.wikimedia.org/wiki/File:Lake_{number}.jpg>" for number in range(600)))
    assert len(reading.urls) == len(reading.pages) == 600


def test_json_is_the_wire_shape() -> None:
    shape = read(
        "Somebody copied my map of Tarn, remove it: https://commons.wikimedia.org/wiki/File:Map.svg ines@kordova.example"
    ).as_json()
    assert list(shape) == ["document", "elements", "urls", "pages", "contact", "missing", "verdict", "confidence"]
    assert shape["pages"] == [{"wiki": "commonswiki", "title": "File:Map.svg"}]
    assert shape["contact"] == {"email": "ines@kordova.example"}
    assert shape["elements"]["good_faith"] == {"present": False}
    assert shape["elements"]["contact"]["present"]
    assert 0 <= shape["confidence"] <= 1
