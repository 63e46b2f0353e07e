"""Giving a notice to Lumen: exactly what a person has seen, once, with Lumen's receipt (D22)."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis.crypto import data_key
from chassis.deliveries import deliver
from chassis.edge import Edge, new_id
from chassis.errors import NotFound
from chassis.service import Parcel
from kernel.decision import Reason, Refused
from kernel.digest import digest
from kernel.workdays import calendar_day
from sqlmodel import col, select

from dmca_svc.actions.matter import Matter, matter_of
from dmca_svc.actions.text import READING, open_access, open_json, open_titles
from dmca_svc.model import PageState, State
from dmca_svc.model.lumen import LumenNotice, LumenPage, LumenStanding, LumenState
from dmca_svc.reading import Document
from dmca_svc.rules import lumen as rules
from dmca_svc.settings import settings_of
from dmca_svc.tables import LumenSubmission

KIND = "lumen"
_STALE = Reason("stale_digest", "What Lumen would be given has changed since you read it; read it again.", "D1")


@dataclass(frozen=True, slots=True)
class Preview:
    """What Lumen would be given, its digest, and whether it may be given now."""

    notice: dict[str, Any]
    digest: str
    reasons: tuple[Reason, ...]
    last: LumenSubmission | None


async def preview(matter: Matter, *, withhold_work: bool) -> Preview:
    """Make what Lumen would be given; the access is logged first, nothing is sent."""
    await open_access(matter)
    titles = await open_titles(matter, matter.named)
    reading = await open_json(matter, matter.latest.reading, place=READING)
    about = LumenNotice(
        received_at=matter.notice.received_at,
        pages=tuple(LumenPage(page.wiki, titles[page.id], page.state == PageState.REMOVED) for page in matter.named),
        name=reading["contact"].get("name"),
        organisation=reading["contact"].get("organisation"),
        work=reading["elements"].get("work", {}).get("where"),
    )
    found = rules.notice_for(about, withhold_work=withhold_work, on=calendar_day(matter.edge.now))
    last = await last_of(matter.edge, matter.notice.id)
    addresses = sum(len(work["infringing_urls_attributes"]) for work in found["works_attributes"])
    configured = settings_of(matter.edge.runtime).gives_to_lumen
    decision = rules.may_give(_standing(matter, last), configured=configured, addresses=addresses)
    return Preview(found, digest(found), decision.reasons, last)


async def give(edge: Edge, notice_id: UUID, *, seen: str, withhold_work: bool) -> tuple[Matter, Preview]:
    """Give a notice to Lumen as a person has seen it; it leaves the house after a minute in which it can be taken back.

    Raises:
        Refused: it may not be given, or it is not what was seen.
    """
    matter = await matter_of(edge, notice_id)
    found = await preview(matter, withhold_work=withhold_work)
    reasons = (*found.reasons, *([_STALE] if found.digest != seen else []))
    if reasons:
        raise Refused(reasons)
    key = await data_key(edge, notice_id)
    row = LumenSubmission(
        id=new_id(),
        notice_id=notice_id,
        delivery_id=deliver(edge, key, aggregate_id=notice_id, kind=KIND, intent={"notice": found.notice}),
        state=LumenState.QUEUED,
        digest=found.digest,
        by=edge.by.id,
        at=edge.now,
    )
    edge.session.add(row)
    await edge.session.flush()
    matter.note("lumen_queued")
    return matter, await preview(matter, withhold_work=withhold_work)


async def settle_lumen(edge: Edge, notice_id: UUID, *, lumen_id: str | None) -> Matter:
    """Record what a person found at Lumen where the sending could not tell; what is not there may be given again.

    Raises:
        Refused: what became of it is known already.
    """
    matter = await matter_of(edge, notice_id)
    row = await last_of(edge, notice_id)
    rules.may_settle(LumenState(row.state) if row else None).or_refuse()
    if row is None:
        raise AssertionError("the rule refuses what was never sent")
    if lumen_id is None:
        row.state = LumenState.FAILED
    else:
        row.state, row.lumen_id, row.receipt_at = LumenState.DELIVERED, lumen_id, edge.now
    matter.note(f"lumen_{row.state}")
    return matter


async def take_receipt(edge: Edge, parcel: Parcel, receipt: dict[str, Any]) -> None:
    """Lumen has it, by its own number."""
    matter, row = await _sent(edge, parcel)
    row.state, row.lumen_id, row.receipt_at, row.error = LumenState.DELIVERED, str(receipt["lumen_id"]), edge.now, None
    matter.note("lumen_delivered")


async def take_failure(edge: Edge, parcel: Parcel, state: str, code: str) -> None:
    """It did not get there, or nobody knows: a person sees it and goes on."""
    matter, row = await _sent(edge, parcel)
    row.state, row.error = LumenState(state), code
    matter.note(f"lumen_{row.state}")


async def last_of(edge: Edge, notice_id: UUID) -> LumenSubmission | None:
    """Give the last attempt to give a notice to Lumen."""
    mine = select(LumenSubmission).where(LumenSubmission.notice_id == notice_id).order_by(col(LumenSubmission.id).desc()).limit(1)
    return (await edge.session.scalars(mine)).first()


async def _sent(edge: Edge, parcel: Parcel) -> tuple[Matter, LumenSubmission]:
    matter = await matter_of(edge, parcel.aggregate_id)
    mine = select(LumenSubmission).where(LumenSubmission.delivery_id == parcel.delivery_id)
    row = (await edge.session.scalars(mine)).one_or_none()
    if row is None:
        raise NotFound("submission")
    return matter, row


def _standing(matter: Matter, last: LumenSubmission | None) -> LumenStanding:
    notice = matter.notice
    judged = notice.verdict is not None
    return LumenStanding(
        state=State(notice.state),
        document=Document.NOTICE if judged else Document(notice.document),
        announced=notice.unannounced_at is None,
        last=LumenState(last.state) if last else None,
    )
