"""Which pages a measure of the house keeps down, by the keyed hashes of their places (D4, D10, D20)."""

from collections.abc import Sequence
from uuid import UUID

from chassis.edge import Edge
from sqlmodel import col, select

from dmca_svc.tables import Measure, MeasurePage, NoticePage


async def measured(edge: Edge, pages: Sequence[NoticePage]) -> set[UUID]:
    """Give those of the pages that a measure in force keeps down."""
    mine = {page.place_hash: page.id for page in pages}
    if not mine:
        return set()
    kept = (
        select(MeasurePage.place_hash)
        .join(Measure, col(Measure.id) == MeasurePage.measure_id)
        .where(col(MeasurePage.place_hash).in_(mine), col(MeasurePage.ended_at).is_(None), col(Measure.ended_at).is_(None))
    )
    return {mine[place] for place in await edge.session.scalars(kept)}
