"""The two servers of a home: started by the first who comes, joined by the next, ended by the last to leave."""

import asyncio
import atexit
import os
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from chassis.embedded import kafka, postgres
from chassis.embedded.errors import EmbeddedError, StillInUseError
from chassis.embedded.kafka import Kafka
from chassis.embedded.postgres import Postgres
from chassis.embedded.process import Identity, living, myself
from chassis.embedded.record import Run, Server, held, load, save


class Servers:
    """One user's hold on the servers of a home. Ends by `leave`, at the latest when the process exits."""

    def __init__(self, home: Path, run: Run, token: str, database: Postgres | None, brokers: Kafka | None) -> None:
        self.home = home
        self._found = dict(run.servers)
        self._token = token
        self._postgres = database
        self._kafka = brokers
        self._holder = os.getpid()
        atexit.register(self._leave)

    @property
    def postgres(self) -> Postgres:
        """The PostgreSQL server; `EmbeddedError` when it was not asked for."""
        if self._postgres is None:
            raise EmbeddedError("PostgreSQL was not asked for: start(..., postgres=True)")
        return self._postgres

    @property
    def kafka(self) -> Kafka:
        """The Kafka brokers; `EmbeddedError` when they were not asked for."""
        if self._kafka is None:
            raise EmbeddedError("Kafka was not asked for: start(..., kafka=True)")
        return self._kafka

    async def leave(self) -> None:
        """Let go of the servers; the last user ends them. A second call does nothing."""
        await asyncio.to_thread(self._leave)

    def _leave(self) -> None:
        atexit.unregister(self._leave)
        if os.getpid() != self._holder:
            return  # a fork inherits the object, not the hold
        if not self.home.exists():
            # Somebody took the home away under its servers: nobody can join them any more.
            _end(list(self._found.items()))
            return
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
        with suppress(EmbeddedError):
            await (await work).leave()
        raise


def down(home: Path, *, force: bool = False) -> list[str]:
    """End what a crash left in `home`; return the names of the servers ended.

    Raises `StillInUseError` when living processes other than this one use them, unless `force`.
    """
    home = _settled(home)
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
    run = load(_settled(home))
    run.forget_the_dead()
    return Status(servers=run.servers, users=list(run.users.values()))


def _start(home: Path, *, with_postgres: bool, with_kafka: bool, durable: bool, nodes: int) -> Servers:
    if nodes not in {1, 3}:
        raise EmbeddedError(f"Kafka runs with 1 node or with 3, not with {nodes}")
    home = _settled(home)
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
                run,
                token := uuid.uuid4().hex,
                Postgres(home, database.result()) if database else None,
                Kafka(home, brokers.result()) if brokers else None,
            )
        except BaseException:
            if not run.users:
                _end_all(home, run)
            save(home, run)
            raise
        run.users[token] = myself()
        save(home, run)
    return hold


def _end_all(home: Path, run: Run) -> list[str]:
    running = [("postgres", found) for found in postgres.processes(home, run)] + [("kafka", found) for found in kafka.processes(home, run)]
    _end(running)
    run.servers = {name: server for name, server in run.servers.items() if living(server)}
    return sorted({name for name, _ in running})


def _end(running: Sequence[tuple[str, Identity]]) -> None:
    kafka.stop([found for name, found in running if name.startswith("kafka")])
    postgres.stop([found for name, found in running if name == postgres.NAME])


def _settled(home: Path) -> Path:
    return home.expanduser().absolute()
