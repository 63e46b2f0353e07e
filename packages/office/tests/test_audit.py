"""A trail held against what a witness kept, without a server."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from chassis.crypto import Keyring
from chassis.seal import Checkpoint
from chassis.seal.chain import genesis
from office.cli import BAD_INPUT, DONE, REFUSED, main


def trail(folder: Path) -> Path:
    """Write the export of a chain that is empty: what was there was cut off, or never was."""
    file = folder / "trail.jsonl"
    lines = (
        {"chain": "ban", "format": 1, "exported_at": "2026-11-02T09:00:00+00:00"},
        {"end": {"size": 0, "root": genesis("ban")}},
    )
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return file


@pytest.mark.parametrize(("seen", "signed", "kind"), [(0, True, None), (5, True, "cut_tail"), (0, False, "witness")])
def test_a_trail_is_held_against_what_a_witness_kept(
    seen: int, signed: bool, kind: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keyring = Keyring.create(tmp_path / "keyring.json")
    kept = Checkpoint("ban", seen, genesis("ban"), "2026-11-01T09:00:00Z")
    if signed:
        kept = replace(kept, signature=keyring.sign(kept.message()).hex())
    witness = tmp_path / "kept.jsonl"
    witness.write_text(json.dumps({**asdict(kept), "public_key": keyring.public_key.hex()}))
    assert main(["audit", "verify", str(trail(tmp_path)), "--witness", str(witness), "--json"]) == (REFUSED if kind else DONE)
    assert json.loads(capsys.readouterr().out).get("kind") == kind


@pytest.mark.parametrize("content", ["nothing", '{"service": "ban"}', "[]"])
def test_a_witness_that_is_none_is_told_in_one_sentence(content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    witness = tmp_path / "odd.jsonl"
    witness.write_text(content)
    assert main(["audit", "verify", str(trail(tmp_path)), "--witness", str(witness)]) == BAD_INPUT
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
