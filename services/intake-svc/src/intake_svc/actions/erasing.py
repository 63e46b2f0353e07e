"""What is due goes: keys are destroyed and columns emptied, and the record of the decision stays (D27).

Of a case remain its kind, dates, states, digests, who evaluated, recommended, signed and confirmed, and its trail: no word and no name.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from chassis.crypto import destroy_data_key
from chassis.edge import Edge, new_id
from kernel.workdays import calendar_day
from sqlalchemy import delete, select, update
from sqlmodel import col

from intake_svc.actions import dates
from intake_svc.actions.record import note_case, note_request
from intake_svc.model.retention import Erased, ErasureState, Why
from intake_svc.rules import retention as rules
from intake_svc.tables import Case, Erasure, Likeness, Request, Supplement


async def contacts_over(edge: Edge, row: Case) -> datetime | None:
    """Erase who asked for a case when nobody may appeal any more; while something needs them, ask again later."""
    kept, on = await dates.kept_of(edge, row), calendar_day(edge.now)
    until = rules.contact_until(kept, on=on)
    if until is None or kept.erased:
        return None
    if until > edge.now:
        return until
    if not rules.may_erase_contact(kept):
        return await dates.look_again(edge, row)
    for request in await _requests_of(edge, row):
        if request.requester is not None:
            erasure = _by_the_clock(edge, Erased.CONTACT, request_id=request.id)
            await erase_contact(edge, request, erasure)
    return None


async def period_over(edge: Edge, row: Case) -> datetime | None:
    """Erase a case when the time of its kind is over; while something needs it, ask again later. A decision not to act is reviewed."""
    kept, on = await dates.kept_of(edge, row), calendar_day(edge.now)
    if kept.over_at is None or kept.erased:
        return None
    if rules.is_reviewed(kept):
        note_case(edge, row, "review_due")
        return None
    until = rules.kept_until(kept, on=on)
    if until is None or until > edge.now:
        return until
    if not rules.may_destroy(kept, on=on):
        return await dates.look_again(edge, row)
    await erase_case(edge, row, _by_the_clock(edge, Erased.CASE, case_id=row.id))
    return None


async def request_over(edge: Edge, row: Request) -> datetime | None:
    """Erase what came with a request that ended without a case, when its time is over; while something needs it, ask again later."""
    kept, on = await dates.kept_of_request(edge, row), calendar_day(edge.now)
    if row.case_id is not None or kept.over_at is None or kept.erased:
        return None
    until = rules.contact_until(kept, on=on) if row.decided_at is not None else edge.now
    if until is None or until > edge.now:
        return until
    if not rules.may_destroy(kept, on=on):
        return dates.later(edge)
    await erase_request(edge, row, _by_the_clock(edge, Erased.REQUEST, request_id=row.id), whole=True)
    return None


async def erase_contact(edge: Edge, row: Request, erasure: Erasure) -> None:
    """Erase who asked, and by what they are found; what they wrote stays."""
    keys = {row.requester.key_id} - {row.key_id, row.id} if row.requester is not None else set()
    row.requester = row.email_hash = row.wiki_user_hash = None
    await _done(edge, erasure, keys)
    note_request(edge, row, "contact_erased")


async def erase_request(edge: Edge, row: Request, erasure: Erasure, *, whole: bool, confirmed_by: str | None = None) -> None:
    """Erase who asked and what they wrote; `whole`: what staff wrote beside it too, and by whom it is found that it is about."""
    keys = {one.key_id for one in (row.requester, row.content) if one is not None} - {row.key_id}
    if whole or row.key_id == row.id:
        keys.add(row.key_id)
    await _empty(edge, row, subjects=whole)
    await _done(edge, erasure, keys, confirmed_by)
    note_request(edge, row, "erased")


async def erase_case(edge: Edge, row: Case, erasure: Erasure, *, confirmed_by: str | None = None) -> None:
    """Erase all that a case gathered, with what its requests brought: those that joined it too, and what was written of them before."""
    keys = {row.id}
    for own in await dates.cases_joined_to(edge, row):
        joined = await edge.lock(Case, own, "case")
        joined.erased_at = edge.now
        keys.add(own)
        note_case(edge, joined, "erased")
    for request in await _requests_of(edge, row):
        keys |= {one.key_id for one in (request.requester, request.content) if one is not None}
        if request.erased_at is None:
            await _empty(edge, request, subjects=True)
            note_request(edge, request, "erased")
    row.erased_at, row.review_at = edge.now, None
    await dates.forget_dates(edge, row)
    await _done(edge, erasure, keys, confirmed_by)
    note_case(edge, row, "erased")


def _by_the_clock(edge: Edge, what: Erased, *, case_id: UUID | None = None, request_id: UUID | None = None) -> Erasure:
    return Erasure(
        id=new_id(),
        what=what,
        case_id=case_id,
        request_id=request_id,
        why=Why.PERIOD_OVER,
        state=ErasureState.DONE,
        by=edge.by.id,
        at=edge.now,
        done_at=edge.now,
    )


async def _done(edge: Edge, erasure: Erasure, keys: Iterable[UUID], confirmed_by: str | None = None) -> None:
    # Written once, when all of it is known: the row is the certificate.
    erasure.key_ids, erasure.confirmed_by = sorted(keys), confirmed_by
    erasure.state, erasure.done_at = ErasureState.DONE, edge.now
    edge.session.add(erasure)
    await edge.session.flush()
    for key_id in erasure.key_ids:
        await destroy_data_key(edge, key_id)


async def _empty(edge: Edge, row: Request, *, subjects: bool) -> None:
    """Empty what is sealed and the marks beside it; a supplement from before may lie under its case's key, and goes from its column."""
    row.requester = row.content = row.email_hash = row.wiki_user_hash = None
    row.erased_at = edge.now
    if subjects:
        if row.matter_hash is not None:
            mine = delete(Likeness).where(col(Likeness.hash) == row.matter_hash, col(Likeness.request_id) == row.id)
            await edge.session.execute(mine)
        row.subject_hashes, row.matter_hash = [], None
    await edge.session.execute(update(Supplement).where(col(Supplement.request_id) == row.id).values(content=None))


async def _requests_of(edge: Edge, row: Case) -> list[Request]:
    """Lock the requests that a case serves, in the order of their ids."""
    mine = select(Request).where(col(Request.case_id) == row.id).order_by(col(Request.id))
    return list(await edge.session.scalars(mine.with_for_update().execution_options(populate_existing=True)))
