"""The cases that counsel can edit: a TOML file of sentences, facts and expected answers (DESIGN 2).

A case file is a list of cases. `name` is a sentence and becomes the test's id, `cite` the rule that the case shows, `given` the facts
and `expect` the answer; what the two tables hold is up to the rule's test and said at the top of each file::

    [[case]]
    name = "The evaluator signs nothing."
    cite = "D1"
    given = { by = "evaluator", level = "team_peer" }
    expect = { refused = ["evaluator_signs"] }

A test is nine lines: `@pytest.mark.parametrize("case", load_cases(path), ids=str)`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_KEYS = {"name", "cite", "given", "expect"}


class CaseError(ValueError):
    """A case file that does not say what is given, what is expected, or which rule it shows."""


@dataclass(frozen=True, slots=True)
class Case:
    """One worked example of a rule."""

    name: str
    given: Mapping[str, Any]
    expect: Mapping[str, Any]
    cite: str

    def __str__(self) -> str:
        return self.name


def load_cases(path: Path) -> list[Case]:
    """Read every case of a file, in its order.

    Raises:
        CaseError: not TOML, no cases, a case without a part or with an unknown one, a name used twice.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise CaseError(f"{path.name} is not TOML: {error}") from error
    rows = document.get("case")
    if not isinstance(rows, list) or not rows or set(document) != {"case"}:
        raise CaseError(f"{path.name} must hold [[case]] tables and nothing else")
    cases = [_case(f"{path.name}, case {number}", row) for number, row in enumerate(rows, start=1)]
    names = [case.name for case in cases]
    if twice := {name for name in names if names.count(name) > 1}:
        raise CaseError(f"{path.name} uses a name twice: {', '.join(sorted(twice))}")
    return cases


def _case(where: str, row: object) -> Case:
    """Read one case and say what is wrong with it."""
    if not isinstance(row, dict) or set(row) != _KEYS:
        raise CaseError(f"{where} needs exactly {', '.join(sorted(_KEYS))}")
    if not all(isinstance(row[key], str) and row[key].strip() for key in ("name", "cite")):
        raise CaseError(f"{where} needs a sentence as its name and a rule to cite")
    if not all(isinstance(row[key], dict) for key in ("given", "expect")):
        raise CaseError(f"{where} needs tables for given and expect")
    return Case(name=row["name"], given=row["given"], expect=row["expect"], cite=row["cite"])
