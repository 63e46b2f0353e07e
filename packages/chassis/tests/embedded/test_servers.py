"""Who starts, joins and ends the servers of a home."""

import asyncio
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest
from chassis.embedded import EmbeddedError, Servers, StillInUseError, down, start, status
from chassis.embedded.process import Identity, identity, living, myself
from chassis.embedded.record import Run, Server, load, save

NEIGHBOUR = Path(__file__).with_name("neighbour.py")


class Neighbour:
    """A second process on the same home."""

    def __init__(self, home: Path, what: str = "postgres") -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(NEIGHBOUR), str(home), what], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout
        self.said = json.loads(self.process.stdout.readline() or "{}")

    def leave(self) -> int:
        """Let it leave in good order; return its exit code."""
        self.process.communicate(timeout=30)
        return self.process.returncode

    def die(self) -> None:
        """Kill it, so that it cannot leave."""
        self.process.kill()
        self.process.communicate(timeout=30)


async def ask(servers: Servers, question: str) -> object:
    """Ask PostgreSQL as its superuser."""
    connection = await asyncpg.connect(servers.postgres.admin_dsn)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


def mode(path: Path) -> int:
    """Return the permission bits."""
    return stat.S_IMODE(path.stat().st_mode)


def names(folder: Path) -> set[str]:
    """Return what lies in a folder."""
    return {path.name for path in folder.iterdir()}


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    """Return a process that has nothing to do with any server."""
    process = subprocess.Popen(["sleep", "60"])
    yield process
    process.kill()
    process.wait()


async def test_both_start_on_loopback_with_the_settings_the_house_counts_on(home: Path) -> None:
    servers = await start(home)
    assert await ask(servers, "show max_connections") == "200"
    assert await ask(servers, "show fsync") == "on"
    assert str(await ask(servers, "show server_version")).startswith("18")
    assert await ask(servers, "show unix_socket_directories") == ""
    assert await ask(servers, "select bool_and(auth_method = 'scram-sha-256') from pg_hba_file_rules") is True
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(servers.postgres.dsn("postgres", "postgres", "guessed"))
    await ask(servers, "create role \"odd/na@me\" login password 'p@ss:/?#&% w'")
    await (await asyncpg.connect(servers.postgres.dsn("postgres", "odd/na@me", "p@ss:/?#&% w"))).close()
    running = status(home).servers
    assert set(running) == {"postgres", "kafka-1"}
    for server in running.values():
        listening = {c.laddr.ip for c in psutil.Process(server.pid).net_connections("tcp") if c.status == psutil.CONN_LISTEN}
        assert {address.removeprefix("::ffff:") for address in listening} == {"127.0.0.1"}
    await servers.leave()
    assert not any(map(living, running.values()))
    assert status(home).servers == {}


async def test_secrets_are_for_the_owner_alone(home: Path) -> None:
    servers = await start(home, kafka=False, durable=False)
    assert mode(home / "postgres.password") == 0o600
    assert mode(home / "run.json") == 0o600
    # As root the user that PostgreSQL runs as may pass through, and nobody may list.
    assert mode(home) == (0o710 if os.geteuid() == 0 else 0o700)
    assert "postgres.handed" not in names(home)
    await servers.leave()


async def test_a_second_process_joins_and_the_last_to_leave_ends_the_servers(shared_home: Path) -> None:
    servers = await start(shared_home, durable=False)
    neighbour = Neighbour(shared_home, "both")
    assert neighbour.said == {"postgres": servers.postgres.port, "bootstrap": servers.kafka.bootstrap}
    running = status(shared_home)
    assert {user.pid for user in running.users} == {os.getpid(), neighbour.process.pid}
    with pytest.raises(StillInUseError, match=str(neighbour.process.pid)):
        down(shared_home)
    await servers.leave()
    assert all(map(living, running.servers.values()))
    assert neighbour.leave() == 0
    assert not any(map(living, running.servers.values()))


async def test_what_a_crash_left_is_adopted_and_ended_by_the_last_to_leave(shared_home: Path) -> None:
    neighbour = Neighbour(shared_home, "both")
    left = status(shared_home).servers
    neighbour.die()
    assert all(map(living, left.values()))
    servers = await start(shared_home, durable=False)
    assert {name: server.pid for name, server in status(shared_home).servers.items()} == {name: server.pid for name, server in left.items()}
    assert [user.pid for user in status(shared_home).users] == [os.getpid()]
    await servers.leave()
    assert not any(map(living, left.values()))


async def test_servers_that_were_never_written_down_are_found_again(shared_home: Path) -> None:
    servers = await start(shared_home, durable=False)
    before = load(shared_home)
    save(shared_home, Run(ports=before.ports))
    again = await start(shared_home, durable=False)
    assert {name: server.pid for name, server in load(shared_home).servers.items()} == {name: s.pid for name, s in before.servers.items()}
    await again.leave()
    await servers.leave()
    assert not any(map(living, before.servers.values()))


async def test_down_ends_what_a_crash_left(home: Path) -> None:
    neighbour = Neighbour(home)
    left = status(home).servers["postgres"]
    neighbour.die()
    assert down(home) == ["postgres"]
    assert living(left) is None
    assert down(home) == []


async def test_a_recycled_pid_is_a_stranger_and_is_left_alone(home: Path, stranger: subprocess.Popen[bytes]) -> None:
    known = identity(stranger.pid)
    other = Server(pid=known.pid, started=known.started - 3600, host="127.0.0.1", port=5432)
    servers = await start(home, kafka=False, durable=False)
    await servers.leave()
    save(home, Run(servers={"postgres": other, "kafka-1": other}, users={"gone": Identity(pid=os.getpid(), started=1.0)}))
    assert down(home) == []
    save(home, Run(servers={"postgres": other}))
    servers = await start(home, kafka=False, durable=False)
    await servers.postgres.kill()
    # PostgreSQL itself takes a living pid in its own file for a running server, and would not start.
    lines = (home / "postgres" / "postmaster.pid").read_text().splitlines()
    (home / "postgres" / "postmaster.pid").write_text("\n".join([str(stranger.pid), *lines[1:]]))
    await servers.postgres.restart()
    assert await ask(servers, "select 1") == 1
    await servers.leave()
    assert stranger.poll() is None


async def test_a_killed_postgres_keeps_what_was_committed_and_its_port(home: Path) -> None:
    servers = await start(home, kafka=False)
    port = servers.postgres.port
    connection = await asyncpg.connect(servers.postgres.admin_dsn)
    await connection.execute("create table kept (n int); insert into kept select generate_series(1, 1000)")
    await servers.postgres.kill()
    with pytest.raises((asyncpg.PostgresConnectionError, asyncpg.InterfaceError, ConnectionError)):
        await connection.fetchval("select 1")
    await servers.postgres.restart()
    assert await ask(servers, "select count(*) from kept") == 1000
    assert status(home).servers["postgres"].port == port
    await servers.leave()


async def test_a_home_with_spaces_and_a_long_odd_name_works(home: Path) -> None:
    home = home / ("a home with späces, commas and #signs " * 3) / ("and another folder " * 4).strip()
    assert len(str(home)) > 150
    servers = await start(home, durable=False)
    try:
        assert await ask(servers, "select 1") == 1
        assert servers.kafka.bootstrap.startswith("127.0.0.1:")
    finally:
        await servers.leave()
    assert status(home).servers == {}


async def test_a_home_taken_away_under_its_servers_ends_them(home: Path) -> None:
    servers = await start(home, kafka=False, durable=False)
    running = status(home).servers["postgres"]
    shutil.rmtree(home)
    await servers.leave()
    assert living(running) is None


async def test_two_that_start_at_once_share_one_server(home: Path) -> None:
    first, second = await asyncio.gather(*(start(home, kafka=False, durable=False) for _ in range(2)))
    assert first.postgres.port == second.postgres.port
    server = status(home).servers["postgres"]
    await first.leave()
    await first.leave()
    assert living(server)
    await second.leave()
    assert living(server) is None


async def test_a_cancelled_start_leaves_nothing_running(home: Path) -> None:
    task = asyncio.create_task(start(home, kafka=False, durable=False))
    # The thread that starts it is at work from here on, and cannot be stopped.
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    # `down` waits for whoever is still starting, and would name what it had to end.
    assert down(home) == []
    assert status(home).users == []


async def test_a_database_that_cannot_start_says_why_and_leaves_nothing(home: Path) -> None:
    servers = await start(home, kafka=False, durable=False)
    await servers.leave()
    (home / "postgres" / "PG_VERSION").write_text("9\n")
    with pytest.raises(EmbeddedError, match="incompatible"):
        await start(home, kafka=False, durable=False)
    assert status(home).servers == {}


def test_a_process_that_ended_is_not_living() -> None:
    child = subprocess.Popen(["sleep", "60"])
    known = identity(child.pid)
    assert living(known)
    child.send_signal(signal.SIGKILL)
    psutil.wait_procs([psutil.Process(child.pid)], timeout=0.5)
    assert living(known) is None
    child.wait()
    assert living(myself())
