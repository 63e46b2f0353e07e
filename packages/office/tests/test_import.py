"""`office import bans`: an answer for each row, twice is once, a dry run keeps nothing."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROWS = [
    {"ref": "a", "kind": "global_ban", "accounts": [{"name": "Old visitor"}], "enacted_at": "2019-06-10T12:00:00Z"},
    {"ref": "b", "kind": "global_ban", "accounts": [{"name": "Bad|name"}], "enacted_at": "2019-06-10T12:00:00Z"},
    {"ref": "c", "kind": "conduct_warning", "accounts": [{"name": "Other"}], "enacted_at": "2019-06-10T12:00:00Z"},
]
TABLE = """ref,kind,accounts,enacted_at,scope
a,global_ban,Old visitor,2019-06-10T12:00:00Z,
d,event_ban,Second visitor|Second visitor's other,2020-01-01T00:00:00Z,"{""everywhere"": true}"
"""


def office(home: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "office", *arguments],
        env={**os.environ, "OFFICE_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("imports") / "home"


def test_every_row_is_answered_and_a_row_is_imported_once(home: Path, tmp_path: Path) -> None:
    lines, table = tmp_path / "bans.jsonl", tmp_path / "bans.csv"
    lines.write_text("\n".join(map(json.dumps, ROWS)) + "\nno JSON\n")
    table.write_text(TABLE)

    def results(file: Path, *more: str) -> tuple[int, list[str]]:
        done = office(home, "import", "bans", str(file), "--json", *more)
        assert done.stdout, done.stderr
        return done.returncode, [json.loads(line)["result"] for line in done.stdout.splitlines()]

    assert results(lines, "--dry-run") == (1, ["would be imported", "refused", "unreadable", "unreadable"])
    assert results(lines) == (1, ["imported", "refused", "unreadable", "unreadable"])
    assert results(table) == (0, ["already there", "imported"])
    checked = office(home, "check", "--service", "ban")
    assert (checked.returncode, checked.stdout.strip()) == (0, "Every invariant holds.")


def test_a_file_that_is_not_there_is_told_in_one_sentence(home: Path, tmp_path: Path) -> None:
    told = office(home, "import", "bans", str(tmp_path / "nowhere.jsonl"))
    assert (told.returncode, told.stdout) == (2, "")
    assert len(told.stderr.strip().splitlines()) == 1
