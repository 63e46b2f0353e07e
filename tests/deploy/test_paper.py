"""What the pages for people say about code is there on the day: tests, files, settings, commands, figures."""

import ast
import re
from pathlib import Path

import pytest
from chassis.metrics import registry
from chassis.settings import SERVICES, Settings
from contracts.streams import STREAMS
from office.cli import app
from office.services import load

TOP = Path(__file__).parents[2]
PAGES = [TOP / "README.md", *sorted((TOP / "docs").glob("*.md")), *sorted((TOP / "docs/decisions").glob("*.md"))]
GENERATED = {"events.md", "policy-coverage.md"}
WRITTEN = [page for page in PAGES if page.name not in GENERATED]


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: str(page.relative_to(TOP)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: str(page.relative_to(TOP)))
def test_every_file_that_is_named_whole_is_there(page: Path) -> None:
    named = re.findall(r"`((?:packages|services|deploy|docs|tests)/[\w./-]+\.\w+)(?:::\w+)?`", page.read_text())
    made_on_the_spot = ("deploy/secrets", "deploy/.env")
    assert [path for path in named if not path.startswith(made_on_the_spot) and not (TOP / path).exists()] == []


def test_every_test_that_shows_a_threat_is_there() -> None:
    shown = re.findall(r"`([\w./-]+/test_\w+\.py)(?:::(test_\w+))?`", (TOP / "docs/security.md").read_text())
    assert len(shown) > 20
    for file, name in shown:
        tests = {
            node.name for node in ast.walk(ast.parse((TOP / file).read_text())) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        assert not name or name in tests, f"{file}::{name}"


def test_every_setting_is_told_with_its_default() -> None:
    told = (TOP / "docs/operations.md").read_text()
    for name, field in Settings.model_fields.items():
        default = field.default
        shown = "" if default in (None, "", ()) else f"`{str(default).lower() if isinstance(default, bool) else default}`"
        assert f"| `OFFICE_{name.upper()}` | {shown} |" in told


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: str(page.relative_to(TOP)))
def test_every_variable_is_one_that_something_reads(page: Path) -> None:
    known = {f"OFFICE_{name}".upper() for name in Settings.model_fields}
    sources = [file.read_text() for file in TOP.glob("services/*/src/*/settings.py")]
    prefixes = [match for text in sources for match in re.findall(r'env_prefix="(OFFICE_\w*)"', text)]
    fields = {name for text in sources for name in re.findall(r"^    (\w+):", text, re.MULTILINE)}
    known |= {f"{prefix}{name}".upper() for prefix in prefixes for name in fields}
    # Read by `compose.yaml`, not by us.
    known |= set(re.findall(r"\$\{(OFFICE_\w+)", (TOP / "compose.yaml").read_text()))
    assert set(re.findall(r"\bOFFICE_[A-Z][A-Z_]*[A-Z]\b", page.read_text())) <= known


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: str(page.relative_to(TOP)))
def test_every_command_is_one_that_office_has(page: Path) -> None:
    groups = {name: set(app[name]) for name in ("parked", "audit", "keys", "dmca")}
    for first, second in re.findall(r"`(?:[A-Z_]+=\S+ )*office ([a-z-]+)(?: ([a-z]+))?", page.read_text()):
        assert first in set(app), first
        assert first not in groups or not second or second in groups[first], f"{first} {second}"


def test_every_figure_is_one_that_is_rendered() -> None:
    # A service brings figures of its own.
    load()
    rendered = {metric.name for metric in registry.collect()}
    page = (TOP / "docs/operations.md").read_text()
    told = set(re.findall(r"`(office_[a-z_]+)(?:\{[^`]*\})?`", page[page.index("## Figures") :]))
    assert told
    assert {name.removesuffix("_total") for name in told} == rendered


def test_every_log_line_that_is_told_is_written() -> None:
    told = (TOP / "docs/operations.md").read_text()
    begin = told.index("Log lines that always need a person")
    written = "\n".join(file.read_text() for file in TOP.glob("packages/chassis/src/chassis/**/*.py"))
    codes = re.findall(r"`([a-z_]+\.[a-z_]+)`", told[begin : told.index("\n\n", begin)])
    assert codes
    for code in codes:
        if not code.startswith(("http.request", "trace.id")):
            assert f'"{code}"' in written, code


def test_the_brokers_users_read_what_their_services_react_to() -> None:
    told = (TOP / "docs/security.md").read_text()
    for service in load():
        row = re.search(rf"^\| {service.name} \| ([^|]+) \| ([^|]+) \|$", told, re.MULTILINE)
        assert row is not None
        assert {f"office_actions.{name}.v1" for name in re.findall(r"`(\w+)`", row[2])} == set(service.reactions)


def test_every_stream_is_written_by_one_user() -> None:
    told = (TOP / "docs/security.md").read_text()
    writes = [name for service in SERVICES for name in re.findall(rf"^\| {service} \| ([^|]+) \|", told, re.MULTILINE)[0].split()]
    assert sorted(f"office_actions.{name.strip('`')}.v1" for name in writes) == sorted(STREAMS)


def test_the_index_of_decisions_names_each_of_them() -> None:
    index = (TOP / "docs/decisions/README.md").read_text()
    records = sorted((TOP / "docs/decisions").glob("0*.md"))
    assert [int(record.name[:4]) for record in records] == list(range(1, len(records) + 1))
    for record in records:
        said = record.read_text()
        assert f"[{record.name[:4]}]({record.name}) {said.splitlines()[0].removeprefix(f'# {record.name[:4]} ')}" in index
        assert re.findall(r"^## (.+)$", said, re.MULTILINE) == ["Context", "Decision", "Consequences", "Alternatives", "References"]
        assert len(said.splitlines()) <= 45


def test_no_page_names_a_place_on_a_machine() -> None:
    for page in WRITTEN:
        assert not re.search(r"(?<![\w/.])/(tmp|root|home)/", page.read_text()), page.name
