"""The small commands load only what they run, so that they answer at once; bad input is told in one sentence and exits 2."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("aiokafka", "alembic", "asyncpg", "fastapi", "httpx", "sqlalchemy", "sqlmodel", "uvicorn")
LOADED = (
    "import json, sys; from office.cli import main; code = main(sys.argv[1:]);"
    f" print(json.dumps([code, [one for one in {HEAVY} if one in sys.modules]]), file=sys.stderr)"
)


def office(home: Path, *arguments: str, script: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *(("-c", script) if script else ("-m", "office")), *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60, env={**os.environ, "OFFICE_HOME": str(home), **environment}
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["token", "--role", "evaluator"],
        ["due", "global_ban", "2026-12-14T09:30:00Z"],
        ["workdays", "2026-12-14", "10"],
        ["restore-window", "2026-12-14T09:30:00Z"],
    ],
)
def test_a_small_command_loads_no_library_of_a_server(tmp_path: Path, arguments: list[str]) -> None:
    done = office(tmp_path, *arguments, script=LOADED)
    assert done.stdout
    assert json.loads(done.stderr) == [0, []]


@pytest.mark.parametrize("part", [["--service", "ban"], ["--role", "worker"]])
def test_the_local_hop_stays_in_one_process(tmp_path: Path, part: list[str]) -> None:
    done = office(tmp_path, "up", "--dev", *part, OFFICE_KAFKA="local")
    assert (done.returncode, done.stdout) == (2, "")
    assert "one process only" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [["up", "--dev"], ["demo", "--once"]])
def test_a_port_that_is_taken_is_told_before_anything_starts(tmp_path: Path, command: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        done = office(tmp_path, *command, "--port", port)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == f"Port {port} of 127.0.0.1 is taken by another process: name another with --port, or end that one.\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [("OFFICE_PORT", "70000", "OFFICE_PORT: Input should be less than or equal to 65535"), ("OFFICE_DATACENTERS", "eqiad", "as JSON")],
)
@pytest.mark.parametrize("command", [["doctor"], ["up", "--dev"], ["token", "--role", "evaluator"]])
def test_a_setting_that_cannot_be_is_named_in_one_sentence(tmp_path: Path, command: list[str], setting: str, value: str, says: str) -> None:
    done = office(tmp_path, *command, **{setting: value})
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
