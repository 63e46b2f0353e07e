"""The laws of the house that no import checker can see (DESIGN 1 and 3)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from chassis.fault import POINTS

ROOT = Path(__file__).parents[2]
SERVICES = ("intake", "ban", "dmca", "appeals", "notify")
ROOMS = {
    "model", "rules", "policy", "tables", "actions", "reactions", "deadlines", "deliveries", "api", "settings", "app", "__init__",
    "invariants",  # what `office check` asks of the service's own tables
    "problems",  # the page behind each of its refusals
}  # fmt: skip
# What a service owns besides the rooms that every service may have; each with its reason.
OWN_ROOMS = {
    "ban": {"index", "hashes", "metrics"},  # the index behind the ban check, the keyed hashes it is asked by, how often anything is decided
    "dmca": {"reading", "letters"},  # letters are read by a child process of its own
    "intake": {"mail"},  # the reader's child process, and the listener that a mail system hands mail to
    "notify": {"letters"},  # templates, their facts and how they are rendered
}
CHASSIS = {
    "audit", "auth", "bus", "check", "claim", "clock", "crypto", "db", "deliveries", "edge", "embedded", "errors", "fault",
    "first_tables", "hints", "http", "inbox", "log", "metrics", "migrations", "outbox", "parked", "peers", "pulse", "reader", "runtime",
    "seal", "service", "settings", "tables", "tasks", "testing", "ticker", "trace", "worker", "__init__",
}  # fmt: skip
KERNEL = {
    "actor", "addresses", "cases", "deadline", "decision", "digest", "kinds", "mail", "media_type", "months", "names", "policy", "review",
    "workdays", "__init__",
}  # fmt: skip
CONTRACTS = {
    "action", "appeal", "case", "compatibility", "dmca_notice", "document", "envelope", "examples", "notification", "request",
    "schema", "streams", "words", "yaml_text", "__init__",
}  # fmt: skip


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders or ("packages", "services"):
        for file in (ROOT / folder).rglob("*.py"):
            if "src" in file.relative_to(ROOT).parts:
                yield file


def modules(folder: Path) -> set[str]:
    return {one.stem for one in folder.iterdir() if one.suffix == ".py" or (one.is_dir() and (one / "__init__.py").exists())}


@pytest.mark.parametrize(("package", "closed"), [("chassis", CHASSIS), ("kernel", KERNEL), ("contracts", CONTRACTS)])
def test_the_modules_of_the_shared_packages_are_a_closed_list(package: str, closed: set[str]) -> None:
    assert modules(ROOT / f"packages/{package}/src/{package}") == closed


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_the_rooms_that_every_service_has(service: str) -> None:
    found = modules(ROOT / f"services/{service}-svc/src/{service}_svc")
    assert found - ROOMS <= OWN_ROOMS.get(service, set())
    assert {"model", "rules", "tables", "actions", "api", "app"} <= found


def test_only_the_chassis_commits() -> None:
    assert [
        str(file)
        for file in sources()
        if not {"chassis", "bench"} & set(file.parts) and re.search(r"\.(commit|rollback)\(", file.read_text())
    ] == []


def test_there_is_one_clock() -> None:
    """Any other now would not move with dev mode's clock, or would move where it must not."""
    other = re.compile(r"\b(datetime\.now|datetime\.utcnow|date\.today|time\.time\(|func\.now|CURRENT_TIMESTAMP|now\(\))")
    allowed = {"packages/chassis/src/chassis/clock.py", "packages/chassis/src/chassis/seal/export.py"}
    # Parts that measure how fast something is, or that start servers, speak of no moment of the law.
    kept_apart = ("packages/office/src/office/bench", "packages/chassis/src/chassis/embedded")
    found = {
        f"{name}:{number}"
        for file in sources()
        if (name := str(file.relative_to(ROOT))) not in allowed and not name.startswith(kept_apart)
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if other.search(line.partition("#")[0]) and "edge.now" not in line and "def now(" not in line
    }
    assert found == set()


def test_every_fault_point_is_in_the_code_once_and_no_other_is() -> None:
    passed = [
        str(node.args[0].value)
        for file in sources("packages")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "fault"
        and isinstance(node.args[0], ast.Constant)
    ]
    assert sorted(passed) == sorted(POINTS)


def test_the_number_of_fault_points_does_not_fall() -> None:
    assert len(POINTS) >= 24


def test_no_drawer_for_everything() -> None:
    drawers = {"utils", "util", "common", "helpers", "helper", "base", "manager", "misc", "core", "lib"}
    assert [str(file) for file in sources() if file.stem in drawers or drawers & set(file.relative_to(ROOT).parts)] == []


def test_nothing_arms_a_fault_but_the_testing_extra() -> None:
    assert [str(file) for file in sources() if "fault._hook" in file.read_text() and file.name != "testing.py"] == []


def test_no_generated_lock_that_names_an_index() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert "--index-url" not in lock
    assert "://" not in lock
    assert lock.count("--hash=sha256:") > 100
