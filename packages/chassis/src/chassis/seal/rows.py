"""Which rows are sealed, and what of each row the hash covers."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Select, String, Table, cast, exists, select

from chassis import tables


@dataclass(frozen=True, slots=True)
class SealedTable:
    """One table of the chain: `id` is its UUIDv7 column, so that its index is also an order in time."""

    table: Table
    id: Column[UUID]
    covered: tuple[Column[Any], ...]

    def facts(self, row: Any) -> dict[str, Any]:
        """What the hash covers of a row, as JSON: never a ciphertext, and of a payload its digest."""
        return {column.name: _plain(column, getattr(row, column.name)) for column in self.covered}

    def unsealed(self, *columns: ColumnElement[Any]) -> Select[Any]:
        """The rows without a seal, by an anti-join over the index of `seal`."""
        seal = tables.seal.c
        sealed = exists().where(seal.table == self.table.name, seal.row_id == cast(self.id, String))
        return select(*columns).where(~sealed)


def _all_but(table: Table, *names: str) -> tuple[Column[Any], ...]:
    return tuple(column for column in table.columns if column.name not in names)


SEALED = (
    SealedTable(tables.audit, tables.audit.c.id, _all_but(tables.audit)),
    # `reason` is ciphertext and is rotated; `reason_hash`, keyed with what never rotates, stands for it.
    SealedTable(tables.access_log, tables.access_log.c.id, _all_but(tables.access_log, "reason")),
    # `sent_at` is stamped later, and `id` is the relay's own order.
    SealedTable(tables.outbox, tables.outbox.c.event_id, _all_but(tables.outbox, "id", "sent_at")),
)
BY_NAME = {sealed.table.name: sealed for sealed in SEALED}


def _plain(column: Column[Any], value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest() if column.name == "payload" else value.hex()
    return value
