"""Requests that ask the same are linked, and a person judges what that means; a new one is stored in the same statement (R88)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from chassis.audit import write_audit
from chassis.edge import Edge
from kernel.decision import Reason
from kernel.workdays import calendar_day
from sqlalchemy import Table, bindparam, case, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import ReturningInsert

from intake_svc.rules import POLICY
from intake_svc.tables import Base, Case, Request

LINKED = Reason("asks_the_same", "An earlier request asks the same of the same subjects and pages.", "R88")
_CASE, _REQUEST, _LIKENESS = (Base.metadata.tables[name] for name in ("case", "request", "likeness"))
# As `_mark`, for many; in the order of the marks, so that of two imports each waits for the other's and neither for both.
_MARK_ALL = text("""
    INSERT INTO likeness (hash, request_id, at)
    SELECT hash, request_id, CAST(:at AS timestamptz)
    FROM unnest(CAST(:hashes AS bytea[]), CAST(:ids AS uuid[])) AS new (hash, request_id) ORDER BY hash
    ON CONFLICT (hash) DO UPDATE SET at = excluded.at,
      request_id = CASE WHEN likeness.at >= CAST(:since AS timestamptz) THEN likeness.request_id ELSE excluded.request_id END
    RETURNING hash, request_id
""")


@dataclass(frozen=True, slots=True)
class New:
    """A request that is not stored yet, the case that it opens, and what it is about where it is to be linked."""

    row: Request
    opened: Case | None
    matter: str | None


async def store_new(edge: Edge, new: New) -> None:
    """Insert a new request, its case and its mark in one statement: filing is the path that must be short."""
    row, opened, matter = new.row, new.opened, new.matter
    values: dict[str, Any] = {}
    if matter is not None:
        row.matter_hash = _hash(edge, row, matter)
        values |= _marked(edge, row)
    if opened is not None:
        values |= {f"case_{column.name}": getattr(opened, column.name) for column in _CASE.columns}
    values |= {f"request_{column.name}": getattr(row, column.name) for column in _REQUEST.columns}
    statement = _insert_of(marks=matter is not None, opens=opened is not None)
    _note(edge, row, (await edge.session.execute(statement, values)).scalar_one())


async def store_many(edge: Edge, arrived: Sequence[New]) -> None:
    """Insert many at once, each table's rows together; what asks the same within them is linked to the first of them."""
    marks: dict[bytes, UUID] = {}
    for new in arrived:
        if new.matter is not None:
            new.row.matter_hash = _hash(edge, new.row, new.matter)
            marks.setdefault(new.row.matter_hash, new.row.id)
    first: dict[bytes, UUID] = {}
    if marks:
        about = {"hashes": list(marks), "ids": list(marks.values()), "at": edge.now, "since": _since(edge)}
        first = {row.hash: row.request_id for row in await edge.session.execute(_MARK_ALL, about)}
    for new in arrived:
        earliest = first.get(new.row.matter_hash or b"")
        _note(edge, new.row, None if earliest == new.row.id else earliest)
    if opened := [_values(new.opened, _CASE) for new in arrived if new.opened is not None]:
        await edge.session.execute(insert(_CASE), opened)
    await edge.session.execute(insert(_REQUEST), [_values(new.row, _REQUEST) for new in arrived])


async def link(edge: Edge, row: Request, matter: str | None) -> None:
    """Link a request whose subjects became known later."""
    if matter is None:
        return
    row.matter_hash = _hash(edge, row, matter)
    first: UUID = (await edge.session.execute(_mark(), _marked(edge, row))).scalar_one()
    _note(edge, row, None if first == row.id else first)


@cache
def _insert_of(*, marks: bool, opens: bool) -> ReturningInsert[Any]:
    """Write the statement of `store_new`, once for each of its four shapes: to build it anew was a quarter of a filing (measured)."""
    values: dict[str, Any] = _parameters(_REQUEST)
    if marks:
        earliest = select(_mark().cte("mark").c.request_id).scalar_subquery()
        values["similar_to"] = func.nullif(earliest, values["id"])
    statement = insert(_REQUEST).values(values)
    if opens:
        statement = statement.add_cte(insert(_CASE).values(_parameters(_CASE)).cte("opened"))
    return statement.returning(_REQUEST.c.similar_to)


@cache
def _mark() -> ReturningInsert[Any]:
    """Look for the first that asks the same and leave the mark at once: of eight together each waits for the one before and finds it."""
    mark = insert(_LIKENESS).values(_parameters(_LIKENESS))
    first = case((_LIKENESS.c.at >= bindparam("since", type_=_LIKENESS.c.at.type), _LIKENESS.c.request_id), else_=mark.excluded.request_id)
    found = mark.on_conflict_do_update(index_elements=["hash"], set_={"request_id": first, "at": mark.excluded.at})
    return found.returning(_LIKENESS.c.request_id)


def _marked(edge: Edge, row: Request) -> dict[str, Any]:
    return {"likeness_hash": row.matter_hash, "likeness_request_id": row.id, "likeness_at": edge.now, "since": _since(edge)}


def _since(edge: Edge) -> datetime:
    """Tell from when on an earlier request counts as asking the same."""
    return edge.now - timedelta(days=POLICY.value("similar_days", on=calendar_day(edge.now)))


def _values(row: Case | Request, table: Table) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in table.columns}


def _parameters(table: Table) -> dict[str, Any]:
    """Name the values of a row: the columns of a table as parameters of a statement that is written once."""
    return {column.name: bindparam(f"{table.name}_{column.name}", type_=column.type) for column in table.columns}


def _hash(edge: Edge, row: Request, matter: str) -> bytes:
    return edge.runtime.keyring.hash("intake.matter", f"{row.kind}|{matter}")


def _note(edge: Edge, row: Request, first: UUID | None) -> None:
    row.similar_to = first
    if first is not None:
        write_audit(edge, aggregate="request", aggregate_id=row.id, operation="http:request:linked", state=row.state, reasons=[LINKED])
