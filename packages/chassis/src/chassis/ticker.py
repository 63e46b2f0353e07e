"""When a date arrives: a batch is claimed with its aggregates, the rule is asked again for each, then it is done, in one commit."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, cast, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from chassis import parked, tables
from chassis.edge import Edge, new_id
from chassis.errors import Busy
from chassis.fault import fault
from chassis.log import logger
from chassis.trace import current_traceparent, started

if TYPE_CHECKING:
    from chassis.runtime import Runtime

log = logger(__name__)
POLL = 1.0
MOST = 100
BACK_OFF = (1.0, 4.0, 15.0, 60.0)
row_of = tables.deadline.c
Work = Callable[[Edge, Sequence[Any]], Awaitable[int]]


def schedule(edge: Edge, *, aggregate_id: UUID, kind: str, due_at: datetime) -> UUID:
    """Write a deadline with the decision that sets it; `kind` names what the service's `deadlines` do then."""
    deadline_id = new_id()
    edge.write(
        tables.deadline,
        id=deadline_id,
        aggregate_id=aggregate_id,
        kind=kind,
        due_at=due_at,
        state="waiting",
        traceparent=current_traceparent(),
    )
    edge.pokes.add("ticker")
    return deadline_id


async def cancel(edge: Edge, aggregate_id: UUID, *kinds: str) -> None:
    """End the waiting deadlines of an aggregate, those of the named kinds or all; the rows stay as the record."""
    waiting = update(tables.deadline).where(row_of.aggregate_id == aggregate_id, row_of.state == "waiting")
    if kinds:
        waiting = waiting.where(row_of.kind.in_(kinds))
    await edge.flush()
    await edge.session.execute(waiting.values(state="cancelled", ended_at=edge.now))
    edge.cancelled.add(aggregate_id)


async def move(edge: Edge, aggregate_id: UUID, kind: str, due_at: datetime) -> None:
    """End the waiting deadline of this kind and set it anew: the old row stays on record."""
    await cancel(edge, aggregate_id, kind)
    schedule(edge, aggregate_id=aggregate_id, kind=kind, due_at=due_at)


class Ticker:
    """Works due deadlines and parked events; any number of workers may run one."""

    def __init__(self, runtime: "Runtime") -> None:
        """Nothing is remembered between steps."""
        self._runtime = runtime

    async def run(self) -> None:
        """Work until cancelled, woken by commits and at least once a second."""
        while True:
            try:
                worked = await self.step() + await parked.retry_due(self._runtime)
            except Exception as error:  # noqa: BLE001  # the database is away: say it, wait, go on
                log.warning("ticker.failed", error=type(error).__name__)
                await asyncio.sleep(POLL)
                continue
            if worked == 0:
                await self._runtime.nap("ticker", POLL)

    async def step(self) -> int:
        """Work up to 100 due deadlines of each table of aggregates, each table's in one transaction; tell how many were worked."""
        known = self._runtime.service.deadlines
        soonest = select(row_of.id, row_of.kind, row_of.tries).where(*self._due()).order_by(row_of.due_at).limit(MOST)
        async with self._runtime.db.single.connect() as connection:
            due = (await connection.execute(soonest)).all()
        if not due:
            return 0
        await fault("ticker.read.after")
        await fault("ticker.acted.before")
        worked = 0
        for table in dict.fromkeys(known[one.kind].aggregate for one in due if one.kind in known):
            worked += await self._work(table)
        if strange := [one for one in due if one.kind not in known]:
            async with self._runtime.edge("deadline") as edge:
                for one in strange:
                    await self._failed(edge, one, KeyError(one.kind))
        await fault("ticker.acted.after")
        return worked

    async def _work(self, table: type[Any]) -> int:
        """Work one batch; when one of it fails, all is rolled back, and a second transaction gives each its own savepoint."""
        try:
            return await self._in_one_edge(table, self._all_at_once)
        except Busy:
            raise
        except Exception:  # noqa: BLE001  # one of them failed: which, is found out next. If it was the database, the next statement tells
            return await self._in_one_edge(table, self._one_by_one)

    async def _in_one_edge(self, table: type[Any], work: Work) -> int:
        async with self._runtime.edge("deadline") as edge:
            return await work(edge, await self._claim(edge, table))

    async def _claim(self, edge: Edge, table: type[Any]) -> list[Any]:
        """Lock what is due together with its aggregates, and leave out what another holds: nothing here waits, and two claim apart."""
        (primary,) = table.__table__.primary_key.columns
        kinds = [kind for kind, due in self._runtime.service.deadlines.items() if due.aggregate is table]
        claimed = (
            select(table, row_of.id, row_of.aggregate_id, row_of.kind, row_of.tries, row_of.traceparent)
            .join(tables.deadline, row_of.aggregate_id == primary)
            .where(*self._due(edge), row_of.kind.in_(kinds))
            .order_by(row_of.due_at, row_of.id)
            .limit(MOST)
            .with_for_update(of=[table, tables.deadline], skip_locked=True)
            .execution_options(populate_existing=True)
        )
        first: dict[UUID, Any] = {}
        for one in await edge.session.execute(claimed):
            # What else is due of the same aggregate is asked for again after this one has changed it.
            first.setdefault(one.aggregate_id, one)
        return [first[aggregate_id] for aggregate_id in sorted(first)]

    async def _all_at_once(self, edge: Edge, claimed: Sequence[Any]) -> int:
        """Act on all of these and write their rows together, or fail with the first that does."""
        over: list[UUID] = []
        worked = 0
        for one in claimed:
            # An act before this one has cancelled dates of this aggregate: whether ours is among them, the next claim tells.
            if one.aggregate_id in edge.cancelled:
                continue
            again = await self._act(edge, one)
            worked += 1
            if again is None:
                over.append(one.id)
            else:
                await self._put_off(edge, one.id, again)
        await self._end(edge, over)
        return worked

    async def _one_by_one(self, edge: Edge, claimed: Sequence[Any]) -> int:
        """Act on each by itself; what fails waits, and the others go on."""
        worked = 0
        for one in claimed:
            try:
                async with edge.savepoint():
                    worked += await self._all_at_once(edge, [one])
            except Busy:
                raise
            except Exception as error:  # noqa: BLE001  # this one waits and is tried again; the others go on
                await self._failed(edge, one, error)
        return worked

    async def _act(self, edge: Edge, one: Any) -> datetime | None:
        edge.operation = f"deadline:{one.kind}"
        edge.access_reason = f"deadline {one.id}"
        edge.request_id = str(new_id())
        with started("deadline", link=one.traceparent, deadline_id=str(one.id)):
            return await self._runtime.service.deadlines[one.kind].act(edge, one[0])

    async def _end(self, edge: Edge, over: Sequence[UUID]) -> None:
        if over:
            ended = update(tables.deadline).where(row_of.id == func.any(cast(over, ARRAY(Uuid))))
            await edge.session.execute(ended.values(state="fired", ended_at=edge.now))

    async def _put_off(self, edge: Edge, deadline_id: UUID, again: datetime) -> None:
        put_off = update(tables.deadline).where(row_of.id == deadline_id)
        await edge.session.execute(put_off.values(due_at=again, tries=0, next_try_at=None))

    async def _failed(self, edge: Edge, one: Any, error: Exception) -> None:
        tries = one.tries + 1
        pause = BACK_OFF[min(tries, len(BACK_OFF)) - 1]
        await edge.session.execute(
            update(tables.deadline)
            .where(row_of.id == one.id, row_of.state == "waiting")
            .values(tries=tries, next_try_at=edge.wall() + timedelta(seconds=pause), error=type(error).__name__)
        )
        log.error("ticker.deadline_failed", kind=one.kind, deadline_id=str(one.id), error=type(error).__name__, tries=tries)

    def _due(self, edge: Edge | None = None) -> tuple[ColumnElement[bool], ...]:
        law, wall = edge.now if edge else self._runtime.clock.law(), self._runtime.clock.wall()
        return row_of.state == "waiting", row_of.due_at <= law, (row_of.next_try_at.is_(None)) | (row_of.next_try_at <= wall)
