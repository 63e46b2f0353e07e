"""The one checker: invariants as queries whose rows are violations; it runs after every fault in every test, and nightly (DESIGN 3)."""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.clock import Clock
from chassis.seal import Verifier, export

if TYPE_CHECKING:
    from chassis.runtime import Runtime
    from chassis.service import Service

GRACE = timedelta(minutes=5)
MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Now:
    """The moment a check runs at; `patience` is how long something may be due before it counts as stranded."""

    law: datetime
    wall: datetime
    patience: timedelta


Query = Callable[[AsyncConnection, Now], Awaitable[Iterable[Mapping[str, Any]]]]


@dataclass(frozen=True, slots=True)
class Invariant:
    """Something that must hold. `name` is kebab-case, `says` the sentence that is broken when a row comes back.

    `sql` runs as a role that can only read, with the service's schema in front; it may name `:law`, `:wall`, and `:law_limit` and
    `:wall_limit`, which lie `patience` before them. Its rows hold ids, codes and numbers, no content. `query` is for what SQL cannot say.
    """

    name: str
    says: str
    sql: str | None = None
    query: Query | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One violation: where, which invariant, and the ids of the row concerned."""

    service: str
    invariant: str
    says: str
    row: dict[str, str]

    def __str__(self) -> str:
        return f"{self.service}: {self.says} [{self.invariant}] " + " ".join(f"{name}={value}" for name, value in self.row.items())


CHASSIS_INVARIANTS = (
    Invariant(
        "outbox-without-gaps",
        "The versions that an aggregate's events carry have a gap.",
        """SELECT stream, key, min(version) AS first, max(version) AS last, count(*) AS events FROM outbox
           GROUP BY stream, key HAVING count(*) <> max(version) - min(version) + 1""",
    ),
    Invariant(
        "outbox-in-order",
        "An event was sent before an earlier one of the same aggregate.",
        """SELECT late.event_id, late.version FROM outbox late WHERE late.sent_at IS NULL AND EXISTS (
             SELECT FROM outbox early WHERE early.stream = late.stream AND early.key = late.key
               AND early.version > late.version AND early.sent_at IS NOT NULL)""",
    ),
    Invariant(
        "outbox-not-stranded",
        "An event has waited to be sent for too long.",
        "SELECT event_id, at FROM outbox WHERE sent_at IS NULL AND at < :wall_limit",
    ),
    Invariant(
        "inbox-without-gaps",
        "The events reacted to for one key skip a version.",
        """SELECT reaction, stream, key, min(version) AS first, max(version) AS last, count(*) AS events FROM inbox
           GROUP BY reaction, stream, key HAVING count(DISTINCT version) <> max(version) - min(version) + 1""",
    ),
    Invariant(
        "inbox-once",
        "One version of a key was reacted to twice.",
        """SELECT reaction, stream, key, version, count(*) AS times FROM inbox
           GROUP BY reaction, stream, key, version HAVING count(*) > 1""",
    ),
    Invariant(
        "parked-or-heard",
        "An event is parked although it was reacted to.",
        "SELECT event_id, reaction FROM parked JOIN inbox USING (event_id, reaction)",
    ),
    Invariant(
        "parked-not-stranded",
        "A parked event has neither a next try nor a person who knows of it.",
        # Rows behind the first of their key have no try of their own; the first has one, or has failed and alarmed.
        """SELECT first.event_id, first.tries, first.next_at FROM parked first WHERE NOT EXISTS (
             SELECT FROM parked ahead WHERE ahead.reaction = first.reaction AND ahead.stream = first.stream AND ahead.key = first.key
               AND (ahead.version, ahead.id) < (first.version, first.id))
           AND ((first.next_at IS NULL AND first.tries = 0) OR first.next_at < :wall_limit)""",
    ),
    Invariant(
        "deadline-not-stranded",
        "A deadline has passed and was neither acted on nor tried again.",
        """SELECT id, kind, due_at FROM deadline WHERE state = 'waiting' AND due_at < :law_limit
           AND (next_try_at IS NULL OR next_try_at < :wall_limit)""",
    ),
    Invariant(
        "delivery-not-stranded",
        "A delivery has no next step, or its next step is long past.",
        """SELECT id, kind, state FROM delivery
           WHERE (state = 'waiting' AND (next_at IS NULL OR next_at < :law_limit))
              OR (state = 'attempting' AND coalesce(next_at, attempted_at, at) < :law_limit)""",
    ),
    Invariant(
        "delivery-alarm-says-why",
        "A delivery waits for a person and does not say why.",
        "SELECT id, kind, state FROM delivery WHERE state IN ('failed', 'uncertain') AND error IS NULL",
    ),
    Invariant(
        "no-effect-without-receipt",
        "A delivery counts as done without its receipt, or has one and does not count.",
        "SELECT id, kind, state FROM delivery WHERE (state = 'done') <> (receipt IS NOT NULL AND receipt_at IS NOT NULL)",
    ),
    Invariant(
        "destroyed-keys-are-gone",
        "A data key was destroyed and its bytes are still there, or they are gone and nobody destroyed it.",
        "SELECT id FROM data_key WHERE (destroyed_at IS NULL) <> (wrapped IS NOT NULL)",
    ),
    Invariant(
        "access-before-bytes",
        "An access was logged without a reason.",
        "SELECT id FROM access_log WHERE length(reason) = 0 OR length(reason_hash) <> 32",
    ),
)


async def check(
    source: "AsyncConnection | Runtime", service: "Service | None" = None, *, clock: Clock | None = None, patience: timedelta = GRACE
) -> list[Finding]:
    """Ask every invariant of the chassis and the service, and verify the chain; an empty list means that all hold.

    `source` is a service at work in this process, or a connection with no transaction open (that of `office_reader`, say) together with
    `service` and, in dev mode, the home's `clock`. One snapshot is read. A test that has let everything settle passes
    `patience=timedelta(0)`.
    """
    if not isinstance(source, AsyncConnection):
        async with source.db.engine.connect() as connection:
            return await check(connection, source.service, clock=source.clock, patience=patience)
    if service is None:
        raise ValueError("a connection does not say whose invariants are to be checked")
    connection = source
    hands = clock or Clock()
    now = Now(hands.law(), hands.wall(), patience)
    await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    found: list[Finding] = []
    async with connection.begin():
        await connection.execute(text("SELECT set_config('search_path', :service, true)"), {"service": service.name})
        for invariant in (*CHASSIS_INVARIANTS, *service.invariants):
            rows = await _violations(connection, invariant, now)
            found += [Finding(service.name, invariant.name, invariant.says, _shown(row)) for row in rows]
    return found + await _chain(connection, service.name)


def as_text(findings: Sequence[Finding]) -> str:
    """Give one line a finding, or the sentence that there is none."""
    return "\n".join(map(str, findings)) or "Every invariant holds."


def as_json_lines(findings: Sequence[Finding]) -> str:
    """Give one JSON object a finding: `{service, invariant, says, row}`."""
    return "\n".join(json.dumps({name: getattr(one, name) for name in ("service", "invariant", "says", "row")}) for one in findings)


async def _violations(connection: AsyncConnection, invariant: Invariant, now: Now) -> Iterable[Mapping[str, Any]]:
    if invariant.query is not None:
        return list(await invariant.query(connection, now))[:MOST_SHOWN]
    if invariant.sql is None:
        raise ValueError(f"the invariant {invariant.name} asks nothing")
    limits = {"law": now.law, "wall": now.wall, "law_limit": now.law - now.patience, "wall_limit": now.wall - now.patience}
    statement = text(invariant.sql)
    named = {name: value for name, value in limits.items() if name in statement.compile().params}
    rows = (await connection.execute(statement, named)).mappings().fetchmany(MOST_SHOWN)
    return [{str(name): value for name, value in row.items()} for row in rows]


async def _chain(connection: AsyncConnection, service: str) -> list[Finding]:
    verifier = Verifier()
    async with aclosing(export(connection, service)) as lines:
        async for line in lines:
            verifier.feed(line)
            if verifier.bad is not None:
                break
    bad = verifier.result().bad
    if bad is None:
        return []
    row = {"kind": bad.kind, "no": bad.no, "table": bad.table, "row_id": bad.row_id}
    return [Finding(service, "chain-intact", f"The hash chain is broken: {bad.says}", _shown(row))]


def _shown(row: Mapping[str, Any]) -> dict[str, str]:
    return {str(name): str(value) for name, value in row.items() if value is not None}
