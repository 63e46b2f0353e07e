"""When a date arrives: candidates are read without a lock, the aggregate is locked, the rule is asked again, then it is done."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select, update

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
        """Work up to 100 due deadlines in one transaction, a savepoint each; tell how many were worked."""
        law, wall = self._runtime.clock.law(), self._runtime.clock.wall()
        async with self._runtime.db.engine.connect() as connection:
            candidates = (await connection.execute(_due(law, wall))).all()
        if not candidates:
            return 0
        await fault("ticker.read.after")
        await fault("ticker.acted.before")
        async with self._runtime.edge("deadline") as edge:
            worked = await self._work(edge, candidates)
        await fault("ticker.acted.after")
        return worked

    async def _work(self, edge: Edge, candidates: Sequence[Any]) -> int:
        worked = 0
        # Aggregates in the order of their ids, as every path locks them.
        for candidate in sorted(candidates, key=lambda row: (row.aggregate_id, row.due_at, row.id)):
            try:
                due = self._runtime.service.deadlines[candidate.kind]
                async with edge.savepoint():
                    aggregate = await edge.lock_free(due.aggregate, candidate.aggregate_id)
                    if aggregate is None or not await self._still_due(edge, candidate.id):
                        continue
                    edge.operation = f"deadline:{candidate.kind}"
                    edge.access_reason = f"deadline {candidate.id}"
                    edge.request_id = str(new_id())
                    with started("deadline", link=candidate.traceparent, deadline_id=str(candidate.id)):
                        again = await due.act(edge, aggregate)
                    await self._end(edge, candidate.id, again)
            except Busy:
                raise
            except Exception as error:  # noqa: BLE001  # this one waits and is tried again; the others go on
                await self._failed(edge, candidate, error)
            else:
                worked += 1
        return worked

    async def _still_due(self, edge: Edge, deadline_id: UUID) -> bool:
        found = await edge.session.execute(
            select(row_of.id).where(row_of.id == deadline_id, row_of.state == "waiting", row_of.due_at <= edge.now).with_for_update()
        )
        return found.one_or_none() is not None

    async def _end(self, edge: Edge, deadline_id: UUID, again: datetime | None) -> None:
        values = {"state": "fired", "ended_at": edge.now} if again is None else {"due_at": again, "tries": 0, "next_try_at": None}
        await edge.session.execute(update(tables.deadline).where(row_of.id == deadline_id).values(**values))

    async def _failed(self, edge: Edge, candidate: Any, error: Exception) -> None:
        tries = candidate.tries + 1
        pause = BACK_OFF[min(tries, len(BACK_OFF)) - 1]
        await edge.session.execute(
            update(tables.deadline)
            .where(row_of.id == candidate.id)
            .values(tries=tries, next_try_at=edge.wall() + timedelta(seconds=pause), error=type(error).__name__)
        )
        log.error("ticker.deadline_failed", kind=candidate.kind, deadline_id=str(candidate.id), error=type(error).__name__, tries=tries)


def _due(law: datetime, wall: datetime) -> Any:
    return (
        select(row_of.id, row_of.aggregate_id, row_of.kind, row_of.due_at, row_of.tries, row_of.traceparent)
        .where(row_of.state == "waiting", row_of.due_at <= law, (row_of.next_try_at.is_(None)) | (row_of.next_try_at <= wall))
        .order_by(row_of.due_at)
        .limit(MOST)
    )
