"""What a case weighs: the letters that ask for it. Two matters of one letter that are one again add nothing (R88)."""

from uuid import UUID

from chassis.edge import Edge
from sqlalchemy import func, select
from sqlmodel import col

from intake_svc.tables import Case, Request


async def serve(edge: Edge, row: Case, request_ids: list[UUID]) -> None:
    """Let a case serve these requests from now on, and count the letters that they came in."""
    letters = func.count(func.coalesce(col(Request.letter_id), col(Request.id)).distinct())
    row.request_ids = request_ids
    row.reports = await edge.session.scalar(select(letters).where(col(Request.id).in_(request_ids))) or len(request_ids)
