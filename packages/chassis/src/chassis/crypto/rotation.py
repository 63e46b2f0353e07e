"""Rotation: everything that the ring's keys seal is sealed again under the current one, by a role that may do nothing else."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import tables
from chassis.crypto.data_key import wrapping_aad
from chassis.crypto.keyring import Keyring

BATCH = 500

Progress = Callable[[str, int], None]


def reason_aad(row_id: UUID) -> bytes:
    """Bind the sealed reason of an access to its row."""
    return b"access_log.reason" + row_id.bytes


async def rotate(connection: AsyncConnection, keyring: Keyring, progress: Progress | None = None) -> int:
    """Seal data keys and reasons of access again under the ring's current key; returns how many rows changed.

    `connection` belongs to `<svc>_keys` and has no transaction open. Each batch of 500 commits by itself, so a run that was broken
    off is simply started again. `progress(table, rows_seen)` is called after each batch. Run it again after the last process that
    still held the old ring has stopped; stored answers (`idempotency`) are not touched, they end after seven days.
    """
    changed = 0
    for table, column, aad in ((tables.data_key, "wrapped", wrapping_aad), (tables.access_log, "reason", reason_aad)):
        changed += await _rotate_column(connection, keyring, table, column=column, aad=aad, progress=progress)
    return changed


async def _rotate_column(
    connection: AsyncConnection, keyring: Keyring, table: Table, *, column: str, aad: Callable[[UUID], bytes], progress: Progress | None
) -> int:
    current, cell = keyring.current, table.c[column]
    values = {column: bindparam("new"), **({"ring_key": current} if "ring_key" in table.c else {})}
    change = update(table).where(table.c.id == bindparam("row"), cell.is_not(None)).values(values)
    after, seen, changed = UUID(int=0), 0, 0
    while True:
        async with connection.begin():
            # The lock keeps a key that is being destroyed from coming back.
            page = select(table.c.id, cell).where(table.c.id > after).order_by(table.c.id).limit(BATCH).with_for_update()
            rows = (await connection.execute(page)).all()
            stale = [(row_id, blob) for row_id, blob in rows if blob is not None and keyring.key_of(blob) != current]
            if stale:
                new = [{"row": row_id, "new": keyring.seal(keyring.open(blob, aad(row_id)), aad(row_id))} for row_id, blob in stale]
                await connection.execute(change, new)
        changed, seen = changed + len(stale), seen + len(rows)
        if progress is not None:
            progress(table.name, seen)
        if len(rows) < BATCH:
            return changed
        after = rows[-1].id
