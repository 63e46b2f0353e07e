"""What a request says and who asked: each under a key of its own, so that either may go by itself (D20, D27, DESIGN 7)."""

import json
from typing import Any
from uuid import UUID

from chassis.audit import log_access
from chassis.crypto import DataKey, KeyDestroyed, data_key, reveal, reveal_many
from chassis.edge import Edge
from sqlalchemy import select
from sqlmodel import col

from intake_svc.tables import Request, Supplement

CONTENT, REQUESTER, LATER = "request.content", "request.requester", "supplement.content"


async def words_key(edge: Edge, row: Request) -> DataKey:
    """Give the key under which the words of a request lie.

    Raises:
        KeyDestroyed: they were erased.
    """
    if row.content is None:
        raise KeyDestroyed
    return await data_key(edge, row.content.key_id)


async def content_of(edge: Edge, row: Request) -> dict[str, Any]:
    """Open what a request brought; the look is logged.

    Raises:
        KeyDestroyed: it was erased.
    """
    if row.content is None:
        raise KeyDestroyed
    await _log(edge, row, row.content.key_id)
    brought: dict[str, Any] = json.loads(await reveal(edge, row.content, place=CONTENT))
    return brought


async def later_of(edge: Edge, row: Request) -> list[dict[str, Any]]:
    """Open what came later to complete a request, in its order; the look is logged, and what was erased is left out."""
    asked = select(Supplement).where(col(Supplement.request_id) == row.id).order_by(col(Supplement.id))
    there = [part.content for part in await edge.session.scalars(asked) if part.content is not None]
    for key_id in sorted({one.key_id for one in there}):
        await _log(edge, row, key_id)
    return [json.loads(text) for text in await reveal_many(edge, there, place=LATER)]


async def requester_of(edge: Edge, row: Request) -> dict[str, str]:
    """Open who asked, as they said; the look is logged. Once it was erased nothing is known of them, and they are written to no more."""
    if row.requester is None:
        await log_access(edge, "request", row.id)
        return {}
    await _log(edge, row, row.requester.key_id)
    said: dict[str, str] = json.loads(await reveal(edge, row.requester, place=REQUESTER))
    return said


async def _log(edge: Edge, row: Request, key_id: UUID) -> None:
    """Log the look at the request, and open the key that the text lies under: its own, its contact's, or its case's."""
    await log_access(edge, "request", row.id)
    if key_id != row.id:
        await log_access(edge, "case" if key_id == row.key_id else "contact", key_id)
