"""`run.json`: which servers a home has, who uses them, and the lock under which that changes."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from chassis.embedded.errors import EmbeddedError
from chassis.embedded.process import Identity, living

FILE = "run.json"
LOCK = "run.lock"


class Server(Identity):
    """A running server: its process and where it listens. `durable` is false when it does not wait for the disk."""

    host: str
    port: int
    durable: bool = True


class Run(BaseModel):
    """The content of `run.json`: servers by name, users by their token, and the ports this home likes to have again."""

    servers: dict[str, Server] = Field(default_factory=dict)
    users: dict[str, Identity] = Field(default_factory=dict)
    ports: dict[str, int] = Field(default_factory=dict)

    def forget_the_dead(self) -> None:
        """Drop servers and users whose process is gone or is not the one that was written down."""
        self.servers = {name: server for name, server in self.servers.items() if living(server)}
        self.users = {token: user for token, user in self.users.items() if living(user)}


def load(home: Path) -> Run:
    """Read `run.json`; a missing or unreadable one is empty, since servers are also found by their command line."""
    try:
        return Run.model_validate_json((home / FILE).read_bytes())
    except (FileNotFoundError, ValidationError):
        return Run()


def save(home: Path, run: Run) -> None:
    """Replace `run.json` in one step, readable by its owner alone."""
    write_private(home / FILE, run.model_dump_json(indent=2) + "\n")


def write_private(path: Path, text: str) -> None:
    """Write a file of mode 0600 in one step: a reader sees the old text or the new one, and nobody else sees any."""
    new = path.with_name(f".{path.name}.{os.getpid()}")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


@contextmanager
def locked(path: Path, *, patience: float, what: str) -> Iterator[None]:
    """Hold the lock file `path`; the kernel lets go of it when its holder dies. Raise `EmbeddedError` after `patience` seconds."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        end_at = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > end_at:
                    raise EmbeddedError(f"another process has been {what} for {patience:.0f} s and holds {path}") from None
                time.sleep(0.05)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def held(home: Path) -> Iterator[None]:
    """Hold the home's own lock: only one process at a time starts or ends its servers."""
    if not os.access(home, os.R_OK | os.W_OK | os.X_OK):
        raise EmbeddedError(f"{home} is not ours to write: use a home of your own (OFFICE_HOME)")
    with locked(home / LOCK, patience=120, what="starting or ending the servers"):
        yield


def change(home: Path, step: Callable[[Run], object]) -> None:
    """Let `step` change the servers of a home under its lock, and write down what then lives."""
    with held(home):
        run = load(home)
        run.forget_the_dead()
        try:
            step(run)
        finally:
            run.forget_the_dead()
            save(home, run)
