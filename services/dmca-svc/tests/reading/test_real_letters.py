"""The reader against 303 real letters, where their folder is at hand."""

import re
from pathlib import Path

import pytest
from dmca_svc.reading import Reading, read
from dmca_svc.reading.score import KINDS, readings, table

FOLDER = Path(__file__).parents[5] / "shared" / "data" / "dmca"

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the folder of real letters, ../shared/data/dmca, is not here")

OATH = re.compile(r"\*\*I swear, under penalty of perjury, that the information[^*]*\*\*")
BELIEF = re.compile(r"\*\*I have a good faith belief that use[^*]*\*\*")
CONSENT = re.compile(r"\*\*I consent to the jurisdiction[^*]*\*\*")
MISTAKE = re.compile(r"\*\*I swear, under penalty of perjury, that I have[^*]*\*\*")
SIGNED = re.compile(r"(?<=below to sign this request\.\*\*).*", re.DOTALL)
REACHED = re.compile(r"(?<=telephone number or physical address\.\*\*).*?(?=\*\*Please type)", re.DOTALL)
SAID = (
    "I consent to the jurisdiction",
    "I swear, under penalty of perjury, that I have",
    "I have a good faith belief that",
    "that the information in this notification is accurate",
)
TAKEN_OUT = {
    "notices": {"accuracy_authority": OATH, "good_faith": BELIEF, "signature": SIGNED, "contact": REACHED},
    "counter-notices": {"jurisdiction_service": CONSENT, "good_faith_mistake": MISTAKE, "signature": SIGNED},
}


@pytest.fixture(scope="module")
def results() -> dict[str, list[tuple[str, Reading]]]:
    return readings(FOLDER)


def test_score(results: dict[str, list[tuple[str, Reading]]]) -> None:
    """The issue's goals: kinds 98 % (retractions 90 %), notices compliant 96 %, counter-notices 97 % of those that hold all four."""
    print("\n".join(table(results)))  # noqa: T201 the published table, shown by pytest -s and on failure
    rows = [(kind, reading) for kind, entries in results.items() for _, reading in entries]
    assert sum(reading.document is KINDS[kind] for kind, reading in rows) / len(rows) >= 0.98
    assert rate(results, "retractions", lambda reading: reading.document == "retraction") >= 0.9
    assert rate(results, "notices", lambda reading: reading.verdict == "compliant") >= 0.96
    # The folder's README names two that truly lack an element, and one that is the host's own reply.
    lacking = {"2011-02-03-sony-counternotice.md", "2012-08-09-rtmpdump-counternotice.md", "2020-10-06-odoo-8-counternotice-reversal.md"}
    whole = {"counter-notices": [row for row in results["counter-notices"] if row[0] not in lacking]}
    assert rate(whole, "counter-notices", lambda reading: reading.verdict == "compliant") >= 0.97


def test_letters_that_truly_lack_an_element_are_not_called_compliant(results: dict[str, list[tuple[str, Reading]]]) -> None:
    verdicts = {name: reading.verdict for entries in results.values() for name, reading in entries}
    for name in (
        "2011-11-07-cisco.md",
        "2012-07-16-06scape.md",
        "2013-09-20-FragRadio.md",
        "2025-07-09-winzo.md",
        "2011-02-03-sony-counternotice.md",
    ):
        assert verdicts[name] != "compliant"


@pytest.mark.parametrize(("kind", "element"), [(kind, element) for kind, patterns in TAKEN_OUT.items() for element in patterns])
def test_statement_taken_out_of_a_real_form_is_named(kind: str, element: str) -> None:
    pattern = TAKEN_OUT[kind][element]
    texts = [path.read_text(encoding="utf-8") for path in sorted((FOLDER / kind).glob("*.md"))]
    # A letter that makes its statement a second time, in an answer, has it still.
    once = [text for text in texts if pattern.search(text) and all(text.count(said) <= 1 for said in SAID)]
    cut = [pattern.sub("\n\n", text) for text in once if read(text).verdict == "compliant"]
    assert len(cut) >= 15
    assert sum(read(text).missing == (element,) for text in cut) / len(cut) >= 0.95


def rate(results: dict[str, list[tuple[str, Reading]]], kind: str, holds: object) -> float:
    assert callable(holds)
    readings_of_kind = [reading for _, reading in results[kind]]
    return sum(bool(holds(reading)) for reading in readings_of_kind) / len(readings_of_kind)
