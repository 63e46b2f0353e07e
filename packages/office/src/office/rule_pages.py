"""One page a room for counsel: its rules in their own words with the reasons they give, its numbers with their source, its cases."""

import ast
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from office.refusals import Against, reasons_of

# Rooms of the law: everything else is plumbing and has no page.
LAW = ("model", "rules", "review", "deadline", "workdays", "months", "names", "addresses", "decision", "kinds", "media_type")
REPOSITORY_NOTE = (
    "Made from the code by `make rules-page`; do not edit. Numbers are product defaults, dated and cited; counsel owns the words. "
    "R and D are the numbers of [policy-coverage](../policy-coverage.md); `…` stands for what differs from case to case."
)
CITED = re.compile(r"\b[RD][1-9]\d{0,2}\b|\b\d+ U\.S\.C\.")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its name in the code, its sentence, and what it may say against something."""

    name: str
    sentence: str
    reasons: list[Against]

    @property
    def cites(self) -> list[str]:
        """Give the numbers of the policy and of the product's decisions that it stands on."""
        return [one for one in dict.fromkeys(CITED.findall(self.sentence + " ".join(one.cite for one in self.reasons))) if one[0] in "RD"]


def rule_page(title: str, source: Path, cases: Path, top: Path) -> str:
    """Write the page of one room as Markdown."""
    chapters = list(_chapters(source))
    parts = [f"# {title}", "", REPOSITORY_NOTE, "", "## Rules", ""]
    parts += _by_number(chapters)
    for file, heading, rules in chapters:
        parts += [f"### {heading}", "", f"`{file.relative_to(top)}`", ""]
        for rule in rules:
            parts.append(f"- **{rule.name}**: {rule.sentence}")
            parts += [f"  - against it, `{one.code}`: {one.says} ({one.cite})" for one in rule.reasons]
        parts.append("")
    parts += _numbers(source, top)
    parts += _tellings(source, top)
    parts += _cases(cases, top)
    return "\n".join(parts).rstrip() + "\n"


def _chapters(source: Path) -> Iterator[tuple[Path, str, list[Rule]]]:
    """Give each file of the law with its heading and its rules."""
    for file in sorted(source.rglob("*.py")):
        room = file.relative_to(source).parts[0].removesuffix(".py")
        if room not in LAW or (room == "model" and "rules" in {one.stem for one in source.iterdir()}):
            continue
        tree = ast.parse(file.read_text())
        if rules := list(_rules(tree)):
            yield file, (ast.get_docstring(tree) or file.stem).split("\n")[0].rstrip("."), rules


def _rules(tree: ast.Module) -> Iterator[Rule]:
    """Find the rules: questions that stand on a source, or that may refuse."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and (said := ast.get_docstring(node)):
            rule = Rule(node.name, " ".join(said.split("\n\n")[0].split()), reasons_of(tree, node))
            if CITED.search(rule.sentence) or rule.reasons:
                yield rule


def _by_number(chapters: list[tuple[Path, str, list[Rule]]]) -> list[str]:
    """Say which rules stand on which number, so that counsel finds R32 without knowing its name."""
    found: dict[str, list[str]] = defaultdict(list)
    for _, _, rules in chapters:
        for rule in rules:
            for cite in rule.cites:
                found[cite].append(rule.name)
    ordered = sorted(found, key=lambda cite: (cite[0] != "R", int(cite[1:])))
    return ["| number | rules |", "|---|---|", *(f"| {cite} | {', '.join(dict.fromkeys(found[cite]))} |" for cite in ordered), ""]


def _numbers(source: Path, top: Path) -> list[str]:
    lines: list[str] = []
    for file in sorted(source.rglob("*.toml")):
        entries = [(name, entry) for name, found in tomllib.loads(file.read_text()).items() for entry in _dated(found)]
        if not entries:
            continue
        lines += [f"### {file.relative_to(top)}", "", *_heading(file)]
        lines += ["| name | value | in force from | source | note |", "|---|---|---|---|---|"]
        lines += [
            f"| {name} | {_shown(entry['value'])} | {entry['from']} | {_cell(entry.get('cite', ''))} | {_cell(entry.get('note', ''))} |"
            for name, entry in entries
        ]
        lines.append("")
    return ["## Numbers", "", *lines] if lines else []


def _dated(found: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(found, list):
        yield from (entry for entry in found if isinstance(entry, dict) and {"value", "from"} <= entry.keys())


def _tellings(source: Path, top: Path) -> list[str]:
    """Write the matrix of who is told what, where the room has one."""
    file = source / "matrix.toml"
    if not file.exists():
        return []
    lines = [f"## {file.relative_to(top)}", "", *_heading(file)]
    lines += ["| of | change | matter | told | not told, and why | source |", "|---|---|---|---|---|---|"]
    whole = tomllib.loads(file.read_text())
    for row in whole["row"]:
        told = "; ".join(_telling(one) for one in row.get("tell", ()))
        untold = "; ".join([row["nobody"]] if "nobody" in row else [f"{party}: {why}" for party, why in row.get("untold", {}).items()])
        cells = (
            row["stream"],
            ", ".join(row["change"]),
            ", ".join(row.get("matters", ["all others"])),
            told or "nobody",
            untold,
            row["cite"],
        )
        lines.append(f"| {' | '.join(map(_cell, cells))} |")
    lines += ["", "Who is not told where a row says nothing of them, and why:", "", "| of | party | why not |", "|---|---|---|"]
    for stream, said in whole["streams"].items():
        lines += [f"| {stream} | {party} | {_cell(why)} |" for party, why in said.get("untold", {}).items()]
    return [*lines, ""]


def _telling(one: Mapping[str, Any]) -> str:
    party = one["party"] if isinstance(one["party"], str) else " or ".join(one["party"])
    when = f" when *{one['when']}*" if "when" in one else ""
    return f"{party} by {', '.join(one['channels'])}{when}: `{one['template']}`"


def _cases(folder: Path, top: Path) -> list[str]:
    lines: list[str] = []
    for file in sorted(folder.rglob("*.toml")) if folder.exists() else ():
        found = [case for case in tomllib.loads(file.read_text()).get("case", []) if "name" in case]
        if found:
            lines += [f"### {file.relative_to(top)}", "", *_heading(file)]
            lines += ["| case | given | expected | source |", "|---|---|---|---|"]
            for case in found:
                cells = (case["name"], _shown(case.get("given", {})), _shown(case.get("expect", {})), case.get("cite", ""))
                lines.append(f"| {' | '.join(map(_cell, cells))} |")
            lines.append("")
    return (
        ["## Cases", "", "Each is a test that runs on every change, and a line of a file that counsel can edit.", "", *lines]
        if lines
        else []
    )


def _heading(file: Path) -> list[str]:
    """Give what a file says of itself in the comments at its top."""
    said: list[str] = []
    for line in file.read_text().splitlines():
        if not line.startswith("#"):
            break
        said.append(line.removeprefix("#").strip())
    return [*said, ""] if said else []


def _shown(value: Any) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(_inner(one) for one in value) or "none"
        case dict():
            return "; ".join(f"{name}: {_inner(inner)}" for name, inner in value.items())
        case date():
            return value.isoformat().replace("+00:00", "Z")
    return str(value)


def _inner(value: Any) -> str:
    """Write a value inside another, so that its end can be seen."""
    return f"({_shown(value)})" if isinstance(value, dict | list) and value and not _is_short(value) else _shown(value)


def _is_short(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str | int) for one in value)


def _cell(text: str) -> str:
    """Keep to one line and one cell; a character that cannot be seen is written by its number."""
    seen = "".join(one if one.isprintable() or one.isspace() else f"\\u{ord(one):04x}" for one in str(text))
    return " ".join(seen.split()).replace("|", "\\|")
