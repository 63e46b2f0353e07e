"""`docs/policy-coverage.md`: for each rule of the policy and each decision of the product the room that applies it and the test that
shows it, or the words "not yet".

A rule that is cited beside law and beside a test counts as covered. `docs/policy/rules.toml` names each in a few words of ours, and is
where a person corrects the count:

* `missing` says what of the rule is not there yet; with `absent = true` nothing of it is, however often it is cited.
* `shown` names tests, as `file::name`, that show the rule without citing it.
"""  # noqa: D205 - the first sentence is long

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from office.citations import cited_in_law, cited_in_tests

RULES = tuple(f"R{number}" for number in range(1, 124))
DECISIONS = tuple(f"D{number}" for number in range(1, 28))
NAMES = "docs/policy/rules.toml"
MOST_NAMED = 3
_KEYS = {"says", "missing", "absent", "shown"}


class CoverageError(ValueError):
    """`docs/policy/rules.toml` says nothing clear, or names a test that does not exist."""


@dataclass(frozen=True, slots=True)
class Covered:
    """One rule: what it is about, where it lives, what shows it, and what is not there yet."""

    rule: str
    says: str
    rooms: Sequence[str]
    tests: Sequence[str]
    missing: str
    absent: bool

    @property
    def state(self) -> str:
        """The honest word."""
        if self.absent or not self.rooms or not self.tests:
            return "not yet"
        return "in part" if self.missing else "yes"


def coverage(top: Path) -> Sequence[Covered]:
    """Judge every rule and every decision.

    Raises:
        CoverageError: a rule without a name, a key or a test that nobody knows, `absent` without saying what is missing.
    """
    known = tomllib.loads((top / NAMES).read_text())
    if (unclear := set(known) ^ {*RULES, *DECISIONS}) or (unclear := {rule for rule, entry in known.items() if not _is_clear(entry)}):
        raise CoverageError(f"{NAMES} is unclear about {', '.join(sorted(unclear))}")
    rooms, tests = cited_in_law(top), cited_in_tests(top)
    return [
        Covered(
            rule=rule,
            says=known[rule]["says"],
            rooms=rooms.get(rule, []),
            tests=[*tests.get(rule, []), *_shown(top, rule, known[rule].get("shown", []))],
            missing=known[rule].get("missing", ""),
            absent=known[rule].get("absent", False),
        )
        for rule in (*RULES, *DECISIONS)
    ]


def coverage_page(top: Path) -> str:
    """Write the page as Markdown."""
    found = coverage(top)
    rules, decisions = found[: len(RULES)], found[len(RULES) :]
    lines = [
        "# The policy, rule by rule",
        "",
        "Made by `make rules-page` from the citations beside law and tests; do not edit. The rules are numbered as in the project's",
        "reading of the Office Actions Policy; the words here are short names, not the policy's. *Yes* says that a rule is applied where",
        "the first column of places names it and that a test shows it; *in part* and *not yet* say what is missing.",
        "",
        f"Rules of the policy: {_count(rules)}. Decisions of this product: {_count(decisions)}.",
        "",
        *_table(rules),
        "",
        "## Decisions of this product, where the policy is silent",
        "",
        *_table(decisions),
    ]
    return "\n".join(lines) + "\n"


def _count(found: Sequence[Covered]) -> str:
    states = [one.state for one in found]
    return f"{states.count('yes')} of {len(states)} whole, {states.count('in part')} in part, {states.count('not yet')} not yet"


def _table(found: Sequence[Covered]) -> Iterator[str]:
    yield from ("| rule | about | carried out | not there yet | room | test |", "|---|---|---|---|---|---|")
    for one in found:
        yield f"| {one.rule} | {one.says} | {one.state} | {one.missing} | {_named(one.rooms)} | {_named(one.tests)} |"


def _is_clear(entry: Mapping[str, Any]) -> bool:
    return "says" in entry and entry.keys() <= _KEYS and not (entry.get("absent") and not entry.get("missing"))


def _shown(top: Path, rule: str, tests: Sequence[str]) -> Iterator[str]:
    """Give the files of the tests named, each of which must be there: a test's name moves with its test."""
    for test in tests:
        file, _, name = test.partition("::")
        text = (top / file).read_text() if (top / file).is_file() else ""
        if not name or (f'name = "{name}"' if file.endswith(".toml") else f"def {name}(") not in text:
            raise CoverageError(f"{NAMES}: {rule} is shown by {test}, which is not there")
        yield file


def _named(files: Sequence[str]) -> str:
    named = list(dict.fromkeys(files))
    shown = ", ".join(f"`{file}`" for file in named[:MOST_NAMED])
    return shown + (f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else "") or "-"
