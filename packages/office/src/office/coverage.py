"""`docs/policy-coverage.md`: for each rule of the policy the room that applies it and the test that shows it, or the words "not yet".

Where a rule is cited beside the code that applies it and beside a test, it counts as covered; `docs/policy/rules.toml` names each rule
in a few words of ours, and says where only a part of it is carried out so far.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

RULES = range(1, 124)
SOURCES = ("packages/*/src/**/*", "services/*/src/**/*", "services/*/migrations/**/*")
TESTS = ("packages/*/tests/**/*", "services/*/tests/**/*", "tests/**/*")
CITED = re.compile(r"\bR(\d{1,3})(?:\s*(?:-|to)\s*R(\d{1,3}))?\b")
MOST_NAMED = 3


def coverage_page(top: Path) -> str:
    """Write the page as Markdown."""
    known = tomllib.loads((top / "docs/policy/rules.toml").read_text())
    rooms, tests = _cited(top, SOURCES), _cited(top, TESTS)
    rows, covered, partly = [], 0, 0
    for number in RULES:
        entry = known[f"R{number}"]
        room, test = rooms.get(number, []), tests.get(number, [])
        missing = entry.get("missing")
        if not room or not test:
            state = "not yet"
        elif missing:
            state, partly = f"in part; not yet: {missing}", partly + 1
        else:
            state, covered = "yes", covered + 1
        # A room without a test, or a test of another rule that cites this one, is no coverage; it is shown so that it can be followed up.
        rows.append(f"| R{number} | {entry['says']} | {_named(room)} | {_named(test)} | {state} |")
    head = [
        "# The policy, rule by rule",
        "",
        "Made by `make rules-page` from the citations beside code and tests; do not edit. The rules are numbered as in the project's",
        "reading of the Office Actions Policy; the words here are short names, not the policy's.",
        "",
        f"Covered: {covered} of {len(RULES)}; in part: {partly}; not yet: {len(RULES) - covered - partly}.",
        "",
        "| rule | about | room | test | covered |",
        "|---|---|---|---|---|",
    ]
    return "\n".join([*head, *rows]) + "\n"


def _cited(top: Path, patterns: Iterable[str]) -> Mapping[int, list[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for pattern in patterns:
        for file in top.glob(pattern):
            if file.suffix in {".py", ".toml"} and "__pycache__" not in file.parts:
                for first, last in CITED.findall(file.read_text()):
                    for number in range(int(first), int(last or first) + 1):
                        found[number].add(str(file.relative_to(top)))
    return {number: sorted(files, key=_weight) for number, files in found.items()}


def _weight(file: str) -> tuple[int, str]:
    """Rules and cases first: that is where counsel looks."""
    return (0 if "/rules" in file or "/cases/" in file or "/review/" in file else 1 if file.endswith(".toml") else 2, file)


def _named(files: list[str]) -> str:
    shown = ", ".join(f"`{file}`" for file in files[:MOST_NAMED])
    return shown + (f" and {len(files) - MOST_NAMED} more" if len(files) > MOST_NAMED else "") or "-"
