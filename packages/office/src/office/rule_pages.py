"""One page a room: its rules in their own words, its numbers with their source, its cases."""

import ast
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

# Rooms of the law: everything else is plumbing and has no page.
LAW = ("model", "rules", "review", "deadline", "workdays", "months", "names", "addresses", "decision", "kinds")
REPOSITORY_NOTE = (
    "Made from the code by `make rules-page`; do not edit. Numbers are product defaults, dated and cited; counsel owns the words."
)


def rule_page(title: str, source: Path, cases: Path, top: Path) -> str:
    """Write the page of one room as Markdown."""
    parts = [f"# {title}", "", REPOSITORY_NOTE, ""]
    parts += _rules(source, top)
    parts += _numbers(source, top)
    parts += _cases(cases, top)
    return "\n".join(parts).rstrip() + "\n"


def _rules(source: Path, top: Path) -> list[str]:
    lines = ["## Rules", ""]
    for file in sorted(source.rglob("*.py")):
        room = file.relative_to(source).parts[0].removesuffix(".py")
        if room not in LAW or (room == "model" and "rules" in {one.stem for one in source.iterdir()}):
            continue
        found = list(_questions(ast.parse(file.read_text())))
        if found:
            lines += [f"### {file.relative_to(top)}", ""]
            lines += [f"- **{name}**: {sentence}" for name, sentence in found]
            lines.append("")
    return lines


def _questions(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and (said := ast.get_docstring(node)):
            yield node.name, " ".join(said.split("\n\n")[0].split())


def _numbers(source: Path, top: Path) -> list[str]:
    lines: list[str] = []
    for file in sorted(source.rglob("*.toml")):
        entries = [(name, entry) for name, found in tomllib.loads(file.read_text()).items() for entry in _dated(found)]
        if not entries:
            continue
        lines += [f"### {file.relative_to(top)}", "", "| name | value | in force from | source | note |", "|---|---|---|---|---|"]
        lines += [
            f"| {name} | {_shown(entry['value'])} | {entry['from']} | {_cell(entry.get('cite', ''))} | {_cell(entry.get('note', ''))} |"
            for name, entry in entries
        ]
        lines.append("")
    return ["## Numbers", "", *lines] if lines else []


def _dated(found: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(found, list):
        yield from (entry for entry in found if isinstance(entry, dict) and {"value", "from"} <= entry.keys())


def _cases(folder: Path, top: Path) -> list[str]:
    lines: list[str] = []
    for file in sorted(folder.rglob("*.toml")) if folder.exists() else ():
        found = [case for case in tomllib.loads(file.read_text()).get("case", []) if "name" in case]
        if found:
            lines += [f"### {file.relative_to(top)}", ""]
            lines += [f"- {case['name']}" + (f" ({case['cite']})" if case.get("cite") else "") for case in found]
            lines.append("")
    return ["## Cases", "", "Each is a test that runs on every change.", "", *lines] if lines else []


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return _cell(", ".join(map(str, value)))
    if isinstance(value, dict):
        return _cell("; ".join(f"{name}: {inner}" for name, inner in value.items()))
    return _cell(str(value))


def _cell(text: str) -> str:
    return " ".join(str(text).split()).replace("|", "\\|")
