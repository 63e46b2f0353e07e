"""Legal holds on what is kept of a case: laid, listed, released with a reason (D27)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.audit import log_access
from chassis.crypto import data_key, reveal_many
from chassis.edge import Edge, new_id
from chassis.errors import NotFound
from kernel.actor import Actor
from sqlalchemy import or_, select
from sqlmodel import col

from intake_svc.actions import dates
from intake_svc.actions.counsel import read_for_counsel
from intake_svc.actions.record import note_case
from intake_svc.model.hold import Record
from intake_svc.rules.hold import may_hold, may_release
from intake_svc.tables import Case, Evidence, Hold, Note, Recommendation

REASON, RELEASE_REASON = "hold.reason", "hold.release_reason"
_ROWS: dict[Record, type[Note] | type[Evidence] | type[Recommendation]] = {
    Record.NOTE: Note,
    Record.EVIDENCE: Evidence,
    Record.RECOMMENDATION: Recommendation,
}


@dataclass(frozen=True, slots=True)
class Held:
    """A hold as it is shown: its row, why it was laid, why it was released."""

    row: Hold
    reason: str
    release_reason: str | None = None


async def lay_hold(edge: Edge, case_id: UUID, record: Record, record_id: UUID, *, reason: str, until: datetime | None, by: Actor) -> Held:
    """Hold a record of the case: nothing of it is erased until the hold ends.

    Raises:
        NotFound: there is no such case, or they may not know of it.
        Refused: the case has no such record, or the hold would end before it begins.
    """
    row = await _locked(edge, case_id, by)
    may_hold(until=until, known=await _knows(edge, row, record, record_id), now=edge.now).or_refuse()
    key = await data_key(edge, row.id)
    hold = Hold(
        id=new_id(),
        case_id=row.id,
        record=record,
        record_id=record_id,
        reason=key.seal(reason, place=REASON),
        until=until,
        by=edge.by.id,
        at=edge.now,
    )
    edge.session.add(hold)
    note_case(edge, row, "held")
    return Held(hold, reason)


async def release_hold(edge: Edge, case_id: UUID, hold_id: UUID, *, reason: str, by: Actor) -> Held:
    """End a hold with a reason; it stays on record.

    Raises:
        NotFound: the case has no such hold.
        Refused: it has ended already.
    """
    row = await _locked(edge, case_id, by)
    hold = await edge.session.get(Hold, hold_id)
    if hold is None or hold.case_id != row.id:
        raise NotFound("hold")
    may_release(hold.facts(), now=edge.now).or_refuse()
    key = await data_key(edge, row.id)
    hold.released_at, hold.released_by = edge.now, edge.by.id
    hold.release_reason = key.seal(reason, place=RELEASE_REASON)
    await edge.session.flush()
    note_case(edge, row, "hold_released")
    # What the hold kept past its date goes now.
    await dates.set_dates(edge, row)
    await log_access(edge, "case", row.id)
    return (await show(edge, [hold]))[0]


async def list_holds(edge: Edge, case_id: UUID, reader: Actor) -> list[Held]:
    """Give every hold that was ever laid on a record of the case, oldest first; the look is logged."""
    row = await read_for_counsel(edge, case_id, reader)
    await log_access(edge, "case", row.id)
    return await show(edge, await holds_of(edge, row.id))


async def holds_of(edge: Edge, case_id: UUID) -> list[Hold]:
    """Give the holds of a case, oldest first."""
    return list(await edge.session.scalars(select(Hold).where(col(Hold.case_id) == case_id).order_by(col(Hold.id))))


async def show(edge: Edge, rows: list[Hold]) -> list[Held]:
    """Open the reasons of holds of a case whose access is logged."""
    reasons = await reveal_many(edge, [row.reason for row in rows], place=REASON)
    ended = [row for row in rows if row.release_reason is not None]
    opened = await reveal_many(edge, [row.release_reason for row in ended if row.release_reason is not None], place=RELEASE_REASON)
    why = {row.id: text for row, text in zip(ended, opened, strict=True)}
    return [Held(row, reason, why.get(row.id)) for row, reason in zip(rows, reasons, strict=True)]


async def is_held(edge: Edge, case_id: UUID, record: Record, record_id: UUID) -> bool:
    """Tell whether a hold lies on this record, or on its whole case, now."""
    on_it = (col(Hold.record) == record) & (col(Hold.record_id) == record_id)
    asked = select(Hold).where(col(Hold.case_id) == case_id, or_(on_it, col(Hold.record) == Record.CASE))
    return any(hold.facts().is_live(edge.now) for hold in await edge.session.scalars(asked))


async def _locked(edge: Edge, case_id: UUID, by: Actor) -> Case:
    await edge.lock(Case, case_id, "case")
    edge.access_reason = edge.access_reason or edge.operation
    return await read_for_counsel(edge, case_id, by)


async def _knows(edge: Edge, row: Case, record: Record, record_id: UUID) -> bool:
    if record is Record.CASE:
        return record_id == row.id
    if record is Record.REQUEST:
        return record_id in row.request_ids
    table = _ROWS[record]
    asked = select(col(table.id)).where(col(table.id) == record_id, col(table.case_id) == row.id)
    return await edge.session.scalar(asked) is not None
