"""What other notices say of the same pages: who has them down already, and what keeps them there (R42, D10)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, or_, select

from dmca_svc.actions.matter import Matter
from dmca_svc.model import ClaimFacts, CounterState, PageState, State
from dmca_svc.rules import restoration, takedown
from dmca_svc.tables import AskedPage, CounterNotice, CourtAction, Notice, NoticePage, PageHold


async def look_elsewhere(matter: Matter, *, lock: bool = False) -> None:
    """Find out which pages other notices keep down, which an order does, and which are down already.

    `lock` holds the other notices' pages, so that none goes back while this one counts on it.
    """
    mine = {page.place_hash: page for page in matter.pages}
    if not mine:
        return
    others = (
        select(NoticePage)
        .where(col(NoticePage.place_hash).in_(mine), NoticePage.notice_id != matter.notice.id)
        .where(or_(col(NoticePage.named), NoticePage.state != PageState.UP))
        .order_by(col(NoticePage.id))
    )
    asked_for = others.with_for_update() if lock else others
    pages = list(await matter.edge.session.scalars(asked_for.execution_options(populate_existing=True)))
    if not pages:
        return
    states = await _states(matter, {page.notice_id for page in pages})
    returns = await _returns(matter, pages)
    ordered = await _ordered(matter, {page.notice_id for page in pages})
    for other in pages:
        page = mine[other.place_hash]
        claim = ClaimFacts(states[other.notice_id], PageState(other.state), returns.get(other.id), other.withdrawn_at is not None)
        if restoration.keeps_down(claim, now=matter.edge.now):
            matter.kept.add(page.id)
        if other.id in ordered:
            matter.ordered_elsewhere.add(page.id)
        if takedown.is_down_already(PageState(page.state), PageState(other.state)):
            matter.down_elsewhere.setdefault(page.id, other.id)


async def _states(matter: Matter, notice_ids: Iterable[UUID]) -> dict[UUID, State]:
    rows = await matter.edge.session.execute(select(Notice.id, Notice.state).where(col(Notice.id).in_(notice_ids)))
    return {notice_id: State(state) for notice_id, state in rows}


async def _returns(matter: Matter, pages: Sequence[NoticePage]) -> dict[UUID, datetime]:
    """From when each page may go back by a counter-notice of its own notice."""
    rows = await matter.edge.session.execute(
        select(AskedPage.page_id, CounterNotice.opens, CounterNotice.enforcer_from, CounterNotice.early_at)
        .join(CounterNotice, col(CounterNotice.id) == AskedPage.counter_notice_id)
        .where(
            col(AskedPage.page_id).in_([page.id for page in pages]),
            col(AskedPage.held_by).is_(None),
            CounterNotice.state == CounterState.ACCEPTED,
        )
    )
    return {page_id: opens if early_at else enforcer_from for page_id, opens, enforcer_from, early_at in rows}


async def _ordered(matter: Matter, notice_ids: Iterable[UUID]) -> set[UUID]:
    """The pages that an order or a measure keeps down, as other notices know it."""
    ended = select(CourtAction.page_ids).where(col(CourtAction.notice_id).in_(notice_ids), col(CourtAction.stays_down))
    held = select(PageHold.page_ids).where(col(PageHold.notice_id).in_(notice_ids), col(PageHold.ended_at).is_(None))
    found = [*await matter.edge.session.scalars(ended), *await matter.edge.session.scalars(held)]
    return {page_id for pages in found for page_id in pages}
