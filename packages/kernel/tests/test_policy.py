"""Dated numbers and case files: what loads, and what is said when it does not (DESIGN 2)."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from kernel.cases import CaseError, load_cases
from kernel.policy import Policy, PolicyError

TWO = """
[[panel_size]]
value = 7
from = 2028-01-01
cite = "D13"
note = "after the review"

[[panel_size]]
value = 5
from = 2026-01-01
cite = "D13"

[[quorum]]
value = { members = 3, from = ["committee"] }
from = 2026-01-01
cite = "D13"
"""


def policy(tmp_path: Path, text: str) -> Policy:
    path = tmp_path / "policy.toml"
    path.write_text(text, encoding="utf-8")
    return Policy.load(path)


def test_the_value_in_force_on_the_date_counts_and_the_old_one_stays(tmp_path: Path) -> None:
    numbers = policy(tmp_path, TWO)
    days = (date(2026, 1, 1), date(2027, 12, 31), date(2028, 1, 1), date(2050, 1, 1))
    assert [numbers.value("panel_size", on=day) for day in days] == [5, 5, 7, 7]
    assert numbers.entry("panel_size", on=date(2028, 1, 1)).note == "after the review"
    assert numbers.names() == ("panel_size", "quorum")


def test_what_was_read_cannot_be_changed(tmp_path: Path) -> None:
    quorum = policy(tmp_path, TWO).value("quorum", on=date(2026, 1, 1))
    assert quorum["from"] == ("committee",)
    with pytest.raises(TypeError):
        quorum["members"] = 1


@pytest.mark.parametrize(
    ("name", "on", "says"),
    [
        ("panel", date(2026, 1, 1), "policy.toml knows no panel"),
        ("panel_size", date(2025, 12, 31), "no value on 2025-12-31; its first entry is from 2026-01-01"),
        ("panel_size", datetime(2026, 1, 1, tzinfo=UTC), "on a date, not a time"),
    ],
)
def test_a_question_without_an_answer_is_an_error(tmp_path: Path, name: str, on: date, says: str) -> None:
    with pytest.raises(PolicyError, match=says):
        policy(tmp_path, TWO).value(name, on=on)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x =", "is not TOML"),
        ("x = 5", "must be a list of dated entries"),
        ("x = []", "must be a list of dated entries"),
        ("x = [5]", "not a table"),
        ('[[x]]\nfrom = 2026-01-01\ncite = "D1"', "without a value"),
        ('[[x]]\nvalue = 1\ncite = "D1"', "without the date"),
        ('[[x]]\nvalue = 1\nfrom = 2026-01-01T00:00:00Z\ncite = "D1"', "without the date"),
        ("[[x]]\nvalue = 1\nfrom = 2026-01-01", "cites nothing"),
        ('[[x]]\nvalue = 1\nfrom = 2026-01-01\ncite = " "', "cites nothing"),
        ('[[x]]\nvalue = 1\nfrom = 2026-01-01\ncite = "D1"\nnote = 5', "note is no text"),
        ('[[x]]\nvalue = 1\nfrom = 2026-01-01\ncite = "D1"\nuntil = 2027-01-01', "unknown keys: until"),
        ('[[x]]\nvalue = 1\nfrom = 2026-01-01\ncite = "D1"\n[[x]]\nvalue = 2\nfrom = 2026-01-01\ncite = "D1"', "they overlap"),
    ],
)
def test_a_policy_that_says_nothing_clear_does_not_load(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(PolicyError, match=says):
        policy(tmp_path, text)


GOOD = '[[case]]\nname = "One."\ncite = "R1"\ngiven = { a = 1 }\nexpect = { b = 2 }\n'


def test_a_case_is_named_by_its_sentence(tmp_path: Path) -> None:
    path = tmp_path / "cases.toml"
    path.write_text(GOOD, encoding="utf-8")
    [case] = load_cases(path)
    assert (str(case), case.cite, case.given, case.expect) == ("One.", "R1", {"a": 1}, {"b": 2})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("case =", "is not TOML"),
        ("", "nothing else"),
        ("case = []", "nothing else"),
        (GOOD + "[other]\n", "nothing else"),
        ("case = [1]", "case 1 needs exactly cite, expect, given, name"),
        (GOOD.replace('cite = "R1"\n', ""), "case 1 needs exactly"),
        (GOOD.replace('"R1"', '" "'), "a rule to cite"),
        (GOOD.replace("{ a = 1 }", "1"), "needs tables"),
        (GOOD + GOOD, "uses a name twice: One."),
    ],
)
def test_a_case_file_that_does_not_say_enough_does_not_load(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "cases.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CaseError, match=says):
        load_cases(path)
