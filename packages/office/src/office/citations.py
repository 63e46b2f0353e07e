"""Where a rule is cited beside the law that applies it, and beside a test that shows it.

A citation counts only where something would change if the rule did: not in the heading of a module or of a file of cases, not inside a
range (`R4-R36` names a chapter, no rule), not in the text of letters and problem pages, and not in plumbing.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path

LAW = re.compile(
    r"packages/kernel/src/"
    r"|services/[^/]+/src/[^/]+/((rules|model|actions|tables)(/|\.py$)|(policy|matrix)\.toml$)"
    r"|services/[^/]+/migrations/versions/"
)
TESTS = re.compile(r"packages/kernel/tests/|services/[^/]+/tests/|tests/journeys/")
# Sentences for readers of a refusal, and tests of how a reason or a number is made: they cite rules as examples.
EXAMPLES = re.compile(r"/problems\.py$|kernel/tests/test_(decision|policy)\.py$")
RANGE = re.compile(r"\b[RD]\d{1,3}\s*(?:-|to)\s*[RD]\d{1,3}\b")
RULE = re.compile(r"\b[RD][1-9]\d{0,2}\b")


def cited_in_law(top: Path) -> Mapping[str, list[str]]:
    """Find the files of law that cite each rule: rules, words, numbers, actions, tables and their guards."""
    return _cited(top, LAW)


def cited_in_tests(top: Path) -> Mapping[str, list[str]]:
    """Find the cases and tests that cite each rule: those of the law, of the services and of the journeys."""
    return _cited(top, TESTS)


def _cited(top: Path, counts: re.Pattern[str]) -> Mapping[str, list[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for folder in ("packages/kernel", "services", "tests/journeys"):
        for file in (top / folder).rglob("*"):
            name = file.relative_to(top).as_posix()
            read = _READERS.get(file.suffix)
            if read and counts.match(name) and not EXAMPLES.search(name):
                for rule in RULE.findall(RANGE.sub("", read(file.read_text()))):
                    found[rule].add(name)
    return {rule: sorted(files, key=_weight) for rule, files in found.items()}


def _python(text: str) -> str:
    """Leave out the docstring of the module: it is a heading."""
    body, lines = ast.parse(text).body, text.splitlines()
    heading = body[0].end_lineno or 0 if body and ast.get_docstring(ast.Module(body[:1], [])) is not None else 0
    return "\n".join(lines[heading:])


def _toml(text: str) -> str:
    """Leave out the comments: they are headings."""
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))


_READERS: Mapping[str, Callable[[str], str]] = {".py": _python, ".toml": _toml}


def _weight(file: str) -> tuple[int, str]:
    """Rules and cases first: that is where counsel looks."""
    return (0 if "/rules" in file or "/cases/" in file or "/review/" in file else 1 if file.endswith(".toml") else 2, file)
