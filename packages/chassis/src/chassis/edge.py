"""One edge, one transaction: a request, a reaction, a due deadline or a delivery step, opened and committed here and nowhere else."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar
from uuid import UUID

import uuid_utils.compat
from contracts import opaque
from contracts.envelope import Cause
from contracts.envelope import Performer as EventPerformer
from kernel.actor import Actor, Performer
from pydantic_core import to_json
from sqlalchemy import Table, TextClause, insert, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import tables
from chassis.errors import AccessNotWritten, NotFound

if TYPE_CHECKING:
    from chassis.crypto import DataKey
    from chassis.http.etag import IfMatch
    from chassis.runtime import Runtime

Row = TypeVar("Row")

# Lock order everywhere (DESIGN 3): aggregates first, then these, the outbox last; the other way round deadlocks.
WRITE_ORDER = (
    tables.data_key,
    tables.access_log,
    tables.deadline,
    tables.delivery,
    tables.parked,
    tables.inbox,
    tables.audit,
    tables.idempotency,
    tables.outbox,
)


class Stamp(TypedDict):
    """What every event class's `of` takes from the edge that records it."""

    dt: datetime
    performer: EventPerformer
    cause: Cause | None
    request_id: str
    event_id: UUID
    meta_dt: datetime


def new_id() -> UUID:
    """Make a UUIDv7 from the wall's clock."""
    return uuid_utils.compat.uuid7()


@dataclass
class Edge:
    """What an action works with. `now` is the law's time at the opening and stays the same to the end."""

    session: AsyncSession
    runtime: "Runtime"
    now: datetime
    by: Performer
    request_id: str
    operation: str
    actor: Actor | None = None
    access_reason: str | None = None
    if_match: "IfMatch | None" = None
    cause: Cause | None = None
    pending: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    after_commit: list[Callable[[], None]] = field(default_factory=list)
    pokes: set[str] = field(default_factory=set)
    # What `audit.log_access` has opened in this edge, with the reason logged; `crypto.reveal` opens nothing else.
    opened: dict[UUID, str] = field(default_factory=dict)
    data_keys: dict[UUID, "DataKey"] = field(default_factory=dict)
    # Aggregates of which `ticker.cancel` has ended dates in this edge.
    cancelled: set[UUID] = field(default_factory=set)

    def wall(self) -> datetime:
        """Tell the wall's time, in UTC."""
        return self.runtime.clock.wall()

    def stamp(self) -> Stamp:
        """Fill an event's envelope: `CaseChange.of("opened", state=…, version=…, **edge.stamp())`."""
        performer = EventPerformer(role=self.by.role, id=opaque(self.by.id))
        return Stamp(
            dt=self.now, performer=performer, cause=self.cause, request_id=opaque(self.request_id), event_id=new_id(), meta_dt=self.wall()
        )

    async def get(self, table: type[Row], row_id: UUID, noun: str) -> Row:
        """Read one row without a lock.

        Raises:
            NotFound: there is none; `noun` names the kind in the answer.
        """
        row = await self.session.get(table, row_id)
        if row is None:
            raise NotFound(noun)
        return row

    async def lock(self, table: type[Row], row_id: UUID, noun: str) -> Row:
        """Lock one aggregate's row for the rest of the edge and read it fresh.

        Raises:
            NotFound: there is none; `noun` names the kind in the answer.
            Conflict: it is the thing in the path, and the caller's `If-Match` is stale.
        """
        row = await self.session.get(table, row_id, with_for_update=True, populate_existing=True)
        if row is None:
            raise NotFound(noun)
        version: int | None = getattr(row, "version", None)
        if self.if_match is not None and version is not None:
            self.if_match.compare(row_id, version)
        return row

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """Work that is undone alone when it fails: its rows, and all it kept to be written, done or poked at the end of the edge."""
        pending = {name: list(rows) for name, rows in self.pending.items()}
        after_commit, pokes = list(self.after_commit), set(self.pokes)
        opened, data_keys, cancelled = dict(self.opened), dict(self.data_keys), set(self.cancelled)
        try:
            async with self.session.begin_nested():
                yield
                await self.flush()
        except BaseException:
            # The access rows and new keys of the savepoint are gone with it.
            self.pending, self.after_commit, self.pokes = pending, after_commit, pokes
            self.opened, self.data_keys, self.cancelled = opened, data_keys, cancelled
            raise

    def write(self, table: Table, **values: Any) -> None:
        """Keep a row of a chassis table to be written with all others when the edge ends."""
        self.pending.setdefault(table.name, []).append(values)

    async def flush(self) -> None:
        """Write everything kept so far, after the aggregates and in one statement: a round trip each would cost twice the time (measured).

        Raises:
            AccessNotWritten: the access log could not be written, so nothing may be read.
        """
        if self.session.new or self.session.dirty or self.session.deleted:
            await self.session.flush()
        kept = {table.name: rows for table in WRITE_ORDER if (rows := self.pending.pop(table.name, None))}
        if logged := kept.pop(tables.access_log.name, None):
            # Alone, so that its failure is known from all others.
            try:
                await self.session.execute(insert(tables.access_log), logged)
            except DBAPIError as error:
                raise AccessNotWritten from error
        if kept:
            columns = tuple((name, tuple(rows[0])) for name, rows in kept.items())
            await self.session.execute(_insert_all(columns), {name: _as_json(rows) for name, rows in kept.items()})
        if self.pending:
            unknown = ", ".join(self.pending)
            raise ValueError(f"no place in the write order for {unknown}")


@cache
def _insert_all(columns: tuple[tuple[str, tuple[str, ...]], ...]) -> TextClause:
    """Write the statement that inserts rows of several tables, each table's given as one JSON array under its name."""
    inserts = []
    for table, names in columns:
        listed = ", ".join(f'"{name}"' for name in names)
        rows = f"jsonb_populate_recordset(NULL::{table}, CAST(CAST(:{table} AS text) AS jsonb))"
        inserts.append(f"INSERT INTO {table} ({listed}) SELECT {listed} FROM {rows}")  # noqa: S608  # names of our own tables and columns
    *others, last = inserts
    return text(("WITH " + ", ".join(f"_{n} AS ({one})" for n, one in enumerate(others)) + " " if others else "") + last)


def _as_json(rows: list[dict[str, Any]]) -> str:
    """Write rows as PostgreSQL reads them; pydantic writes ids and moments itself, in half the time that `json` takes with a function."""
    return to_json([{name: _readable(value) for name, value in row.items()} for row in rows]).decode()


def _readable(value: Any) -> Any:
    return f"\\x{value.hex()}" if isinstance(value, bytes) else value
