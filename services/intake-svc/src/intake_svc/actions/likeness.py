"""Requests that ask the same are linked, and a person judges what that means; a new one is stored in the same statement (R88)."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from chassis.audit import write_audit
from chassis.edge import Edge
from kernel.decision import Reason
from kernel.workdays import calendar_day
from sqlalchemy import Table, case, func, select
from sqlalchemy.dialects.postgresql import Insert, insert

from intake_svc.rules import POLICY
from intake_svc.tables import Base, Case, Request

LINKED = Reason("asks_the_same", "An earlier request asks the same of the same subjects and pages.", "R88")
_CASE, _REQUEST, _LIKENESS = (Base.metadata.tables[name] for name in ("case", "request", "likeness"))


async def store_new(edge: Edge, row: Request, opened: Case | None, matter: str | None) -> None:
    """Insert a new request, its case and its mark in one statement: filing is the path that must be short."""
    values: dict[str, Any] = _columns(_REQUEST, row)
    if matter is not None:
        row.matter_hash = values["matter_hash"] = _hash(edge, row, matter)
        earliest = select(_mark(edge, row).returning(_LIKENESS.c.request_id).cte("mark").c.request_id).scalar_subquery()
        values["similar_to"] = func.nullif(earliest, row.id)
    statement = insert(_REQUEST).values(values)
    if opened is not None:
        statement = statement.add_cte(insert(_CASE).values(_columns(_CASE, opened)).cte("opened"))
    _note(edge, row, (await edge.session.execute(statement.returning(_REQUEST.c.similar_to))).scalar_one())


async def link(edge: Edge, row: Request, matter: str | None) -> None:
    """Link a request whose subjects became known later."""
    if matter is None:
        return
    row.matter_hash = _hash(edge, row, matter)
    first: UUID = (await edge.session.execute(_mark(edge, row).returning(_LIKENESS.c.request_id))).scalar_one()
    _note(edge, row, None if first == row.id else first)


def _mark(edge: Edge, row: Request) -> Insert:
    """Look for the first that asks the same and leave the mark at once: of eight together each waits for the one before and finds it."""
    since = edge.now - timedelta(days=POLICY.value("similar_days", on=calendar_day(edge.now)))
    mark = insert(_LIKENESS).values(hash=row.matter_hash, request_id=row.id, at=edge.now)
    first = case((_LIKENESS.c.at >= since, _LIKENESS.c.request_id), else_=mark.excluded.request_id)
    return mark.on_conflict_do_update(index_elements=["hash"], set_={"request_id": first, "at": mark.excluded.at})


def _hash(edge: Edge, row: Request, matter: str) -> bytes:
    return edge.runtime.keyring.hash("intake.matter", f"{row.kind}|{matter}")


def _note(edge: Edge, row: Request, first: UUID | None) -> None:
    row.similar_to = first
    if first is not None:
        write_audit(edge, aggregate="request", aggregate_id=row.id, operation="http:request:linked", state=row.state, reasons=[LINKED])


def _columns(table: Table, row: Any) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in table.columns}
