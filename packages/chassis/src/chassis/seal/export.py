"""The chain as JSON lines, for `office audit export`, and the signed checkpoint for the outside witness."""

import json
from collections.abc import AsyncGenerator, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import tables
from chassis.seal.chain import Checkpoint, genesis, link
from chassis.seal.rows import BY_NAME, SEALED

if TYPE_CHECKING:
    from chassis.runtime import Runtime

PAGE = 1_000


async def export(connection: AsyncConnection, service: str) -> AsyncGenerator[str, None]:
    """Give the whole chain of one service, one JSON object a line: a heading, each seal with its row, what has no seal yet, the end.

    One snapshot, read only; it holds no personal data (ids, codes, times, digests). `connection` may be the reader's, with no
    transaction open.
    """
    await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    async with connection.begin():
        await connection.execute(text("SELECT set_config('search_path', :service, true)"), {"service": service})
        yield _line(chain=service, format=1, exported_at=datetime.now(UTC).isoformat())
        size, root = 0, genesis(service)
        while seals := (await connection.execute(_page_after(size))).all():
            rows = await _rows_of(connection, seals)
            for seal in seals:
                one = [seal.no, seal.table, seal.row_id, seal.row_hash.hex(), seal.prev.hex()]
                root = link(seal.no, seal.table, seal.row_id, seal.row_hash.hex(), seal.prev.hex())
                yield _line(seal=one, row=rows.get((seal.table, seal.row_id)))
            size = seals[-1].no
        for sealed in SEALED:
            async for row in await connection.stream(sealed.unsealed(sealed.id.label("row_id"), sealed.table.c.at)):
                yield _line(unsealed={"table": sealed.table.name, "row_id": str(row.row_id), "at": row.at.astimezone(UTC).isoformat()})
        yield _line(end={"size": size, "root": root})


async def checkpoint(runtime: "Runtime") -> Checkpoint:
    """Sign the chain's size and root as they are now, to be delivered to a witness outside the house."""
    service, size, root = runtime.service.name, 0, genesis(runtime.service.name)
    async with runtime.db.engine.connect() as connection:
        last = (await connection.execute(select(tables.seal).order_by(tables.seal.c.no.desc()).limit(1))).one_or_none()
    if last is not None:
        size, root = last.no, link(last.no, last.table, last.row_id, last.row_hash.hex(), last.prev.hex())
    bare = Checkpoint(service, size, root, runtime.clock.wall().isoformat(timespec="seconds").replace("+00:00", "Z"))
    return replace(bare, signature=runtime.keyring.sign(bare.message()).hex())


def _line(**fields: Any) -> str:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


def _page_after(no: int) -> Any:
    return select(tables.seal).where(tables.seal.c.no > no).order_by(tables.seal.c.no).limit(PAGE)


async def _rows_of(connection: AsyncConnection, seals: Iterable[Any]) -> dict[tuple[str, str], dict[str, Any]]:
    wanted: dict[str, list[UUID]] = {}
    for seal in seals:
        # A seal that was tampered with may name anything: then it has no row, and the verifier says so.
        with suppress(ValueError):
            wanted.setdefault(seal.table, []).append(UUID(seal.row_id))
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for name in wanted.keys() & BY_NAME.keys():
        sealed, ids = BY_NAME[name], wanted[name]
        for row in await connection.execute(select(*sealed.covered).where(sealed.id.in_(ids))):
            found[name, str(getattr(row, sealed.id.name))] = sealed.facts(row)
    return found
