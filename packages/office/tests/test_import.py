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


BLOCK = {"kind": "range_block", "addresses": ["203.0.113.0/24"], "enacted_at": "2019-07-01T00:00:00Z"}
BROKEN = {
    "no JSON": "no JSON",
    "no object": "[]",
    "deep": '{"ref": "x", "scope": ' + "[" * 100_000,
    "twice": '{"ref": "x", "ref": "y"}',
    "no number": '{"ref": "x", "kind": "global_ban", "enacted_at": NaN}',
    "half a letter": '{"ref": "\\ud800", "kind": "global_ban", "enacted_at": "2019-06-10T12:00:00Z", "accounts": [{"name": "Old"}]}',
    "a field nobody knows": json.dumps({**ROWS[0], "ref": "x", "reason": "?"}),
    "no time": json.dumps({**ROWS[0], "ref": "x", "enacted_at": "0001-01-01T00:00:00+14:00"}),
    "no zone": json.dumps({**ROWS[0], "ref": "x", "enacted_at": "2019-06-10T12:00:00"}),
    "nobody": json.dumps({**ROWS[0], "ref": "x", "accounts": []}),
    "too wide": json.dumps({**BLOCK, "ref": "x", "addresses": ["0.0.0.0/0"]}),
    "host bits": json.dumps({**BLOCK, "ref": "x", "addresses": ["203.0.113.7/24"]}),
    "no address": json.dumps({**BLOCK, "ref": "x", "addresses": ["somewhere"]}),
    "no ban": json.dumps({**BLOCK, "ref": "x", "enforces": "nowhere"}),
    "over, not said how": json.dumps({**ROWS[0], "ref": "x", "ended_at": "2020-01-01T00:00:00Z"}),
    "another ending": json.dumps({**ROWS[0], "ref": "x", "ended": "forgotten", "ended_at": "2020-01-01T00:00:00Z"}),
    "another row": json.dumps({**ROWS[0], "note": "What was not said before."}),
}

REFUSED = {"nobody", "too wide", "host bits", "no address", "no ban", "over, not said how", "another row"}


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


def test_whatever_is_broken_is_answered_and_what_is_whole_gets_in(home: Path, tmp_path: Path) -> None:
    ban = {**ROWS[0], "ref": "ban", "accounts": [{"name": "Third visitor"}]}
    block = {**BLOCK, "ref": "block", "enforces": "ban", "note": "Its words have a\u2028break."}
    over = {**ROWS[0], "ref": "over", "accounts": [{"name": "Gone visitor"}], "ended": "lifted", "ended_at": "2020-01-01T00:00:00Z"}
    lines = tmp_path / "all.jsonl"
    whole = [json.dumps(one, ensure_ascii=False) for one in (ROWS[0], ban, block, over)]
    lines.write_text("\n".join([whole[0], *BROKEN.values(), *whole[1:]]))
    for options, results in ((("--dry-run",), "would be imported"), ((), "imported"), ((), "already there")):
        done = office(home, "import", "bans", str(lines), "--json", *options)
        told = [json.loads(line)["result"] for line in done.stdout.splitlines()]
        assert (done.returncode, told[-3:]) == (1, [results] * 3), done.stderr
        refused = {said for said, result in zip(BROKEN, told[1:-3], strict=True) if result == "refused"}
        assert (refused, set(told[1:-3])) == (REFUSED, {"refused", "unreadable"})
    table = tmp_path / "broken.csv"
    table.write_text('ref,kind,addresses,enacted_at\nt1,range_block,198.51.100.0/24,2019-07-01T00:00:00Z\nt2,range_block,"broken"off,x\n')
    done = office(home, "import", "bans", str(table), "--json")
    assert [json.loads(line)["result"] for line in done.stdout.splitlines()] == ["imported", "unreadable"], done.stderr
    checked = office(home, "check", "--service", "ban")
    assert (checked.returncode, checked.stdout.strip()) == (0, "Every invariant holds.")


def test_a_file_that_is_not_there_is_told_in_one_sentence(home: Path, tmp_path: Path) -> None:
    told = office(home, "import", "bans", str(tmp_path / "nowhere.jsonl"))
    assert (told.returncode, told.stdout) == (2, "")
    assert len(told.stderr.strip().splitlines()) == 1
