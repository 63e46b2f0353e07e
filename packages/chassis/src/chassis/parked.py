"""Events that could not be reacted to: tried again key by key, oldest first, and at last put before a person."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from contracts.envelope import Cause
from contracts.streams import parse
from sqlalchemy import delete, func, insert, select, update

from chassis import tables
from chassis.audit import log_access, write_audit
from chassis.edge import Edge, new_id
from chassis.errors import NotFound
from chassis.fault import fault
from chassis.inbox import BACK_OFF, FINAL, OutOfOrder, last_versions, name_of
from chassis.log import logger
from chassis.trace import started

if TYPE_CHECKING:
    from chassis.runtime import Runtime

log = logger(__name__)
LAST_TRY = 5
row_of = tables.parked.c


async def retry_due(runtime: "Runtime") -> int:
    """Work every key that has a row due, from its oldest event on, until one fails again; tell how many events went through."""
    async with runtime.db.engine.connect() as connection:
        keys = (
            await connection.execute(select(row_of.stream, row_of.key).where(row_of.next_at <= runtime.clock.wall()).distinct().limit(100))
        ).all()
    done = 0
    for stream, key in keys:
        while await _retry_first(runtime, stream, key):
            done += 1
    return done


async def _retry_first(runtime: "Runtime", stream: str, key: str) -> bool:
    """Try the first parked event of a key; True when it went through and the next may be tried."""
    async with runtime.db.engine.connect() as connection:
        row = (await connection.execute(_first(stream, key))).one_or_none()
    if row is None:
        return False
    with started("retry", traceparent=row.traceparent, event_id=str(row.event_id)):
        try:
            went_through = await _try(runtime, row)
        except Exception as error:  # noqa: BLE001  # it stays parked with this error
            await _failed_again(runtime, row, error)
            return False
    if not went_through:
        return False
    await fault("ticker.parked.after")
    return True


async def _try(runtime: "Runtime", row: Any) -> bool:
    """Fetch with no transaction open, then react; False when another worker is at this key."""
    event = parse(row.stream, row.payload)
    reaction = runtime.service.reactions[row.stream].get(event.kind)
    facts = await reaction.fetch(runtime, event) if reaction is not None and reaction.fetch is not None else None
    await fault("ticker.parked.before")
    async with runtime.edge("parked") as edge:
        return await _apply(edge, row, event, facts)


def _first(stream: str, key: str) -> Any:
    return select(tables.parked).where(row_of.stream == stream, row_of.key == key).order_by(row_of.version, row_of.id).limit(1)


async def _apply(edge: Edge, row: Any, event: Any, facts: Any) -> bool:
    """React, remember and unpark in one transaction; False when another worker is at this key."""
    mine = await edge.session.execute(_first(row.stream, row.key).with_for_update(skip_locked=True))
    locked = mine.one_or_none()
    if locked is None or locked.id != row.id:
        return False
    before = (await last_versions(edge, [(row.stream, row.key)])).get((row.stream, row.key))
    if before is not None and event.version != before + 1:
        raise OutOfOrder(f"version {event.version} after {before}")
    edge.request_id = event.meta.request_id or str(new_id())
    edge.operation = f"{row.stream}:{event.kind}"
    edge.cause = Cause(event_id=row.event_id, stream=row.stream)
    edge.access_reason = f"event {row.event_id}"
    reaction = edge.runtime.service.reactions[row.stream].get(event.kind)
    if reaction is not None:
        await reaction.apply(edge, event, facts)
    await _remember(edge, row, event.version)
    return True


async def _remember(edge: Edge, row: Any, version: int) -> None:
    if version > 0:
        await edge.session.execute(
            insert(tables.inbox).values(
                event_id=row.event_id, reaction=row.reaction, stream=row.stream, key=row.key, version=version, at=edge.wall()
            )
        )
    await edge.session.execute(delete(tables.parked).where(row_of.id == row.id))
    # What stood behind it is now the first of its key.
    following = select(row_of.id).where(row_of.stream == row.stream, row_of.key == row.key).order_by(row_of.version, row_of.id).limit(1)
    await edge.session.execute(update(tables.parked).where(row_of.id.in_(following)).values(next_at=edge.wall()))
    edge.pokes.add("ticker")


async def _failed_again(runtime: "Runtime", row: Any, error: Exception) -> None:
    tries = row.tries + 1
    final = isinstance(error, FINAL) or tries >= LAST_TRY
    pause = BACK_OFF[min(tries, len(BACK_OFF)) - 1]
    async with runtime.db.engine.begin() as connection:
        await connection.execute(
            update(tables.parked)
            .where(row_of.id == row.id)
            .values(tries=tries, error=name_of(error), next_at=None if final else runtime.clock.wall() + timedelta(seconds=pause))
        )
    if final:
        log.error("inbox.parked_for_a_person", stream=row.stream, event_id=str(row.event_id), error=type(error).__name__)


async def list_parked(runtime: "Runtime") -> Sequence[dict[str, Any]]:
    """List what is parked, oldest first: ids, tries, the next try or none where it waits for a person; never the payload."""
    shown = (row_of.event_id, row_of.stream, row_of.key, row_of.version, row_of.tries, row_of.next_at, row_of.error, row_of.at)
    async with runtime.db.engine.connect() as connection:
        return [dict(row._mapping) for row in await connection.execute(select(*shown).order_by(row_of.id))]  # noqa: SLF001  # a public name of SQLAlchemy's rows


async def retry(edge: Edge, event_id: UUID) -> None:
    """Let a parked event be tried again at once, from its first try on.

    Raises:
        NotFound: it is not parked.
    """
    await _take(edge, event_id)
    await edge.session.execute(update(tables.parked).where(row_of.event_id == event_id).values(tries=0, next_at=edge.wall()))
    write_audit(edge, aggregate="parked", aggregate_id=event_id, prior_state="parked", state="retried")
    edge.pokes.add("ticker")


async def drop(edge: Edge, event_id: UUID) -> None:
    """Give a parked event up for good, so that what stands behind it goes on; the edge's access reason says why, and is kept.

    Raises:
        NotFound: it is not parked.
        AccessReasonMissing: the edge has no reason.
    """
    row = await _take(edge, event_id)
    await _remember(edge, row, row.version or await _place_of(edge, row))
    await log_access(edge, "parked", event_id)
    write_audit(edge, aggregate="parked", aggregate_id=event_id, prior_state="parked", state="dropped")


async def _place_of(edge: Edge, row: Any) -> int:
    """Give the version that an event which nobody can read must have had: the next of its key, or the one before what waits behind it.

    0 where neither is known: the key counts as never heard then, and may start anywhere.
    """
    heard, waits = tables.inbox.c, row_of
    last = await edge.session.scalar(select(func.max(heard.version)).where(heard.stream == row.stream, heard.key == row.key))
    if last is not None:
        return int(last) + 1
    behind = select(func.min(waits.version)).where(waits.stream == row.stream, waits.key == row.key, waits.version > 0)
    return int(await edge.session.scalar(behind) or 1) - 1


async def _take(edge: Edge, event_id: UUID) -> Any:
    row = (await edge.session.execute(select(tables.parked).where(row_of.event_id == event_id).with_for_update())).one_or_none()
    if row is None:
        raise NotFound("parked event")
    return row
