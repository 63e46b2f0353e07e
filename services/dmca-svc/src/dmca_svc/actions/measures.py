"""Measures of the house on pages are followed by keyed hashes: in force they keep a page down, over they do not (D4, D10, D20).

Nothing of them is said, and nothing is written into the trail of a notice: who reads there does not learn what lies behind.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from chassis.audit import write_audit
from chassis.edge import Edge, new_id
from chassis.errors import NotFound
from kernel.workdays import calendar_day
from sqlmodel import col, select

from dmca_svc.actions.assessment import Place
from dmca_svc.actions.text import place_hash
from dmca_svc.rules import measure as rules
from dmca_svc.tables import Measure, MeasurePage, Notice, NoticePage


async def begin(edge: Edge, action_id: UUID, places: Sequence[Place] | None) -> None:
    """Follow a measure from its enactment on; `places` are the pages that it names as it stands, None where nobody says."""
    row = await _measure(edge, action_id)
    if row is None:
        row = Measure(id=new_id(), action_hash=_hash(edge, action_id), at=edge.now)
        edge.session.add(row)
        await edge.session.flush()
    if row.ended_at is None and places is not None:
        await _keep(edge, row, places)
        _trail(edge, row, "followed")


async def end(edge: Edge, action_id: UUID) -> None:
    """Let go what a measure kept that was lifted, overturned, declined after the fact, or has expired."""
    row = await _measure(edge, action_id)
    if row is None or row.ended_at is not None:
        return
    kept = select(MeasurePage.place_hash).where(MeasurePage.measure_id == row.id, col(MeasurePage.ended_at).is_(None))
    row.ended_at = edge.now
    await _seen_anew(edge, set(await edge.session.scalars(kept)))
    _trail(edge, row, "ended")


async def say_pages(edge: Edge, action_id: UUID, places: Sequence[Place]) -> None:
    """Take the named group's word on the pages that a measure keeps down; they are as said last.

    Raises:
        NotFound: nothing was heard of such a measure.
        Refused: it has ended.
    """
    row = await _measure(edge, action_id)
    if row is None:
        raise NotFound("measure")
    rules.may_say_pages(in_force=row.ended_at is None).or_refuse()
    await _keep(edge, row, places)
    _trail(edge, row, "pages_said")


async def _keep(edge: Edge, row: Measure, places: Sequence[Place]) -> None:
    """Keep exactly these pages down, whether a notice names them or will."""
    wanted = {place_hash(edge, place.wiki, place.title) for place in places}
    rows = list(await edge.session.scalars(select(MeasurePage).where(MeasurePage.measure_id == row.id)))
    changed = {one.place_hash for one in rows if (one.ended_at is None) != (one.place_hash in wanted)}
    for one in rows:
        if one.place_hash in changed:
            one.ended_at = None if one.place_hash in wanted else edge.now
    new = wanted - {one.place_hash for one in rows}
    edge.session.add_all(MeasurePage(measure_id=row.id, place_hash=hashed) for hashed in new)
    await edge.session.flush()
    await _seen_anew(edge, changed | new)


async def _measure(edge: Edge, action_id: UUID) -> Measure | None:
    mine = select(Measure).where(Measure.action_hash == _hash(edge, action_id)).with_for_update()
    found: Measure | None = (await edge.session.scalars(mine.execution_options(populate_existing=True))).first()
    return found


async def _seen_anew(edge: Edge, places: Collection[bytes]) -> None:
    """Count what can be seen of the notices that name such a page: that something keeps it down, or does no more."""
    naming = select(NoticePage.notice_id).where(col(NoticePage.place_hash).in_(places)).distinct()
    for notice_id in sorted(await edge.session.scalars(naming)):
        (await edge.lock(Notice, notice_id, "notice")).version += 1


def _hash(edge: Edge, action_id: UUID) -> bytes:
    return edge.runtime.keyring.hash("dmca.measure", str(action_id))


def _trail(edge: Edge, row: Measure, what: str) -> None:
    source = edge.operation.partition(":")[0]
    write_audit(
        edge,
        aggregate="measure",
        aggregate_id=row.id,
        operation=f"{source if source == 'http' else 'event'}:measure:{what}",
        prior_state="in_force",
        state="ended" if row.ended_at else "in_force",
        policy_date=calendar_day(edge.now),
        reasons=(),
    )
