"""The keyring: what it seals opens only where it belongs, rotation loses nothing, and no key ever shows."""

import base64
import json
import pickle
from pathlib import Path

import pytest
from chassis.crypto import Keyring, KeyringUnsafe, Unopenable


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keyring.json"


@pytest.fixture
def ring(path: Path) -> Keyring:
    return Keyring.create(path)


def test_only_its_owner_can_read_the_file(ring: Keyring, path: Path) -> None:
    assert ring.current == "k1"
    assert path.stat().st_mode & 0o777 == 0o600
    Keyring.add_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    with pytest.raises(KeyringUnsafe, match="chmod 600"):
        Keyring.load(path)


def test_a_keyring_is_never_made_over_another(ring: Keyring, path: Path) -> None:
    with pytest.raises(FileExistsError):
        Keyring.create(path)
    assert Keyring.load(path).public_key == ring.public_key


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"keys": [{"id": "k1", "key": "c2hvcnQ="}], "hash": "x", "sign": "x"}'])
def test_what_is_no_keyring_is_refused_without_being_quoted(path: Path, content: str) -> None:
    path.touch(mode=0o600)
    path.write_text(content)
    with pytest.raises(KeyringUnsafe) as refusal:
        Keyring.load(path)
    assert "c2hvcnQ" not in str(refusal.value)


def test_what_was_sealed_opens_for_its_place_alone(ring: Keyring) -> None:
    blob = ring.seal(b"an example", b"here")
    assert ring.open(blob, b"here") == b"an example"
    with pytest.raises(Unopenable):
        ring.open(blob, b"there")
    assert ring.seal(b"an example", b"here") != blob


def test_a_change_of_any_byte_is_noticed(ring: Keyring) -> None:
    blob = ring.seal(b"an example", b"here")
    for place in range(len(blob)):
        changed = bytearray(blob)
        changed[place] ^= 1
        with pytest.raises(Unopenable):
            ring.open(bytes(changed), b"here")
    for length in range(len(blob)):
        with pytest.raises(Unopenable):
            ring.open(blob[:length], b"here")


def test_after_rotation_the_new_key_seals_and_the_old_one_still_opens(ring: Keyring, path: Path) -> None:
    old = ring.seal(b"old", b"")
    added = Keyring.add_key(path)
    assert added.key_ids == ("k1", "k2")
    assert Keyring.key_of(added.seal(b"new", b"")) == "k2"
    assert added.open(old, b"") == b"old"


def test_a_process_at_work_sees_a_new_key_by_its_next_call(ring: Keyring, path: Path) -> None:
    elsewhere = Keyring.add_key(path).seal(b"from another process", b"")
    assert ring.open(elsewhere, b"") == b"from another process"
    assert Keyring.key_of(ring.seal(b"", b"")) == "k2"
    path.unlink()
    assert ring.open(elsewhere, b"") == b"from another process"


def test_hashes_outlive_rotation_and_hold_within_one_domain(ring: Keyring) -> None:
    found = ring.hash("individual.name", "Example")
    assert ring.rotated().hash("individual.name", "Example") == found
    assert ring.hash("individual.address", "Example") != found
    assert ring.hash("ab", "c") != ring.hash("a", "bc")
    assert Keyring({"k1": bytes(32)}, bytes(32), bytes(32)).hash("individual.name", "Example") != found


def test_no_key_shows(ring: Keyring, path: Path) -> None:
    document = json.loads(path.read_text())
    keys = [document["hash"], document["sign"], *(item["key"] for item in document["keys"])]
    shown = repr(ring) + str(ring) + f"{ring}"
    for key in keys:
        assert key not in shown
        assert base64.b64decode(key).hex() not in shown
    with pytest.raises(TypeError):
        pickle.dumps(ring)
    with pytest.raises(TypeError):
        json.dumps(ring)
