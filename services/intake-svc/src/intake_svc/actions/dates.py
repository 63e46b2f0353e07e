"""When what is kept of a case or request goes: the dates of D27, set when a matter ends and anew when something changes them."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from chassis.edge import Edge
from chassis.ticker import cancel, schedule
from kernel.kinds import Kind
from kernel.workdays import calendar_day
from sqlalchemy import func, or_, select
from sqlmodel import col

from intake_svc.model.request import OVER, RequestState
from intake_svc.model.retention import Kept, Measure
from intake_svc.rules import POLICY
from intake_svc.rules import retention as rules
from intake_svc.tables import ActionHeard, AppealHeard, Case, Hold, Joining, Request, SealedRecord

CONTACTS, EXPIRY, REQUEST = "case.contacts", "case.retention", "request.retention"


async def set_dates(edge: Edge, row: Case) -> None:
    """Set the dates on which the contacts of a case, and then all of it, go; a case that goes on, or follows another, has none."""
    await forget_dates(edge, row)
    if not _has_dates(row):
        return
    kept, on = await kept_of(edge, row), calendar_day(edge.now)
    if kept.preserved:
        return
    contact, until = rules.contact_until(kept, on=on), rules.kept_until(kept, on=on)
    if contact is not None:
        schedule(edge, aggregate_id=row.id, kind=CONTACTS, due_at=contact)
    if rules.is_reviewed(kept) and row.decided_at is not None:
        row.review_at = row.review_at or rules.next_review(row.decided_at, on=on)
        schedule(edge, aggregate_id=row.id, kind=EXPIRY, due_at=max(row.review_at, edge.now))
    elif until is not None:
        schedule(edge, aggregate_id=row.id, kind=EXPIRY, due_at=until)


async def forget_dates(edge: Edge, row: Case) -> None:
    """Take the dates away: the case goes on, or they are set anew."""
    await cancel(edge, row.id, CONTACTS, EXPIRY)


def keep_request(edge: Edge, row: Request) -> None:
    """Set the date on which goes what came with a request that ended just now without a case; with one, the case's dates count."""
    until = rules.request_until(RequestState(row.state), _kept_alone(edge, row), on=calendar_day(edge.now))
    if row.case_id is None and until is not None:
        schedule(edge, aggregate_id=row.id, kind=REQUEST, due_at=until)


async def set_dates_of_served(edge: Edge, row: Case) -> None:
    """Set the dates of a case anew, and of the case that its request joined: what was preserved of it is so no more."""
    joined = select(col(Joining.case_id)).where(col(Joining.own_case_id) == row.id, col(Joining.parted_at).is_(None))
    for one in [row.id, *await edge.session.scalars(joined)]:
        await set_dates(edge, await edge.lock(Case, one, "case"))


async def look_again(edge: Edge, row: Case) -> datetime:
    """Tell when is asked again about a case that something keeps past its date.

    Whatever ends that sets the dates anew; only a hold may end by a date of its own.
    """
    asked = select(func.min(col(Hold.until))).where(col(Hold.case_id) == row.id, col(Hold.released_at).is_(None))
    ends = await edge.session.scalar(asked.where(col(Hold.until) > edge.now))
    return min(later(edge), ends or later(edge))


def later(edge: Edge) -> datetime:
    """Tell when is asked again at the latest about what is due to go and still needed."""
    return edge.now + timedelta(days=POLICY.value("looks_again_days", on=calendar_day(edge.now)))


async def kept_of(edge: Edge, row: Case) -> Kept:
    """Give what a rule asks about what is kept of a case, its joined requests' own cases too."""
    heard = await edge.session.scalars(
        select(ActionHeard).where(col(ActionHeard.case_id) == row.id).execution_options(populate_existing=True)
    )
    informed = await edge.session.scalar(select(func.max(col(Request.informed_at))).where(col(Request.id).in_(row.request_ids)))
    opened, ended = await _appeals(edge, [*row.action_ids, *row.request_ids])
    return Kept(
        kind=Kind(row.kind),
        over_at=row.decided_at,
        outcome=row.outcome,
        measures=tuple(
            Measure(Kind(one.kind), bool(one.acts), one.issued_at, one.informed_at, one.ended_at)
            for one in heard
            if one.kind is not None and one.issued_at is not None
        ),
        informed_at=informed,
        in_review=bool(row.open_action_ids) or row.awaits_action,
        held=await _is_held(edge, [row.id, *await cases_joined_to(edge, row)]),
        appealed=opened,
        appeal_ended_at=ended,
        preserved=await _is_preserved(edge, row),
        erased=row.erased_at is not None,
    )


async def kept_of_request(edge: Edge, row: Request) -> Kept:
    """Give what a rule asks about what is kept of a request: what its case has, or what it has by itself."""
    if row.case_id is not None:
        return replace(await kept_of(edge, await edge.get(Case, row.case_id, "case")), erased=row.erased_at is not None)
    opened, ended = await _appeals(edge, [row.id])
    return replace(_kept_alone(edge, row), appealed=opened, appeal_ended_at=ended, erased=row.erased_at is not None)


async def cases_joined_to(edge: Edge, row: Case) -> list[UUID]:
    """Give the cases that were closed because their request joined this one: their notes go with it."""
    joined = select(col(Joining.own_case_id)).where(col(Joining.case_id) == row.id, col(Joining.parted_at).is_(None))
    return [one for one in await edge.session.scalars(joined.order_by(col(Joining.own_case_id))) if one is not None]


def _has_dates(row: Case) -> bool:
    return row.decided_at is not None and row.erased_at is None and row.passed_on != "joined"


def _kept_alone(edge: Edge, row: Request) -> Kept:
    over = row.state in OVER or row.state == RequestState.FORWARDED
    kind = Kind(row.case_kind or row.kind)
    over_at = row.decided_at or (edge.now if over else None)
    return Kept(kind, over_at, informed_at=row.informed_at, preserved=kind is Kind.CHILD_PROTECTION)


async def _appeals(edge: Edge, decisions: list[UUID]) -> tuple[bool, datetime | None]:
    """Tell whether an appeal about one of these is open, and when the last one ended."""
    asked = select(func.bool_or(col(AppealHeard.ended_at).is_(None)), func.max(col(AppealHeard.ended_at)))
    opened, ended = (await edge.session.execute(asked.where(col(AppealHeard.decision_id).in_(decisions)))).one()
    return bool(opened), ended


async def _is_held(edge: Edge, case_ids: list[UUID]) -> bool:
    live = select(func.count()).where(
        col(Hold.case_id).in_(case_ids), col(Hold.released_at).is_(None), or_(col(Hold.until).is_(None), col(Hold.until) > edge.now)
    )
    return bool(await edge.session.scalar(live))


async def _is_preserved(edge: Edge, row: Case) -> bool:
    """Tell whether the law has what concerns a minor preserved still: no sealed record of it, or one whose key is there (D20)."""
    if row.kind != Kind.CHILD_PROTECTION:
        return False
    own = [row.id, *await cases_joined_to(edge, row)]
    kept = await edge.session.scalar(
        select(func.bool_and(col(SealedRecord.destroyed_at).is_not(None))).where(col(SealedRecord.case_id).in_(own))
    )
    return not kept
