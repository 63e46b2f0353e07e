"""The duty to report to NCMEC: decided by one, carried out in steps that survive any end, and insisted on until it is over (R55, D21)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.crypto import DataKey, data_key
from chassis.deliveries import deliver
from chassis.edge import Edge, new_id
from chassis.errors import NotFound
from chassis.service import Parcel
from chassis.ticker import cancel, move
from kernel.actor import Actor, Role
from kernel.workdays import calendar_day
from sqlalchemy import select
from sqlmodel import col

from intake_svc.actions.destruction import go_on_preserving, preserve
from intake_svc.actions.notes import lock_seen
from intake_svc.actions.readers import is_named
from intake_svc.actions.reading import read_case
from intake_svc.actions.record import note_case, say_case
from intake_svc.actions.sealed import LATE, lock_record, opened, put
from intake_svc.model.cybertip import Answered, Environment, Step, TipState, Waiving
from intake_svc.model.sealed import EntryKind
from intake_svc.rules import cybertip as rules
from intake_svc.tables import Case, CyberTip, CyberTipAttempt

SUBMIT, FINISH, RETRACT = "cybertip.submit", "cybertip.finish", "cybertip.retract"
WAIVER = "cybertip.waiver"


@dataclass(frozen=True, slots=True)
class Told:
    """The duty of a case, and each submission that was tried, oldest first."""

    tip: CyberTip
    attempts: list[CyberTipAttempt]


async def report(edge: Edge, case_id: UUID, *, incident: str, note: str, by: Actor) -> Told:
    """Decide that a case is reported, and send it at once; a decision not to report that waits falls.

    Raises:
        Refused: they are not named, it was reported or is under way, or the law lists no such violation.
    """
    row = await lock_seen(edge, case_id, by)
    record, key = await lock_record(edge, row.id)
    tip = await _lock(edge, row)
    rules.may_report(tip.facts(), named=await is_named(edge, by.sub), incident=incident, on=calendar_day(edge.now)).or_refuse()
    if key is None:
        raise NotFound("sealed record")
    put(edge, record, key, EntryKind.ADDED, {"words": note})
    tip.incident, tip.decided_by, tip.decided_at = incident, by.sub, edge.now
    tip.waived_as = tip.waived_by = tip.waiver = tip.second = tip.counsel = None
    if tip.state != TipState.OPEN:
        await go_on_preserving(edge, row)
    # What was retracted is filed anew.
    tip.state = TipState.OPEN
    note_case(edge, row, "cybertip_decided")
    await _send(edge, row, tip, key)
    return await _told(edge, tip)


async def waive(edge: Edge, case_id: UUID, what: Waiving, *, note: str, by: Actor) -> Told:
    """Propose not to report; a second named reader and Legal confirm it.

    Raises:
        Refused: they are not named, it was reported or is under way, or the exclusion does not cover it.
    """
    row = await lock_seen(edge, case_id, by)
    tip = await _lock(edge, row)
    rules.may_waive(tip.facts(), what, named=await is_named(edge, by.sub)).or_refuse()
    tip.waived_as, tip.waived_by = what.ground, by.sub
    tip.waiver = (await data_key(edge, row.id)).seal(note, place=WAIVER)
    note_case(edge, row, "cybertip_waiver_proposed")
    return await _told(edge, tip)


async def confirm_waiver(edge: Edge, case_id: UUID, *, by: Actor) -> Told:
    """Confirm a decision not to report; with the third person it stands, and a report that is open is retracted.

    Raises:
        Refused: nobody proposed it, they have a part in it already, or it is another's to confirm.
    """
    row = await lock_seen(edge, case_id, by)
    tip, legal = await _lock(edge, row), by.holds(Role.LEGAL)
    rules.may_confirm_waiver(tip.facts(), by=by.sub, named=await is_named(edge, by.sub), legal=legal).or_refuse()
    if legal:
        tip.counsel = by.sub
    else:
        tip.second = by.sub
    note_case(edge, row, "cybertip_waiver_confirmed")
    if rules.waived(tip.facts()):
        if tip.report_id is None:
            await _over(edge, row, tip, TipState.NOT_REQUIRED)
        else:
            _, key = await lock_record(edge, row.id)
            if key is not None:
                await _send(edge, row, tip, key)
    return await _told(edge, tip)


async def read_tip(edge: Edge, case_id: UUID, reader: Actor) -> Told:
    """Give where the duty of a case stands; the look is logged, and nothing of the report is opened."""
    row = await read_case(edge, case_id, reader)
    found = (await edge.session.scalars(select(CyberTip).where(col(CyberTip.case_id) == row.id))).one_or_none()
    if found is None:
        raise NotFound("report")
    return await _told(edge, found)


async def late(edge: Edge, row: Case) -> datetime | None:
    """Ask again about a duty that is not over: staff are told each time, and what failed is sent once more."""
    tip = await _lock(edge, row)
    if tip.state != TipState.OPEN:
        return None
    _attention(edge, row)
    if tip.step == Step.FAILED:
        _, key = await lock_record(edge, row.id)
        if key is not None:
            await _send(edge, row, tip, key, again=True)
    return rules.asked_again_at(tip.facts(), edge.now, on=calendar_day(edge.now))


async def begin_attempt(edge: Edge, parcel: Parcel, environment: Environment) -> tuple[CyberTip, Case, list[Mapping[str, Any]], UUID]:
    """Put a submission on record before it goes out, and give what the report is made of; the delivery's look is logged."""
    row, tip = await _of(edge, parcel)
    entries = await opened(edge, row)
    attempt = CyberTipAttempt(id=new_id(), tip_id=tip.id, environment=environment, at=edge.now)
    edge.session.add(attempt)
    return tip, row, [one.words for one in entries if one.what is not EntryKind.REPORT], attempt.id


async def keep_report(edge: Edge, parcel: Parcel, document: str) -> None:
    """Keep the report as it is sent in the sealed record, once for each wording."""
    row, _ = await _of(edge, parcel)
    record, key = await lock_record(edge, row.id)
    there = [one.words.get("document") for one in await opened(edge, row) if one.what is EntryKind.REPORT]
    if key is not None and document not in there:
        put(edge, record, key, EntryKind.REPORT, {"document": document})


async def end_attempt(edge: Edge, attempt_id: UUID, answered: Answered) -> None:
    """Say what became of a submission that opened nothing."""
    attempt = await edge.lock(CyberTipAttempt, attempt_id, "submission")
    attempt.answered = answered


async def note_lost(edge: Edge, parcel: Parcel) -> None:
    """Put a submission whose answer was lost before a person: it may have opened a report, which NCMEC drops unfinished."""
    row, tip = await _of(edge, parcel)
    sent = select(CyberTipAttempt).where(col(CyberTipAttempt.tip_id) == tip.id, col(CyberTipAttempt.answered) == Answered.SENT)
    lost = list(await edge.session.scalars(sent))
    for attempt in lost:
        attempt.answered = Answered.LOST
    if lost:
        note_case(edge, row, "cybertip_answer_lost")
        _attention(edge, row)


async def take_opened(edge: Edge, parcel: Parcel, receipt: dict[str, Any]) -> None:
    """Store the number of an opened report at once, and go on to finish it."""
    row, tip = await _of(edge, parcel)
    tip.report_id, tip.environment, tip.opened_at = receipt["report_id"], receipt["environment"], edge.now
    attempt = await edge.lock(CyberTipAttempt, UUID(receipt["attempt"]), "submission")
    attempt.answered, attempt.report_id = Answered.OPENED, tip.report_id
    note_case(edge, row, "cybertip_opened")
    await _send(edge, row, tip, await data_key(edge, (await lock_record(edge, row.id))[0].id), again=True)


async def take_ended(edge: Edge, parcel: Parcel, receipt: dict[str, Any]) -> None:
    """Take NCMEC's word on an opened report: it is finished, retracted, or gone; one that is gone is filed anew unless it was waived."""
    row, tip = await _of(edge, parcel)
    if receipt["outcome"] == "finished":
        tip.finished_at = edge.now
        await _over(edge, row, tip, TipState.FINISHED)
    elif rules.waived(tip.facts()):
        await _over(edge, row, tip, TipState.RETRACTED)
    else:
        dropped = select(CyberTipAttempt).where(col(CyberTipAttempt.tip_id) == tip.id, col(CyberTipAttempt.answered) == Answered.OPENED)
        for attempt in await edge.session.scalars(dropped):
            attempt.answered = Answered.DROPPED
        tip.report_id = tip.environment = tip.opened_at = None
        note_case(edge, row, "cybertip_dropped")
        _attention(edge, row)
        await _send(edge, row, tip, await data_key(edge, (await lock_record(edge, row.id))[0].id), again=True)


async def take_failure(edge: Edge, parcel: Parcel, state: str, code: str) -> None:  # noqa: ARG001  # the carrier's signature
    """Tell staff at once that a step failed; the duty stays, and is tried again at its date."""
    row, tip = await _of(edge, parcel)
    tip.step, tip.failure = Step.FAILED, code
    note_case(edge, row, "cybertip_failed")
    _attention(edge, row)


async def tip_of(edge: Edge, parcel: Parcel) -> CyberTip:
    """Give the duty that a delivery is about."""
    return await edge.get(CyberTip, parcel.aggregate_id, "report")


async def _send(edge: Edge, row: Case, tip: CyberTip, key: DataKey, *, again: bool = False) -> None:
    kind = SUBMIT if tip.report_id is None else RETRACT if rules.waived(tip.facts()) else FINISH
    tip.step, tip.failure = Step.SENDING, None
    # The intent names the case alone: where material is stands in the sealed record, and is read when it goes out.
    deliver(edge, key, aggregate_id=tip.id, kind=kind, intent={"case_id": str(row.id)}, urgent=True)
    if not again:
        await move(edge, row.id, LATE, rules.asked_again_at(tip.facts(), edge.now, on=calendar_day(edge.now)))


async def _over(edge: Edge, row: Case, tip: CyberTip, state: TipState) -> None:
    tip.state, tip.step, tip.failure = state, Step.OVER, None
    if state is TipState.RETRACTED:
        tip.report_id = tip.environment = tip.opened_at = None
    await cancel(edge, row.id, LATE)
    await preserve(edge, row)
    note_case(edge, row, f"cybertip_{state}")


def _attention(edge: Edge, row: Case) -> None:
    prior = row.public()
    row.version += 1
    say_case(edge, row, "attention_needed", prior)


async def _of(edge: Edge, parcel: Parcel) -> tuple[Case, CyberTip]:
    row = await edge.lock(Case, UUID(parcel.intent["case_id"]), "case")
    return row, await _lock(edge, row)


async def _lock(edge: Edge, row: Case) -> CyberTip:
    asked = select(CyberTip).where(col(CyberTip.case_id) == row.id).with_for_update().execution_options(populate_existing=True)
    found = (await edge.session.scalars(asked)).one_or_none()
    if found is None:
        raise NotFound("report")
    return found


async def _told(edge: Edge, tip: CyberTip) -> Told:
    asked = select(CyberTipAttempt).where(col(CyberTipAttempt.tip_id) == tip.id).order_by(col(CyberTipAttempt.id))
    return Told(tip, list(await edge.session.scalars(asked)))
