"""A batch of events in one transaction: all in one savepoint, or on failure one savepoint each, and what fails is parked."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from contracts.envelope import Cause
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert as upsert

from chassis import metrics, tables
from chassis.edge import Edge, new_id
from chassis.errors import Busy
from chassis.fault import fault
from chassis.inbox.heard import FINAL, Behind, Heard, name_of
from chassis.inbox.order import fills_a_gap, in_order, standing
from chassis.log import logger
from chassis.trace import started

if TYPE_CHECKING:
    from chassis.runtime import Runtime

log = logger(__name__)
BATCH = 100
BACK_OFF = (1.0, 4.0, 15.0, 60.0)
Apply = Callable[[Edge, Sequence[Heard]], Awaitable[list[tuple[Heard, Exception]]]]
REMEMBER = text("""
    INSERT INTO inbox (event_id, reaction, stream, key, version, at)
    SELECT e.id, e.stream, e.stream, e.key, e.version, CAST(:at AS timestamptz)
    FROM unnest(CAST(:ids AS uuid[]), CAST(:streams AS text[]), CAST(:keys AS text[]), CAST(:versions AS integer[]))
      AS e(id, stream, key, version)
    ON CONFLICT DO NOTHING RETURNING event_id
""")


async def react(runtime: "Runtime", batch: Sequence[Heard]) -> None:
    """React to a batch in one transaction; what was heard before is dropped, what cannot be reacted to now is parked with it.

    When a reaction fails, all is rolled back, and a second transaction gives each its own savepoint: most batches need none.
    """
    try:
        await _in_one_edge(runtime, batch, _all_at_once)
    except Busy:
        raise
    except Exception:  # noqa: BLE001  # one of them failed: which, is found out next. If it was the database, the next statement tells
        await _in_one_edge(runtime, batch, _one_by_one)
    metrics.count_heard(runtime.service.name, len(batch))


async def _in_one_edge(runtime: "Runtime", batch: Sequence[Heard], apply: Apply) -> None:
    async with runtime.edge("inbox") as edge:
        known = await standing(edge, batch)
        await fault("inbox.applied.before")
        ready, park = in_order(batch, known)
        failed = await apply(edge, ready)
        for one, error in (*park, *failed):
            await _park(edge, one, error)
        await fault("inbox.applied.after")


async def _all_at_once(edge: Edge, ready: Sequence[Heard]) -> list[tuple[Heard, Exception]]:
    """React to all of these, or fail with the first that does."""
    for one in ready:
        await _apply(edge, one)
    await _remember(edge, ready)
    return []


async def _one_by_one(edge: Edge, ready: Sequence[Heard]) -> list[tuple[Heard, Exception]]:
    """React to each by itself, and give back those that failed, or stand behind one that did."""
    failed: list[tuple[Heard, Exception]] = []
    broken: set[tuple[str, str]] = set()
    for one in ready:
        name = (one.stream, one.key)
        if name in broken:
            failed.append((one, Behind()))
            continue
        try:
            async with edge.savepoint():
                await _apply(edge, one)
                await _remember(edge, [one])
        except Busy:
            raise
        except Exception as error:  # noqa: BLE001  # parked with this error in the same transaction
            failed.append((one, error))
            broken.add(name)
    return failed


async def _apply(edge: Edge, one: Heard) -> None:
    if one.reaction is None:
        return
    with started("react", traceparent=one.incoming.traceparent, event_id=str(one.event_id)):
        edge.request_id = one.event.meta.request_id or str(new_id())
        edge.operation = f"{one.stream}:{one.event.kind}"
        edge.cause = Cause(event_id=one.event_id, stream=one.stream)
        edge.access_reason = f"event {one.event_id}"
        await one.reaction.apply(edge, one.event, one.facts)


async def _remember(edge: Edge, done: Sequence[Heard]) -> None:
    if not done:
        return
    written = await edge.session.execute(
        REMEMBER,
        {
            "ids": [one.event_id for one in done],
            "streams": [one.stream for one in done],
            "keys": [one.key for one in done],
            "versions": [one.version for one in done],
            "at": edge.wall(),
        },
    )
    if len(written.all()) != len(done):
        # Another member reacted to one of these between our look and now: a rebalance. Read again, and find it known.
        raise Busy("heard_elsewhere", "Another worker has just reacted to this event.")


async def _park(edge: Edge, one: Heard, error: Exception) -> None:
    final = isinstance(error, FINAL)
    next_at = None if final or isinstance(error, Behind) else edge.wall() + timedelta(seconds=BACK_OFF[0])
    if isinstance(error, Behind) and await fills_a_gap(edge, one):
        next_at = edge.wall()
    await edge.session.execute(
        upsert(tables.parked)
        .values(
            event_id=one.event_id,
            reaction=one.stream,
            stream=one.stream,
            key=one.key,
            version=one.version,
            payload=one.incoming.value,
            traceparent=one.incoming.traceparent,
            tries=0 if isinstance(error, Behind) else 1,
            next_at=next_at,
            error=name_of(error),
            at=edge.wall(),
        )
        .on_conflict_do_nothing()
    )
    if final:
        log.error("inbox.parked_for_a_person", stream=one.stream, event_id=str(one.event_id), error=type(error).__name__)
    edge.pokes.add("ticker")
