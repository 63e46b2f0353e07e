"""What keeps a home in order: `migrate`, `topics`, `check`, `replay`."""

import json as encode
from typing import Annotated

from chassis.settings import SERVICES, Settings
from cyclopts import Parameter

from office.cli import DONE, REFUSED, BadInput
from office.commands.law import Json
from office.commands.opened import opened, progress
from office.home import CannotReach

DryRun = Annotated[bool, Parameter(name="--dry-run", negative="", help="Say what would be done, and do nothing.")]


async def migrate(*, dry_run: DryRun = False, json: Json = False) -> None:
    """Bring roles, schemas, tables and grants up to date, and make missing passwords and the keyring.

    On a database of your own, OFFICE_DATABASE_URL must name a user who may create roles and schemas.
    """
    import asyncpg
    from chassis.migrations import migrate as bring_up
    from chassis.migrations import pending

    from office.home import make_keyring, open_home
    from office.services import load

    services, settings = load(), Settings()
    try:
        if settings.database_url is None:
            # Opening a home on its own server brings everything up to date.
            async with open_home(settings, [] if dry_run else services, kafka=False, say=progress) as home:
                done = await pending(services, home.settings)
        elif dry_run:
            done = await pending(services, settings)
        else:
            done = await bring_up(services, settings)
            make_keyring(settings)
    except (OSError, asyncpg.PostgresError) as error:
        raise CannotReach(f"PostgreSQL cannot be used: {type(error).__name__}: {error}. Is OFFICE_DATABASE_URL right?") from error
    print(encode.dumps({"migrations": done}) if json else "\n".join(done) or "Everything is up to date.")


async def topics(*, replicas: int = 1, dry_run: DryRun = False, json: Json = False) -> None:
    """Make the missing topics: six partitions, kept for ever, never compacted.

    Parameters
    ----------
    replicas:
        Copies of each topic; 3 on a cluster.
    """
    from aiokafka.errors import KafkaError
    from chassis.bus.topics import make_topics
    from contracts.streams import STREAMS

    settings = Settings()
    if settings.kafka in (None, "local"):
        raise BadInput("Name your brokers in OFFICE_KAFKA; the embedded broker makes its topics by itself.")
    try:
        made = await make_topics(settings, list(STREAMS), replicas=replicas, dry_run=dry_run)
    except (KafkaError, OSError) as error:
        raise CannotReach(f"Kafka cannot be used: {type(error).__name__}. Is OFFICE_KAFKA right?") from error
    print(encode.dumps({"made": made}) if json else "\n".join(made) or "Every topic is there.")


async def check(*, service: Annotated[list[str] | None, Parameter(negative="")] = None, json: Json = False) -> int:
    """Ask every invariant of every service, and verify the hash chains; exit 1 names what is broken.

    Runs as `office_reader`, which can only read.

    Parameters
    ----------
    service:
        Only these services.
    """
    from chassis.check import as_json_lines, as_text
    from chassis.check import check as examine
    from chassis.db import Database

    names = _known(service)
    findings = []
    async with opened(names) as runtimes:
        for runtime in runtimes:
            reader = Database(runtime.settings, "office_reader")
            try:
                async with reader.engine.connect() as connection:
                    findings += await examine(connection, runtime.service, clock=runtime.clock)
            finally:
                await reader.close()
    if json:
        if findings:
            print(as_json_lines(findings))
    else:
        print(as_text(findings))
    return REFUSED if findings else DONE


async def replay(
    service: str,
    *,
    stream: str | None = None,
    key: str | None = None,
    since: str | None = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Send recorded events of a service again, oldest first; whoever heard them before drops them.

    Parameters
    ----------
    service:
        Whose outbox: intake, ban, dmca, appeals or notify.
    stream:
        Only this stream, such as office_actions.case_change.v1.
    key:
        Only this Kafka key, as JSON.
    since:
        Only what was recorded within this duration, such as P7D.
    """
    from chassis.outbox import replay as send

    from office.commands.tokens import duration

    try:
        if key is not None:
            encode.loads(key)
    except ValueError as error:
        raise BadInput('The key must be JSON, such as {"case_id":"…"}.') from error
    async with opened(_known([service]), kafka=not dry_run) as runtimes:
        count = await send(runtimes[0], stream=stream, since=duration(since) if since else None, key=key, dry_run=dry_run)
    would = "would be sent" if dry_run else "sent"
    print(encode.dumps({"events": count, "sent": not dry_run}) if json else f"{count} events {would}.")


def _known(names: list[str] | None) -> tuple[str, ...]:
    for name in names or ():
        if name not in SERVICES:
            raise BadInput(f"There is no service {name!r}. The services are {', '.join(SERVICES)}.")
    return tuple(names or SERVICES)
