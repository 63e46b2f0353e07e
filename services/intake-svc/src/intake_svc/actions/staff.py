"""The staff directory: entered by an operator, kept as it was, each look at a person logged (R94, DESIGN 7)."""

from dataclasses import dataclass
from datetime import datetime

from chassis.audit import log_access, write_audit
from chassis.crypto import DataKey, Sealed, data_key, new_data_key, reveal
from chassis.edge import Edge, new_id
from chassis.errors import NotFound
from sqlalchemy import select
from sqlmodel import col

from intake_svc.rules.staff import StaffFacts, may_enter
from intake_svc.tables import Staff, StaffEntry

CONTACT, OLD_CONTACT = "staff.contact", "staff_entry.contact"


@dataclass(frozen=True, slots=True)
class Entry:
    """What the directory is to say of somebody; `since` None is now."""

    contact: str
    line_manager: str | None
    team: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What the directory says, or said, of somebody; `until` is when another entry took its place."""

    sub: str
    contact: str
    line_manager: str | None
    team: str
    since: datetime
    version: int
    until: datetime | None = None


async def enter_staff(edge: Edge, sub: str, entry: Entry) -> Found:
    """Enter somebody, or say anew what is so of them; what was said stays in their history. Said again unchanged, it is one entry.

    Raises:
        Refused: with every reason why the directory does not take it.
        Conflict: it changed since the caller read it.
        NotFound: the caller read somebody who is not there.
    """
    edge.access_reason = edge.access_reason or edge.operation
    asked = select(Staff).where(col(Staff.sub) == sub).with_for_update().execution_options(populate_existing=True)
    row = (await edge.session.scalars(asked)).one_or_none()
    if edge.if_match is not None:
        if row is None:
            raise NotFound("member of staff")
        edge.if_match.compare(edge.if_match.aggregate_id, row.version)
    if row is not None and await _says_already(edge, row, entry):
        return await _now(edge, row)
    since = entry.since or edge.now
    may_enter(StaffFacts(sub, entry.line_manager, since, row.since if row else None), now=edge.now).or_refuse()
    prior = str(row.version) if row else None
    if row is None:
        row, key = _new(edge, sub, entry, since)
    else:
        key = await data_key(edge, row.id)
        row.contact, row.line_manager, row.team, row.since = key.seal(entry.contact, place=CONTACT), entry.line_manager, entry.team, since
        row.version += 1
    edge.session.add(row)
    edge.session.add(_kept(edge, row, key.seal(entry.contact, place=OLD_CONTACT)))
    write_audit(edge, aggregate="staff", aggregate_id=row.id, operation="http:staff:entered", prior_state=prior, state=str(row.version))
    return Found(sub, entry.contact, row.line_manager, row.team, row.since, row.version)


async def read_staff(edge: Edge, sub: str, *, at: datetime | None = None) -> Found:
    """Read what the directory says of somebody, or said at an earlier time; the look is logged.

    Raises:
        NotFound: they are not in it, or were not yet.
    """
    row = (await edge.session.scalars(select(Staff).where(col(Staff.sub) == sub))).one_or_none()
    if row is None:
        raise NotFound("member of staff")
    await log_access(edge, "staff", row.id)
    if at is None or at >= row.since:
        return await _now(edge, row)
    mine = select(StaffEntry).where(col(StaffEntry.staff_id) == row.id)
    then = (await edge.session.scalars(mine.where(col(StaffEntry.since) <= at).order_by(col(StaffEntry.since).desc()).limit(1))).first()
    if then is None:
        raise NotFound("member of staff")
    after = mine.where(col(StaffEntry.version) == then.version + 1)
    until = (await edge.session.scalars(after)).one().since
    contact = await reveal(edge, then.contact, place=OLD_CONTACT)
    return Found(sub, contact, then.line_manager, then.team, then.since, then.version, until)


async def _now(edge: Edge, row: Staff) -> Found:
    await log_access(edge, "staff", row.id)
    return Found(row.sub, await reveal(edge, row.contact, place=CONTACT), row.line_manager, row.team, row.since, row.version)


async def _says_already(edge: Edge, row: Staff, entry: Entry) -> bool:
    said = await _now(edge, row)
    same = (said.contact, said.line_manager, said.team) == (entry.contact, entry.line_manager, entry.team)
    return same and entry.since in (None, said.since)


def _new(edge: Edge, sub: str, entry: Entry, since: datetime) -> tuple[Staff, DataKey]:
    staff_id = new_id()
    key = new_data_key(edge, staff_id)
    contact = key.seal(entry.contact, place=CONTACT)
    return Staff(id=staff_id, sub=sub, contact=contact, line_manager=entry.line_manager, team=entry.team, since=since), key


def _kept(edge: Edge, row: Staff, contact: Sealed) -> StaffEntry:
    return StaffEntry(
        id=new_id(),
        staff_id=row.id,
        version=row.version,
        contact=contact,
        line_manager=row.line_manager,
        team=row.team,
        since=row.since,
        by=edge.by.id,
        at=edge.now,
    )
