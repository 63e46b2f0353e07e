"""Kafka's jars are those that were committed to, or they are refused."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from chassis.embedded import EmbeddedError, jars


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the fetched jars."""
    return Path(shutil.copytree(jars.ready(), tmp_path / "kafka"))


def test_the_fetched_jars_are_the_committed_ones(copy: Path) -> None:
    assert len(jars.sums()) == 46
    assert jars.ready(copy) == copy


def test_an_altered_jar_is_refused_by_name(copy: Path) -> None:
    jar = next(iter(sorted(jars.sums())))
    with (copy / jar).open("ab") as file:
        file.write(b"more")
    with pytest.raises(jars.JarsRefusedError, match=f"{jar} has another content.*python -m chassis.embedded.jars"):
        jars.ready(copy)


def test_a_jar_too_many_or_too_few_is_refused(copy: Path) -> None:
    (copy / "stranger.jar").write_bytes(b"")
    with pytest.raises(jars.JarsRefusedError, match=r"stranger\.jar is not on the list"):
        jars.ready(copy)
    (copy / "stranger.jar").rename(copy / "stranger.txt")
    (copy / "kafka-clients-4.3.1.jar").unlink()
    with pytest.raises(jars.JarsRefusedError, match=r"kafka-clients-4\.3\.1\.jar is missing"):
        jars.ready(copy)


def test_jars_that_are_right_are_not_fetched_again(copy: Path) -> None:
    before = copy.stat().st_ino
    jars.fetch(copy, say=lambda _: None)
    assert copy.stat().st_ino == before


def test_an_unreachable_registry_says_what_to_do_and_leaves_nothing_behind(tmp_path: Path) -> None:
    where = tmp_path / "share" / "kafka"
    # The discard port of this machine answers nobody.
    nowhere = {"HTTPS_PROXY": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9", "HOME": "/nonexistent"}
    code = "import pathlib, sys; from chassis.embedded import jars; jars.fetch(pathlib.Path(sys.argv[1]))"
    failed = subprocess.run(
        [sys.executable, "-c", code, str(where)], env={**os.environ, **nowhere}, capture_output=True, text=True, check=False
    )
    assert failed.returncode == 1
    assert f"{EmbeddedError.__name__}: Kafka's jars cannot be fetched" in failed.stderr
    assert "HTTPS_PROXY is honoured" in failed.stderr
    assert [path.name for path in where.parent.iterdir()] == ["kafka.lock"]
