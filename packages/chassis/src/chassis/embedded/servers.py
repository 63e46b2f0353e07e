"""The two servers of a home: started by the first who comes, joined by the next, ended by the last to leave."""

import asyncio
import atexit
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from chassis.embedded import kafka, postgres
from chassis.embedded.errors import EmbeddedError, StillInUseError
from chassis.embedded.process import Identity, living, myself
from chassis.embedded.record import Run, Server, held, load, save


class EmbeddedPostgres(postgres.Postgres):
    """The PostgreSQL server of a home, which tests can kill and start again."""

    def __init__(self, home: Path, server: Server) -> None:
        super().__init__(home, server)
        self._home = home
        self._durable = server.durable

    async def kill(self) -> None:
        """Kill the server as a power cut would: SIGKILL to all of its processes."""
        await asyncio.to_thread(_change, self._home, lambda run: postgres.crash(self._home, run))

    async def restart(self) -> None:
        """Start the killed server again on the same port and wait until it is ready; a running one is left as it is."""
        await asyncio.to_thread(_change, self._home, lambda run: postgres.bring_up(self._home, run, durable=self._durable, same_port=True))


class EmbeddedKafka(kafka.Kafka):
    """The brokers of a home, which tests can kill and start again."""

    def __init__(self, home: Path, servers: dict[str, Server]) -> None:
        super().__init__(servers)
        self._home = home

    async def kill(self, node: int = 1) -> None:
        """Kill a broker with SIGKILL."""
        await asyncio.to_thread(_change, self._home, lambda run: kafka.crash(run, node))

    async def restart(self) -> None:
        """Start all killed brokers again on the same ports and wait until the cluster lists them."""
        await asyncio.to_thread(_change, self._home, lambda run: kafka.bring_up(self._home, run, nodes=len(self.nodes), same_port=True))


class Servers:
    """One user's hold on the servers of a home. Ends by `leave`, at the latest when the process exits."""

    def __init__(self, home: Path, token: str, database: EmbeddedPostgres | None, brokers: EmbeddedKafka | None) -> None:
        self.home = home
        self._token = token
        self._postgres = database
        self._kafka = brokers
        atexit.register(self._leave)

    @property
    def postgres(self) -> EmbeddedPostgres:
        """The PostgreSQL server; `EmbeddedError` when it was not asked for."""
        if self._postgres is None:
            raise EmbeddedError("PostgreSQL was not asked for: start(..., postgres=True)")
        return self._postgres

    @property
    def kafka(self) -> EmbeddedKafka:
        """The Kafka brokers; `EmbeddedError` when they were not asked for."""
        if self._kafka is None:
            raise EmbeddedError("Kafka was not asked for: start(..., kafka=True)")
        return self._kafka

    async def leave(self) -> None:
        """Let go of the servers; the last user ends them. A second call does nothing."""
        await asyncio.to_thread(self._leave)

    def _leave(self) -> None:
        atexit.unregister(self._leave)
        with held(self.home):
            run = load(self.home)
            if run.users.pop(self._token, None) is None:
                return
            run.forget_the_dead()
            if not run.users:
                _end_all(self.home, run)
            save(self.home, run)


@dataclass(frozen=True)
class Status:
    """What a home runs: living servers by name, and the processes that use them."""

    servers: dict[str, Server]
    users: list[Identity]


async def start(home: Path, *, postgres: bool = True, kafka: bool = True, durable: bool = True, nodes: int = 1) -> Servers:
    """Start or join the servers of `home` and return a hold on them.

    `durable=False` lets PostgreSQL skip waiting for the disk: for tests. Who joins takes running servers as they are.
    `nodes` is 1 or 3. Raises `EmbeddedError`.
    """
    work = asyncio.create_task(asyncio.to_thread(_start, home, with_postgres=postgres, with_kafka=kafka, durable=durable, nodes=nodes))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        # The thread cannot be stopped: let it finish, then let go of what nobody will hold.
        await (await work).leave()
        raise


def down(home: Path, *, force: bool = False) -> list[str]:
    """End what a crash left in `home`; return the names of the servers ended.

    Raises `StillInUseError` when living processes other than this one use them, unless `force`.
    """
    if not home.exists():
        return []
    with held(home):
        run = load(home)
        run.forget_the_dead()
        others = [user.pid for user in run.users.values() if user.pid != myself().pid]
        if others and not force:
            raise StillInUseError(f"the servers of {home} are in use by process(es) {', '.join(map(str, others))}: end those first")
        ended = _end_all(home, run)
        run.users.clear()
        save(home, run)
    return ended


def status(home: Path) -> Status:
    """Return what runs in `home` now; changes nothing."""
    run = load(home)
    run.forget_the_dead()
    return Status(servers=run.servers, users=list(run.users.values()))


def _start(home: Path, *, with_postgres: bool, with_kafka: bool, durable: bool, nodes: int) -> Servers:
    if nodes not in {1, 3}:
        raise EmbeddedError(f"Kafka runs with 1 node or with 3, not with {nodes}")
    home = home.expanduser().absolute()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with held(home):
        run = load(home)
        run.forget_the_dead()
        try:
            with ThreadPoolExecutor() as pool:
                database = pool.submit(postgres.bring_up, home, run, durable=durable) if with_postgres else None
                brokers = pool.submit(kafka.bring_up, home, run, nodes=nodes) if with_kafka else None
            hold = Servers(
                home,
                token := uuid.uuid4().hex,
                EmbeddedPostgres(home, database.result()) if database else None,
                EmbeddedKafka(home, brokers.result()) if brokers else None,
            )
        except BaseException:
            if not run.users:
                _end_all(home, run)
            save(home, run)
            raise
        run.users[token] = myself()
        save(home, run)
    return hold


def _change(home: Path, change: Callable[[Run], object]) -> None:
    with held(home):
        run = load(home)
        run.forget_the_dead()
        try:
            change(run)
        finally:
            run.forget_the_dead()
            save(home, run)


def _end_all(home: Path, run: Run) -> list[str]:
    databases, brokers = postgres.processes(home, run), kafka.processes(home, run)
    ended = (["postgres"] if databases else []) + (["kafka"] if brokers else [])
    kafka.stop(brokers)
    postgres.stop(databases)
    run.servers = {name: server for name, server in run.servers.items() if living(server)}
    return ended
