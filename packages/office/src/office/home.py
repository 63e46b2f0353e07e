"""A home made ready: servers, database, keys and topics, each made when it is missing."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    # Every command imports this module, and the small ones need no library of a database or a broker.
    from chassis.bus import Bus
    from chassis.embedded import Servers
    from chassis.service import Service
    from chassis.settings import Settings

Say = Callable[[str], None]


class CannotReach(Exception):
    """A server that this command needs is out of reach, and what to do about it."""


@dataclass(frozen=True, slots=True)
class Home:
    """What a process of this home works with: the settings with every address filled in, and what makes a service's bus."""

    settings: Settings
    bus_for: Callable[[str], Bus]


def quiet(_sentence: str) -> None:
    """Say nothing."""


@asynccontextmanager
async def open_home(settings: Settings, services: Sequence[Service], *, say: Say = quiet, kafka: bool = True) -> AsyncIterator[Home]:
    """Start or join the servers of a home, bring schemas and topics up to date, and let go of the servers at the end.

    Servers of your own are used where OFFICE_DATABASE_URL and OFFICE_KAFKA name them; `kafka=False` for commands that send nothing.

    Raises:
        CannotReach: a server cannot be started or reached.
    """
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    own_database, own_kafka = settings.database_url is not None, settings.kafka is not None
    servers = None
    if not own_database or (kafka and not own_kafka):
        servers = await _start(settings, postgres=not own_database, kafka=kafka and not own_kafka, say=say)
        found = {
            **({} if own_database else {"database_url": servers.postgres.admin_dsn}),
            **({} if own_kafka or not kafka else {"kafka": servers.kafka.bootstrap}),
        }
        settings = settings.model_copy(update=found)
    try:
        await _prepare(settings, services, say, own=own_database)
        yield Home(settings, await _bus(settings, services, say, own=own_kafka) if kafka else _no_bus)
    finally:
        if servers is not None:
            await servers.leave()


async def _start(settings: Settings, *, postgres: bool, kafka: bool, say: Say) -> Servers:
    try:
        from chassis import embedded
    except ImportError as error:
        raise CannotReach(
            "No servers are named and none are installed: set OFFICE_DATABASE_URL and OFFICE_KAFKA, or install office-chassis[embedded]."
        ) from error
    from chassis.embedded.errors import EmbeddedError

    say("Starting " + " and ".join([*(["PostgreSQL"] if postgres else []), *(["Apache Kafka"] if kafka else [])]) + " …")
    try:
        return await embedded.start(settings.home, postgres=postgres, kafka=kafka)
    except EmbeddedError as error:
        raise CannotReach(str(error)) from error


async def _prepare(settings: Settings, services: Sequence[Service], say: Say, *, own: bool) -> None:
    import asyncpg
    from chassis.migrations import migrate

    if own and not settings.dev:
        # On a database of one's own, schemas change when an operator says so: `office migrate`.
        return
    try:
        for done in await migrate(services, settings):
            say(f"Migrated {done}.")
    except (OSError, asyncpg.PostgresError) as error:
        raise CannotReach(f"PostgreSQL cannot be used: {type(error).__name__}: {error}. Is OFFICE_DATABASE_URL right?") from error
    make_keyring(settings)


def make_keyring(settings: Settings) -> None:
    """Make the keyring when there is none; of two processes that start at once, the first one's is everybody's."""
    from chassis.crypto import Keyring

    path = settings.secrets_dir / "keyring.json"
    settings.secrets_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists():
        return
    ours = path.with_name(f"keyring.{os.getpid()}.new")
    Keyring.create(ours)
    try:
        os.link(ours, path)
    except FileExistsError:
        pass
    finally:
        ours.unlink()


async def _bus(settings: Settings, services: Sequence[Service], say: Say, *, own: bool) -> Callable[[str], Bus]:
    if settings.kafka == "local":
        from chassis.bus.local import LocalHop

        say("No broker: events take the local hop inside this process (OFFICE_KAFKA=local).")
        hop = LocalHop()
        for service in services:
            hop.expect(f"office-{service.name}", list(service.reactions))
        return lambda _name: hop
    from aiokafka.errors import KafkaError
    from chassis.bus.kafka import KafkaBus
    from chassis.bus.topics import make_topics
    from contracts.streams import STREAMS

    if not own:
        try:
            made = await make_topics(settings, list(STREAMS))
        except (KafkaError, OSError) as error:
            raise CannotReach(f"Kafka cannot be used: {type(error).__name__}. Is OFFICE_KAFKA right?") from error
        if made:
            say(f"Made {len(made)} topics.")
    return lambda name: KafkaBus(settings, name)


def _no_bus(name: str) -> Bus:
    raise CannotReach(f"{name} was opened without a bus")
