"""The trail on the command line: exported, signed for a witness, and held against what the witness kept."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from chassis.crypto import Keyring
from chassis.seal import Checkpoint

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Run:
    home = tmp_path_factory.mktemp("trail")

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        environment = {**os.environ, "OFFICE_HOME": str(home / "home")}
        return subprocess.run(
            [sys.executable, "-m", "office", *arguments], env=environment, cwd=home, capture_output=True, text=True, check=False
        )

    assert run("migrate").returncode == 0
    run.home = home  # type: ignore[attr-defined]  # where its files lie
    return run


def test_a_trail_is_held_against_what_a_witness_kept(office: Run) -> None:
    home: Path = office.home  # type: ignore[attr-defined]  # as above
    trail, kept = home / "trail.jsonl", home / "kept.jsonl"
    trail.write_text(office("audit", "export", "--service", "ban").stdout)
    printed = office("audit", "checkpoint", "--service", "ban")
    kept.write_text(printed.stdout)
    assert office("audit", "verify", str(trail), "--witness", str(kept)).returncode == 0

    # The witness once saw more than there is now: the end of the chain was cut off.
    document = json.loads(printed.stdout)
    keyring = Keyring.load(home / "home/secrets/keyring.json")
    longer = replace(Checkpoint.read(document), size=document["size"] + 5)
    signed = replace(longer, signature=keyring.sign(longer.message()).hex())
    kept.write_text(json.dumps({**asdict(signed), "public_key": document["public_key"]}))
    cut = office("audit", "verify", str(trail), "--witness", str(kept), "--json")
    assert cut.returncode == 1
    assert json.loads(cut.stdout)["kind"] == "cut_tail"

    # What nobody signed is no witness.
    kept.write_text(json.dumps({**asdict(longer), "public_key": document["public_key"]}))
    forged = office("audit", "verify", str(trail), "--witness", str(kept), "--json")
    assert forged.returncode == 1
    assert json.loads(forged.stdout)["kind"] == "witness"


@pytest.mark.parametrize("content", ["nothing", '{"service": "ban"}', ""])
def test_a_witness_that_is_none_is_told_in_one_sentence(office: Run, content: str) -> None:
    home: Path = office.home  # type: ignore[attr-defined]  # as above
    (home / "odd.jsonl").write_text(content)
    (home / "empty.jsonl").write_text("")
    told = office("audit", "verify", str(home / "empty.jsonl"), "--witness", str(home / "odd.jsonl"))
    assert told.returncode == 2
    assert len(told.stderr.strip().splitlines()) == 1
