"""Processes known by pid and start time, so that a recycled pid is never taken for a server."""

import os
import signal
import subprocess
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import psutil
from pydantic import BaseModel, ConfigDict

from chassis.embedded.account import Account
from chassis.embedded.errors import EmbeddedError

POLL = 0.02
# The kernel counts starts in ticks since boot; the same process read twice may differ by rounding and by a corrected clock.
SAME_START = 1.0


class Identity(BaseModel):
    """A process: its pid and when it started (seconds since the epoch, as psutil tells it)."""

    model_config = ConfigDict(frozen=True)

    pid: int
    started: float


def identity(pid: int) -> Identity:
    """Return the identity of the running process `pid`; raise `psutil.NoSuchProcess` when there is none."""
    return Identity(pid=pid, started=psutil.Process(pid).create_time())


def myself() -> Identity:
    """Return the identity of this process."""
    return identity(os.getpid())


def living(known: Identity) -> psutil.Process | None:
    """Return the process when it still runs and is the very one that was known; a zombie is dead."""
    try:
        process = psutil.Process(known.pid)
        if abs(process.create_time() - known.started) > SAME_START or process.status() == psutil.STATUS_ZOMBIE:
            return None
    except psutil.NoSuchProcess:
        return None
    return process


def marked(name: str, mark: str) -> list[Identity]:
    """Return the living processes called `name` that have `mark` as one of their arguments.

    This finds a server whose starter died before it could write it down.
    """
    found = []
    for process in psutil.process_iter(["name", "cmdline", "create_time", "status"]):
        told = process.info
        if told["name"] == name and told["status"] != psutil.STATUS_ZOMBIE and mark in (told["cmdline"] or ()):
            found.append(Identity(pid=process.pid, started=told["create_time"]))
    return found


def working_in(name: str, folder: Path) -> list[Identity]:
    """Return the living processes called `name` whose working directory is `folder`."""
    found = []
    for process in psutil.process_iter(["name", "cwd", "create_time", "status"]):
        told = process.info
        if told["name"] == name and told["status"] != psutil.STATUS_ZOMBIE and told["cwd"] == str(folder):
            found.append(Identity(pid=process.pid, started=told["create_time"]))
    return found


def spawn(argv: Sequence[str], *, folder: Path, log: Path, account: Account | None = None) -> Identity:
    """Start `argv` detached from this process and its terminal, writing to `log`; the log before it is kept once as `*.previous`.

    A shell in between hands the child to init: no zombie stays with us, and Ctrl-C in our terminal does not reach it.
    """
    if log.exists():
        log.replace(log.with_name(f"{log.name}.previous"))
    with open(log, "wb", opener=_private) as out:
        shell = subprocess.run(  # noqa: S603 - the arguments are ours
            ["/bin/sh", "-c", '"$@" >&2 & echo $!', "sh", *argv],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=out,
            cwd=folder,
            env=plain_environment(),
            start_new_session=True,
            check=True,
            **as_account(account),
        )
    try:
        return identity(int(shell.stdout))
    except psutil.NoSuchProcess as gone:
        raise EmbeddedError(f"{Path(argv[0]).name} ended as soon as it was started: {tail(log)}") from gone


def end(processes: Iterable[Identity], *, softly: signal.Signals, patience: float) -> None:
    """Ask the processes to end with `softly`, and after `patience` seconds kill those that still run, children included.

    A process whose start time is another than the one known is left alone.
    """
    asked = list(processes)
    for known in asked:
        _signal(known, softly)
    for known in _still_living(asked, patience):
        kill(known)


def kill(known: Identity) -> None:
    """Kill the process and its children with SIGKILL and wait until they are gone."""
    process = living(known)
    if process is None:
        return
    try:
        family = [Identity(pid=child.pid, started=child.create_time()) for child in process.children(recursive=True)]
    except psutil.NoSuchProcess:
        family = []
    for member in (known, *family):
        _signal(member, signal.SIGKILL)
    if left := _still_living([known, *family], 10):
        raise EmbeddedError(f"processes {[member.pid for member in left]} do not end, not even by SIGKILL")


def tail(log: Path, lines: int = 8) -> str:
    """Return the last lines of a log, for an error's sentence."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) or f"{log} is empty"
    except OSError as unreadable:
        return str(unreadable)


def plain_environment() -> dict[str, str]:
    """Return the environment of a server: nothing of ours in it, so that no secret and no JVM or libpq variable strays in."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def as_account(account: Account | None) -> dict[str, Any]:
    """Return the keywords with which `subprocess` changes to the account; none means to stay who we are."""
    return {} if account is None else {"user": account.uid, "group": account.gid, "extra_groups": []}


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _signal(known: Identity, number: signal.Signals) -> None:
    process = living(known)
    if process is None:
        return
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return


def _still_living(asked: list[Identity], patience: float) -> list[Identity]:
    end_at = time.monotonic() + patience
    left = asked
    while (left := [known for known in left if living(known) is not None]) and time.monotonic() < end_at:
        time.sleep(POLL)
    return left
