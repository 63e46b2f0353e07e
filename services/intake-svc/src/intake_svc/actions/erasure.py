"""Who asked is erased at their wish by two persons, and a decision not to act is reviewed each year (D14, D27)."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from chassis.edge import Edge, new_id
from chassis.errors import NotFound
from chassis.http import Page, page
from kernel.actor import Actor
from kernel.workdays import calendar_day
from sqlalchemy import select
from sqlmodel import col

from intake_svc.actions import dates, erasing
from intake_svc.actions.complaint import leaders_of
from intake_svc.actions.counsel import may_know
from intake_svc.actions.reading import complained_of, may_read_request
from intake_svc.actions.record import note_case, note_request
from intake_svc.model.retention import Asked, Erased, ErasureState, Why
from intake_svc.rules import retention as rules
from intake_svc.tables import Case, Erasure, Request

Shown = TypeVar("Shown")


async def propose(edge: Edge, request_id: UUID, asked: Asked, *, by: Actor) -> Erasure:
    """Propose to erase who asked, and what they wrote; what was proposed before falls.

    Raises:
        NotFound: there is no such request, or they may not know of it.
        Refused: with everything that needs who asked.
    """
    row = await _lock_request(edge, request_id, by)
    rules.may_erase(await dates.kept_of_request(edge, row), asked, on=calendar_day(edge.now)).or_refuse()
    await _supersede(edge, await _waiting(edge, request_id=row.id))
    made = Erasure(
        id=new_id(),
        what=Erased.REQUEST,
        request_id=row.id,
        why=Why.ASKED,
        ground=asked.ground,
        verified=asked.verified,
        state=ErasureState.PROPOSED,
        by=by.sub,
        at=edge.now,
    )
    edge.session.add(made)
    note_request(edge, row, "erasure_proposed")
    return made


async def confirm(edge: Edge, request_id: UUID, *, by: Actor) -> Erasure:
    """Confirm an erasure as a second person: keys are destroyed and columns emptied with it, and nothing brings them back.

    Raises:
        NotFound: there is no such request, or they may not know of it.
        Refused: nothing is proposed, it was this person's own, or something needs who asked by now.
    """
    row = await _lock_request(edge, request_id, by)
    made = await _waiting(edge, request_id=row.id)
    rules.may_confirm(made.by if made else None, by=by.sub).or_refuse()
    if made is None or made.ground is None or made.verified is None:
        raise AssertionError("what may be confirmed is there, with its ground")
    kept, asked = await dates.kept_of_request(edge, row), Asked(made.ground, made.verified)
    rules.may_erase(kept, asked, on=calendar_day(edge.now)).or_refuse()
    await erasing.erase_request(edge, row, made, whole=False, confirmed_by=by.sub)
    return made


async def of_request(edge: Edge, request_id: UUID, reader: Actor) -> list[Erasure]:
    """Give what was erased of a request, or is proposed to be, by itself or with its case, oldest first.

    Raises:
        NotFound: there is no such request, or they may not know of it.
    """
    row = await edge.get(Request, request_id, "request")
    if not await may_read_request(edge, row, reader):
        raise NotFound("request")
    about = (col(Erasure.request_id) == row.id) | (col(Erasure.case_id) == row.case_id)
    return list(await edge.session.scalars(select(Erasure).where(about).order_by(col(Erasure.id))))


async def review(edge: Edge, case_id: UUID, *, keep: bool, by: Actor) -> Case:
    """Say whether what a decision not to act rests on is kept for another year; not to keep it is proposed, for a second person.

    Raises:
        NotFound: there is no such case, or they may not know of it.
        Refused: no review is due, or something needs it.
    """
    row = await _lock_case(edge, case_id, by)
    kept, on = await dates.kept_of(edge, row), calendar_day(edge.now)
    decision = rules.may_review(kept, row.review_at, now=edge.now)
    (decision if keep else decision & rules.may_destroy(kept, on=on)).or_refuse()
    await _supersede(edge, await _waiting(edge, case_id=row.id))
    if keep:
        row.review_at = rules.next_review(edge.now, on=on)
        await dates.set_dates(edge, row)
    else:
        made = Erasure(id=new_id(), what=Erased.CASE, case_id=row.id, why=Why.REVIEWED, state=ErasureState.PROPOSED, by=by.sub, at=edge.now)
        edge.session.add(made)
    note_case(edge, row, "kept_on_review" if keep else "erasure_proposed")
    return row


async def confirm_review(edge: Edge, case_id: UUID, *, by: Actor) -> Case:
    """Confirm as a second person that what a decision not to act rests on is kept no longer: it is destroyed.

    Raises:
        NotFound: there is no such case, or they may not know of it.
        Refused: nothing is proposed, it was this person's own, or something needs it by now.
    """
    row = await _lock_case(edge, case_id, by)
    made = await _waiting(edge, case_id=row.id)
    rules.may_confirm(made.by if made else None, by=by.sub).or_refuse()
    if made is None:
        raise AssertionError("what may be confirmed is there")
    rules.may_destroy(await dates.kept_of(edge, row), on=calendar_day(edge.now)).or_refuse()
    await erasing.erase_case(edge, row, made, confirmed_by=by.sub)
    return row


async def reviews(edge: Edge, reader: Actor, show: Callable[[Case], Shown], *, due: bool, after: str | None, limit: int) -> Page[Shown]:
    """Give the decisions not to act that are reviewed, in the order of receipt; no complaint about staff to whom it is about (R123)."""
    asked = select(Case).where(col(Case.review_at).is_not(None), ~complained_of(reader.sub, await leaders_of(edge, reader.sub)))
    if due:
        asked = asked.where(col(Case.review_at) <= edge.now)
    return await page(edge, asked.order_by(col(Case.received_at), col(Case.id)), show, after=after, limit=limit)


async def _lock_case(edge: Edge, case_id: UUID, by: Actor) -> Case:
    row = await edge.lock(Case, case_id, "case")
    if not await may_know(edge, row, by):
        raise NotFound("case")
    return row


async def _lock_request(edge: Edge, request_id: UUID, by: Actor) -> Request:
    """Lock a request after its case, as every path does."""
    seen = await edge.get(Request, request_id, "request")
    if seen.case_id is not None:
        await edge.lock(Case, seen.case_id, "case")
    row = await edge.lock(Request, request_id, "request")
    if not await may_read_request(edge, row, by):
        raise NotFound("request")
    return row


async def _waiting(edge: Edge, *, case_id: UUID | None = None, request_id: UUID | None = None) -> Erasure | None:
    about = col(Erasure.request_id) == request_id if case_id is None else col(Erasure.case_id) == case_id
    asked = select(Erasure).where(about, col(Erasure.state) == ErasureState.PROPOSED).with_for_update()
    return (await edge.session.scalars(asked)).one_or_none()


async def _supersede(edge: Edge, earlier: Erasure | None) -> None:
    if earlier is not None:
        earlier.state = ErasureState.SUPERSEDED
        await edge.session.flush()
