"""The offline verifier names the first bad row, whatever was done to the chain."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from chassis.crypto import Keyring
from chassis.seal import Checkpoint, verify
from chassis.seal.chain import genesis, link, row_hash

SIZE = 6
Lines = list[dict[str, object]]


def chain(service: str = "ban", size: int = SIZE) -> Lines:
    lines: Lines = [{"chain": service, "format": 1, "exported_at": "2026-03-02T12:00:00+00:00"}]
    root = genesis(service)
    for no in range(1, size + 1):
        row = {"id": f"row-{no}", "operation": "http:action:enact", "outcome": "done"}
        hashed = row_hash("audit", row)
        lines.append({"seal": [no, "audit", f"row-{no}", hashed, root], "row": row})
        root = link(no, "audit", f"row-{no}", hashed, root)
    return [*lines, {"end": {"size": size, "root": root}}]


def written(lines: Lines) -> list[str]:
    return [json.dumps(line) for line in lines]


def end_of(lines: Lines) -> dict[str, object]:
    found = lines[-1]["end"]
    assert isinstance(found, dict)
    return found


def seal_of(line: dict[str, object]) -> list[object]:
    found = line["seal"]
    assert isinstance(found, list)
    return found


def test_an_untouched_chain_is_intact() -> None:
    result = verify(written(chain()))
    assert (result.intact, result.size, result.service) == (True, SIZE, "ban")


def change_row(lines: Lines) -> Lines:
    lines[3]["row"] = {"id": "row-3", "operation": "http:action:enact", "outcome": "refused"}
    return lines


def change_row_and_its_hash(lines: Lines) -> Lines:
    change_row(lines)
    row = lines[3]["row"]
    assert isinstance(row, dict)
    seal_of(lines[3])[3] = row_hash("audit", row)
    return lines


def exchange_rows(lines: Lines) -> Lines:
    third, fourth = seal_of(lines[3]), seal_of(lines[4])
    third[1:4], fourth[1:4] = fourth[1:4], third[1:4]
    lines[3]["row"], lines[4]["row"] = lines[4]["row"], lines[3]["row"]
    return lines


def lose_row(lines: Lines) -> Lines:
    lines[3]["row"] = None
    return lines


def lose_seal(lines: Lines) -> Lines:
    return [*lines[:3], *lines[4:]]


def repeat_seal(lines: Lines) -> Lines:
    return [*lines[:5], lines[3], *lines[5:]]


def cut_head(lines: Lines) -> Lines:
    return [lines[0], *lines[3:]]


def cut_export(lines: Lines) -> Lines:
    return lines[:-2]


def unsealed_row(lines: Lines) -> Lines:
    return [*lines[:-1], {"unsealed": {"table": "audit", "row_id": "row-3", "at": "2026-03-02T09:59:00+00:00"}}, lines[-1]]


@pytest.mark.parametrize(
    ("tamper", "kind", "no"),
    [
        (change_row, "changed", 3),
        (change_row_and_its_hash, "changed", 3),
        (exchange_rows, "changed", 3),
        (lose_row, "missing", 3),
        (lose_seal, "gap", 3),
        (repeat_seal, "reordered", 3),
        (cut_head, "cut_head", 1),
        (cut_export, "cut_tail", 5),
        (unsealed_row, "missing_seal", None),
    ],
)
def test_the_first_bad_row_is_named(tamper: Callable[[Lines], Lines], kind: str, no: int | None) -> None:
    bad = verify(written(tamper(chain()))).bad
    assert bad is not None
    assert (bad.kind, bad.no) == (kind, no)


def test_a_row_that_only_just_committed_needs_no_seal_yet() -> None:
    lines = chain()
    fresh: Lines = [{"unsealed": {"table": "audit", "row_id": "row-9", "at": "2026-03-02T11:59:00+00:00"}}]
    assert verify(written([*lines[:-1], *fresh, lines[-1]])).intact


@pytest.mark.parametrize("noise", ["", "{", "[]", "null", '{"seal": [1]}', '{"seal": 3, "row": {}}', '{"chain": 1}', '{"else": 1}'])
def test_what_cannot_be_read_is_said_so(noise: str) -> None:
    lines = written(chain())
    bad = verify([*lines[:3], noise, *lines[3:]]).bad
    assert bad is not None
    assert bad.kind == "unreadable"


def test_a_chain_of_another_service_is_not_taken() -> None:
    lines = chain("dmca")
    lines[0]["chain"] = "ban"
    bad = verify(written(lines)).bad
    assert bad is not None
    assert bad.kind == "changed"


@pytest.fixture
def witness(tmp_path: Path) -> tuple[Checkpoint, Keyring]:
    keyring = Keyring.create(tmp_path / "keyring.json")
    bare = Checkpoint("ban", SIZE, str(end_of(chain())["root"]), "2026-03-02T11:00:00Z")
    return replace(bare, signature=keyring.sign(bare.message()).hex()), keyring


def test_a_cut_tail_is_seen_by_the_witness_and_by_nobody_else(witness: tuple[Checkpoint, Keyring]) -> None:
    checkpoint, keyring = witness
    assert verify(written(chain()), checkpoint, keyring.public_key).intact
    assert verify(written(chain(size=SIZE + 2)), checkpoint, keyring.public_key).intact
    shorter = written(chain(size=SIZE - 1))
    assert verify(shorter).intact
    bad = verify(shorter, checkpoint, keyring.public_key).bad
    assert bad is not None
    assert (bad.kind, bad.no) == ("cut_tail", SIZE)


def test_a_chain_written_anew_is_not_what_the_witness_saw(witness: tuple[Checkpoint, Keyring]) -> None:
    checkpoint, keyring = witness
    bad = verify(written(chain()), replace(checkpoint, root="0" * 64, signature=""), None).bad
    assert bad is not None
    assert (bad.kind, bad.no) == ("witness", SIZE)
    forged = verify(written(chain()), replace(checkpoint, size=SIZE - 1), keyring.public_key).bad
    assert forged is not None
    assert "not signed" in forged.says
