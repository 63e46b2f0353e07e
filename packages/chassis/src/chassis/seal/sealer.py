"""The sealer: one a service, under a claim, it hangs every committed row of audit, access log and outbox on the chain.

Ids are not the order of commits, so no high-water mark may say what is sealed: a row is unsealed when `seal` has no row for it. To ask
that of a million rows every two seconds is too dear, so the question is asked of what is new, by the ids' own time (UUIDv7): a pass
looks at everything made since two minutes before the last pass began, which is longer than any edge lives. That bound is a saving
and no promise: the promise is the sweep, a pass over everything at the start of a sealer and once an hour, which seals what was
committed later than that. A late row is sealed late, never skipped. Measured with a million sealed rows: a step that finds nothing
3 ms, the sweep 1.6 s, 20,000 new rows sealed in 1 s.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import tables
from chassis.seal.chain import genesis, link, row_hash
from chassis.seal.rows import SEALED, SealedTable

if TYPE_CHECKING:
    from chassis.runtime import Runtime

MOST = 1_000
OVERLAP = timedelta(minutes=2)
SWEEP_EVERY = timedelta(hours=1)
BEGINNING = UUID(int=0)


class SealError(Exception):
    """The chain is not what this sealer left, or another sealer is at work on it: nothing more is sealed, a person must look."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a sealer is: its pass, when the last sweep began, and the end of the chain as it left it."""

    after: UUID
    pass_began: datetime
    pass_over: bool
    swept: datetime
    size: int
    root: str


async def seal_step(runtime: "Runtime") -> int:
    """Seal up to 1,000 committed rows in the order of their ids; tell how many.

    Raises:
        SealError: the end of the chain is not where this process left it, or another sealer was faster.
    """
    wall, before = runtime.clock.wall(), runtime.state.get("seal")
    after, began, swept = _next_pass(before, wall)
    try:
        async with runtime.edge("command:seal:extend") as edge:
            size, root = await _end_of_chain(edge.session, runtime.service.name)
            _compare(before, size, root)
            rows = await _unsealed(edge.session, after)
            seals = []
            for sealed, row_id, row in rows:
                size, name, hashed = size + 1, sealed.table.name, row_hash(sealed.table.name, sealed.facts(row))
                values = {"no": size, "table": name, "row_id": str(row_id), "row_hash": bytes.fromhex(hashed), "prev": bytes.fromhex(root)}
                seals.append(values)
                root = link(size, name, str(row_id), hashed, root)
            if seals:
                await edge.session.execute(insert(tables.seal), seals)
    except IntegrityError as error:
        raise SealError("another sealer has extended the chain") from error
    runtime.state["seal"] = _Place(rows[-1][1] if rows else after, began, len(rows) < MOST, swept, size, root)
    return len(rows)


def _next_pass(place: _Place | None, wall: datetime) -> tuple[UUID, datetime, datetime]:
    if place is None or (place.pass_over and wall - place.swept >= SWEEP_EVERY):
        return BEGINNING, wall, wall
    if not place.pass_over:
        return place.after, place.pass_began, place.swept
    return first_id_of(place.pass_began - OVERLAP), wall, place.swept


def first_id_of(moment: datetime) -> UUID:
    """Give the smallest UUIDv7 of a millisecond."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


async def _end_of_chain(session: AsyncSession, service: str) -> tuple[int, str]:
    last = (await session.execute(select(tables.seal).order_by(tables.seal.c.no.desc()).limit(1))).one_or_none()
    if last is None:
        return 0, genesis(service)
    return last.no, link(last.no, last.table, last.row_id, last.row_hash.hex(), last.prev.hex())


def _compare(place: _Place | None, size: int, root: str) -> None:
    # A longer chain is that of a sealer that held the claim meanwhile.
    if place is not None and (size < place.size or (size == place.size and root != place.root)):
        raise SealError("the chain is shorter or other than this sealer left it")


async def _unsealed(session: AsyncSession, after: UUID) -> list[tuple[SealedTable, UUID, Any]]:
    found: list[tuple[SealedTable, UUID, Any]] = []
    for sealed in SEALED:
        page = sealed.unsealed(*sealed.covered).where(sealed.id > after).order_by(sealed.id).limit(MOST)
        found += [(sealed, getattr(row, sealed.id.name), row) for row in await session.execute(page)]
    found.sort(key=lambda one: (one[1], one[0].table.name))
    return found[:MOST]
