"""Many requests filed in one transaction: each stands or falls alone, and what is sound is written together (API: bulk)."""

import asyncpg
from chassis.audit import write_audit
from chassis.edge import Edge
from kernel.decision import Refused
from sqlalchemy.exc import DBAPIError

from intake_svc.actions import standing
from intake_svc.actions.filing import file, lane_of, take_in
from intake_svc.actions.likeness import store_many
from intake_svc.model.filing import Filing
from intake_svc.tables import Request, Sender

TOGETHER = 50
"""Requests that are written together: enough that a round trip costs little, few enough that others get their turn between."""

_OF_A_ROW = frozenset({"22", "23"})
"""SQLSTATE classes of what is wrong with a row itself: a value that no column takes, a check that it breaks."""


async def file_many(edge: Edge, filings: list[Filing]) -> list[Request | DBAPIError | Refused]:
    """File them in their order; where one is not taken, the others get in, and its place says why.

    Raises:
        DBAPIError: it is the database that is wrong, not a row.
    """
    answers: list[Request | DBAPIError | Refused] = []
    for start in range(0, len(filings), TOGETHER):
        answers += await _file_heard(edge, filings[start : start + TOGETHER])
    return answers


async def _file_heard(edge: Edge, filings: list[Filing]) -> list[Request | DBAPIError | Refused]:
    """File those whose senders are heard; that the others tried is on record (R118)."""
    outs = await standing.hear_many(edge, [(lane_of(edge, one), one.sender) for one in filings])
    for out in outs:
        if isinstance(out, Refused):
            write_audit(edge, aggregate=None, aggregate_id=None, outcome="refused", reasons=out.reasons)
    heard = [(one, out) for one, out in zip(filings, outs, strict=True) if not isinstance(out, Refused)]
    stored = iter(await _file_together(edge, heard)) if heard else iter(())
    return [out if isinstance(out, Refused) else next(stored) for out in outs]


async def _file_together(edge: Edge, filings: list[tuple[Filing, Sender | None]]) -> list[Request | DBAPIError]:
    try:
        async with edge.savepoint():
            arrived = [take_in(edge, one, out=out) for one, out in filings]
            await store_many(edge, arrived)
    except DBAPIError as error:
        if not _is_of_a_row(error):
            raise
        return [await _file_alone(edge, one) for one, _ in filings]
    return [new.row for new in arrived]


async def _file_alone(edge: Edge, filing: Filing) -> Request | DBAPIError:
    try:
        async with edge.savepoint():
            return await file(edge, filing)
    except DBAPIError as error:
        if not _is_of_a_row(error):
            raise
        return error


def _is_of_a_row(error: DBAPIError) -> bool:
    state = str(getattr(error.orig, "sqlstate", None) or "")
    return state[:2] in _OF_A_ROW or isinstance(getattr(error.orig, "__cause__", None), asyncpg.DataError)
