"""Apache Kafka's jars, fetched once into the virtualenv and checked against `jars.sha256` each time they are used.

`python -m chassis.embedded.jars` fetches them; it needs a Maven repository, neither Java nor Maven.
"""

import hashlib
import logging
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib.resources import files
from pathlib import Path

from chassis.embedded.errors import EmbeddedError
from chassis.embedded.record import locked

# Kafka speaks through slf4j and brings no voice for it: without the second a broker that cannot start would not say why.
COORDINATES = ("org.apache.kafka:kafka_2.13:4.3.1", "org.slf4j:slf4j-simple:1.7.36")
LOG = logging.getLogger(__name__)
COMMAND = "python -m chassis.embedded.jars"


class JarsRefusedError(EmbeddedError):
    """The jars are not those whose sums are in `jars.sha256`."""


def folder() -> Path:
    """Return where the jars of this virtualenv lie."""
    return Path(sys.prefix) / "share" / "kafka"


def sums() -> dict[str, str]:
    """Return the SHA-256 of each jar by its file name, as committed."""
    lines = files("chassis.embedded").joinpath("jars.sha256").read_text(encoding="ascii").splitlines()
    return {name: digest for digest, name in (line.split() for line in lines)}


def check(where: Path) -> None:
    """Raise `JarsRefusedError` unless the folder holds exactly the committed jars."""
    want = sums()
    have = {jar.name: _sha256(jar) for jar in where.glob("*.jar")}
    wrong = [f"{name} is missing" for name in want if name not in have]
    wrong += [f"{name} is not on the list" for name in have if name not in want]
    wrong += [f"{name} has another content" for name in have if name in want and have[name] != want[name]]
    if wrong:
        raise JarsRefusedError(f"Kafka's jars in {where} are refused: {'; '.join(sorted(wrong)[:5])}. Fetch them again with `{COMMAND}`.")


def ready(where: Path | None = None) -> Path:
    """Return the folder of checked jars, fetching them when there is none yet. Altered jars are refused, never mended silently."""
    where = where or folder()
    if not where.exists():
        fetch(where)
    else:
        check(where)
    return where


def fetch(where: Path | None = None, *, say: Callable[[str], None] = LOG.info, tell: Callable[[int, int], None] | None = None) -> Path:
    """Fetch the jars unless they are there and right; return their folder.

    `say` gets sentences; `tell` gets, twice a second, how many jars are here and how many there will be.
    Nothing is seen in the folder before all of it is checked. A second process waits for the first and finds its work done.
    """
    where = where or folder()
    try:
        where.parent.mkdir(parents=True, exist_ok=True)
        with locked(where.with_name(f"{where.name}.lock"), patience=600, what="fetching Kafka's jars"):
            if _right(where):
                say(f"Kafka's jars are in {where}")
                return where
            say("fetching Kafka's jars, 44 MB (20 s or more)")
            for given_up in where.parent.glob(".kafka-*"):
                shutil.rmtree(given_up, ignore_errors=True)
            with tempfile.TemporaryDirectory(prefix=".kafka-", dir=where.parent) as work:
                with _telling(Path(work), tell):
                    new = _collect(Path(work))
                check(new)
                if where.exists():
                    where.replace(Path(work) / "old")
                new.replace(where)
    except PermissionError as refused:
        raise EmbeddedError(f"Kafka's jars cannot be written: {refused}. Run `{COMMAND}` once as the owner of the virtualenv.") from refused
    say(f"Kafka's jars are in {where}")
    return where


def _right(where: Path) -> bool:
    try:
        check(where)
    except JarsRefusedError:
        return False
    return True


def _collect(work: Path) -> Path:
    from jgo.env import EnvironmentBuilder, LinkStrategy
    from jgo.maven import MavenContext

    # The build's own folders keep it off the home directory, which may be missing or not ours.
    builder = EnvironmentBuilder(
        context=MavenContext(repo_cache=work / "repository"), cache_dir=work / "environments", link_strategy=LinkStrategy.COPY
    )
    try:
        built = Path(builder.from_endpoint("+".join(COORDINATES)).path)
    except Exception as failed:  # jgo raises whatever its parts raise; the sentence names it
        raise EmbeddedError(
            f"Kafka's jars cannot be fetched: {type(failed).__name__}: {failed}. They come from Maven Central by HTTPS: "
            f"see that this machine reaches it (HTTPS_PROXY is honoured), then run `{COMMAND}` again; "
            f"or copy share/kafka of a virtualenv that has it to {folder()}."
        ) from failed
    new = work / "jars"
    new.mkdir()
    for jar in built.rglob("*.jar"):
        shutil.copyfile(jar, new / jar.name)
    return new


@contextmanager
def _telling(work: Path, tell: Callable[[int, int], None] | None) -> Iterator[None]:
    """Tell in the background how many jars have arrived."""
    done = threading.Event()

    def watch() -> None:
        while tell and not done.wait(0.5):
            tell(len(list((work / "repository").rglob("*.jar"))), len(sums()))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _line(here: int, all_of_them: int) -> None:
    sys.stderr.write(f"\r{here} of {all_of_them} jars " + ("\n" if here == all_of_them else ""))
    sys.stderr.flush()


def main() -> int:
    """Fetch the jars with a word on progress; return 0, or 3 when they cannot be had."""
    say = partial(print, file=sys.stderr, flush=True)
    on_terminal = sys.stderr.isatty()
    try:
        fetch(say=say, tell=_line if on_terminal else None)
    except EmbeddedError as failed:
        say(failed)
        return 3
    return os.EX_OK


if __name__ == "__main__":
    sys.exit(main())
