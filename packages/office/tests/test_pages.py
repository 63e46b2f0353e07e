"""The pages for counsel say what is so: a citation that carries nothing out is no coverage, and no page is older than its source."""

from pathlib import Path

import pytest
from office.citations import cited_in_law, cited_in_tests
from office.coverage import DECISIONS, RULES, CoverageError, coverage, coverage_page
from office.pages import main, root

LAW = "services/house-svc/src/house_svc/rules/door.py"
CASES = "services/house-svc/tests/cases/door.toml"
APPLIED = '"""The doors (R1-R9, R7)."""\n\n\ndef may_enter() -> bool:\n    """Nobody enters without a key (R3)."""\n    return False\n'
CASE = '# Doors (R8).\n[[case]]\nname = "Without a key nobody enters."\ncite = "R3"\n'


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Build a checkout with one rule, one case and a name for everything."""
    write(tmp_path, LAW, APPLIED)
    write(tmp_path, CASES, CASE)
    names(tmp_path)
    return tmp_path


def write(top: Path, name: str, text: str) -> None:
    (top / name).parent.mkdir(parents=True, exist_ok=True)
    (top / name).write_text(text)


def names(top: Path, **more: str) -> None:
    write(top, "docs/policy/rules.toml", "".join(f'[{rule}]\nsays = "About {rule}"\n{more.get(rule, "")}\n' for rule in RULES + DECISIONS))


def state(top: Path, rule: str) -> tuple[str, str]:
    found = next(one for one in coverage(top) if one.rule == rule)
    return found.state, found.missing


def test_a_rule_cited_beside_law_and_beside_a_case_is_covered(house: Path) -> None:
    assert state(house, "R3") == ("yes", "")
    assert "| R3 | About R3 | yes |" in coverage_page(house)


def test_headings_and_ranges_cover_nothing(house: Path) -> None:
    assert set(cited_in_law(house)) == {"R3"}
    assert set(cited_in_tests(house)) == {"R3"}


@pytest.mark.parametrize(
    "file",
    [
        "services/house-svc/src/house_svc/api/door.py",
        "services/house-svc/src/house_svc/letters/door/en/body.py",
        "services/house-svc/src/house_svc/rules/problems.py",
        "packages/contracts/src/contracts/door.py",
    ],
)
def test_plumbing_letters_and_problem_pages_are_no_law(house: Path, file: str) -> None:
    (house / LAW).unlink()
    write(house, file, APPLIED)
    assert state(house, "R3")[0] == "not yet"


def test_a_test_of_the_plumbing_shows_no_rule(house: Path) -> None:
    (house / CASES).unlink()
    write(house, "packages/chassis/tests/test_door.py", 'CITE = "R3"\n')
    assert state(house, "R3")[0] == "not yet"


def test_what_is_missing_makes_it_part_and_absent_makes_it_nothing(house: Path) -> None:
    names(house, R3='missing = "windows"')
    assert state(house, "R3") == ("in part", "windows")
    names(house, R3='missing = "windows"\nabsent = true')
    assert state(house, "R3") == ("not yet", "windows")


def test_a_test_that_cites_nothing_may_be_named(house: Path) -> None:
    (house / CASES).write_text(CASE.replace('cite = "R3"\n', ""))
    assert state(house, "R3")[0] == "not yet"
    names(house, R3=f'shown = ["{CASES}::Without a key nobody enters."]')
    assert state(house, "R3")[0] == "yes"


@pytest.mark.parametrize(
    "wrong",
    [f'shown = ["{CASES}::Nobody leaves."]', 'shown = ["tests/gone.py::test_gone"]', "absent = true", 'why = "unknown key"'],
)
def test_an_unclear_word_about_a_rule_is_an_error(house: Path, wrong: str) -> None:
    names(house, R3=wrong)
    with pytest.raises(CoverageError, match="R3"):
        coverage(house)


def test_what_is_not_whole_says_what_is_missing() -> None:
    assert [one.rule for one in coverage(root()) if one.state != "yes" and not one.missing] == []


def test_no_page_is_stale(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0, capsys.readouterr().err


def test_an_unknown_argument_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--chek"]) == 2
    assert "Usage" in capsys.readouterr().err
