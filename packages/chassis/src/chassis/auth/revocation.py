"""Revocation: a table every service can read, polled into memory; who cannot read it lets nobody in (DESIGN 7)."""

import asyncio
import time
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Column, DateTime, MetaData, Table, Text, Uuid, insert, select

from chassis.auth.principal import Principal
from chassis.edge import Edge, new_id
from chassis.errors import Unavailable
from chassis.log import logger
from chassis.settings import SERVICES

if TYPE_CHECKING:
    from chassis.runtime import Runtime

POLL_EVERY = 0.5
STALE_AFTER = 5.0
CATCH_UP = 1.0

metadata = MetaData(schema="office")

revoked = Table(
    "revoked",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("sub", Text),
    Column("jti", Text),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("by", Text, nullable=False),
    Column("why", Text, nullable=False),
    CheckConstraint("(sub IS NULL) <> (jti IS NULL)", name="revoked_names_one"),
)
"""Tokens that no longer count: one by its `jti`, or all of a `sub` that were issued before `since`. Rows are only added."""

_log = logger(__name__)


def office_schema_statements() -> list[str]:
    """Give the DDL of schema `office`, safe to run again; the role that runs it owns the schema.

    Every service's role may read. Each may also insert, because `POST /ops/revocations` is answered by whichever process the operator
    reaches; what a stolen role could do with that is lock people out, never let anyone in. No role may change or delete a row.
    """
    return [
        "CREATE SCHEMA IF NOT EXISTS office",
        """CREATE TABLE IF NOT EXISTS office.revoked (
            id uuid PRIMARY KEY,
            sub text,
            jti text,
            since timestamptz NOT NULL,
            by text NOT NULL,
            why text NOT NULL,
            CONSTRAINT revoked_names_one CHECK ((sub IS NULL) <> (jti IS NULL))
        )""",
        "REVOKE ALL ON SCHEMA office FROM PUBLIC",
        "REVOKE ALL ON office.revoked FROM PUBLIC",
        *(f"GRANT USAGE ON SCHEMA office TO {role}" for role in SERVICES),
        *(f"GRANT SELECT, INSERT ON office.revoked TO {role}" for role in SERVICES),
    ]


class Revocations:
    """What this process knows of the table, and when it last could read it."""

    def __init__(self) -> None:
        """Know nothing yet: until the first poll every authenticated request is answered 503."""
        self._subs: dict[str, float] = {}
        self._jtis: frozenset[str] = frozenset()
        self._read = float("-inf")
        self._wake = asyncio.Event()
        self._catching_up: asyncio.Task[None] | None = None

    @property
    def fresh(self) -> bool:
        """Whether the table was read within the last five seconds."""
        return time.monotonic() - self._read <= STALE_AFTER

    def refuses(self, principal: Principal) -> bool:
        """Tell whether the token is revoked: its `jti` is listed, or its `iat` lies before `since` of its `sub`.

        Raises:
            Unavailable: the table could not be read for five seconds, so nobody can tell.
        """
        if not self.fresh:
            raise Unavailable("Whether the token was revoked cannot be told now; nothing was done, try again.")
        return principal.jti in self._jtis or principal.iat < self._subs.get(principal.actor.sub, float("-inf"))

    async def read(self, runtime: "Runtime") -> None:
        """Read the whole table once; it is short, and a high-water mark would lose rows that commit late."""
        started = time.monotonic()
        async with asyncio.timeout(STALE_AFTER), runtime.db.sessions() as session:
            rows = (await session.execute(select(revoked.c.sub, revoked.c.jti, revoked.c.since))).all()
            await session.rollback()
        subs: dict[str, float] = {}
        for sub, _, since in rows:
            if sub is not None:
                subs[sub] = max(since.timestamp(), subs.get(sub, since.timestamp()))
        self._subs = subs
        self._jtis = frozenset(jti for _, jti, _ in rows if jti is not None)
        self._read = started

    async def catch_up(self, runtime: "Runtime") -> None:
        """Read at once when the last poll is too old, since it may be this process that stood still and not the database.

        All who ask share one reading and wait for it a second at most; whether it helped, `fresh` tells.
        """
        if self._catching_up is None or self._catching_up.done():
            self._catching_up = asyncio.create_task(self._tried(runtime))
        await asyncio.wait((self._catching_up,), timeout=CATCH_UP)

    async def _tried(self, runtime: "Runtime") -> None:
        # What is wrong is said by the poll, which fails of the same.
        with suppress(Exception):
            await self.read(runtime)

    def wake(self) -> None:
        """Poll now: this process has just written a row."""
        self._wake.set()

    async def poll(self, runtime: "Runtime") -> None:
        """Read every 500 ms for as long as the process lives; a failure is told once and tried again."""
        failing = False
        while True:
            try:
                await self.read(runtime)
            except Exception as error:  # noqa: BLE001  # whatever it is, the loop must live, and `fresh` tells the rest
                if not failing:
                    _log.warning("revocations.unreadable", error=type(error).__name__)
                failing = True
            else:
                failing = False
            try:
                async with asyncio.timeout(POLL_EVERY):
                    await self._wake.wait()
            except TimeoutError:
                continue
            self._wake.clear()


async def revoke(
    edge: Edge, *, sub: str | None = None, jti: str | None = None, since: datetime | None = None, by: str, why: str
) -> datetime:
    """Revoke one token by `jti`, or all of a person issued until now (or `since`, UTC); answer the moment from which it counts.

    Raises:
        ValueError: neither or both are named.
    """
    if (sub is None) == (jti is None):
        raise ValueError("name either a sub or a jti")
    moment = since or edge.wall()
    await edge.session.execute(insert(revoked).values(id=new_id(), sub=sub, jti=jti, since=moment, by=by, why=why))
    return moment
