"""What an evaluator goes through: findings, separate reports, and what is open when they recommend (R59, R73, R98, R99)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.audit import log_access
from chassis.crypto import data_key, reveal_many
from chassis.edge import Edge, new_id
from kernel.actor import Actor
from kernel.decision import Reason
from kernel.kinds import Kind
from kernel.review import Course
from kernel.workdays import calendar_day
from sqlalchemy import select
from sqlmodel import col

from intake_svc.actions.notes import keep_note, lock_seen
from intake_svc.actions.reading import read_case, read_request
from intake_svc.actions.record import note_case, say_case
from intake_svc.model.case import CaseState
from intake_svc.model.evaluation import Found, Point
from intake_svc.model.note import Topic
from intake_svc.rules import POLICY
from intake_svc.rules import evaluation as rules
from intake_svc.tables import Case, Finding, Report, Request

FACTS = "finding.facts"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found on a point, latest last; none where nobody has looked yet."""

    point: Point
    findings: tuple[tuple[Finding, str], ...]


async def find(edge: Edge, case_id: UUID, *, point: str, found: Found, facts: str, by: Actor) -> list[Answer]:
    """Say what was found on a point, with the facts; an earlier finding stands beside it.

    Raises:
        Refused: the person does not have the case, it is not in evaluation, or there is no such point.
    """
    row = await lock_seen(edge, case_id, by)
    holds = row.facts().held_by(edge.now) == by.sub
    rules.may_find(row.facts(), point, by_holder=holds, on=calendar_day(row.received_at)).or_refuse()
    key = await data_key(edge, row.id)
    edge.session.add(
        Finding(id=new_id(), case_id=row.id, point=point, found=found, facts=key.seal(facts, place=FACTS), by=edge.by.id, at=edge.now)
    )
    await edge.session.flush()
    note_case(edge, row, "found")
    await log_access(edge, "case", row.id)
    return await answers_of(edge, row)


async def read_evaluation(edge: Edge, case_id: UUID, reader: Actor) -> tuple[Case, list[Answer]]:
    """Give the checklist of a case with what was found; the look is logged."""
    row = await read_case(edge, case_id, reader)
    await log_access(edge, "case", row.id)
    return row, await answers_of(edge, row)


async def answers_of(edge: Edge, row: Case) -> list[Answer]:
    """Open the findings of a case whose access is logged; what was found under another kind's list comes last."""
    found = await _findings(edge, row.id)
    opened = await reveal_many(edge, [one.facts for one in found], place=FACTS)
    told = list(zip(found, opened, strict=True))
    points = rules.checklist(Kind(row.kind), on=calendar_day(row.received_at))
    asked = {point.code for point in points}
    former = dict.fromkeys(one.point for one in found if one.point not in asked)
    others = [Point(code, "Asked of the kind that the case was taken for before.", "R99") for code in former]
    return [Answer(point, tuple(one for one in told if one[0].point == point.code)) for point in (*points, *others)]


async def open_points(edge: Edge, row: Case, course: Course, action: Kind | None) -> tuple[Reason, ...]:
    """Give what is still open for a recommendation; nothing sealed is read for it."""
    latest = {one.point: Found(one.found) for one in await _findings(edge, row.id)}
    on = calendar_day(row.received_at)
    reports = len(await reports_of(edge, row.id))
    kinds = set(await edge.session.scalars(select(col(Request.kind)).where(col(Request.case_id) == row.id)))
    direct = action is not None and POLICY.value(action, on=on)["secondary"] and kinds == {action}
    return rules.open_points(Kind(row.kind), latest, course=course, asked_directly=direct, reports=reports, on=on).reasons


async def expand(edge: Edge, case_id: UUID, *, note: str, by: Actor) -> Case:
    """Put on record that what is asked grew; the clock stays unless it is extended for it (R98).

    Raises:
        Refused: the case is decided.
    """
    row = await _undecided(edge, case_id, by)
    prior = row.public()
    await keep_note(edge, row, Topic.EXPANSION, note)
    row.version += 1
    say_case(edge, row, "expanded", prior)
    return row


async def add_report(edge: Edge, case_id: UUID, request_id: UUID, *, note: str, by: Actor) -> list[Report]:
    """Name a separate request whose evaluation led here; once (R59, R99).

    Raises:
        NotFound: there is no such request, or the person may not see it.
        Refused: the case is decided, or the request is one of its own.
    """
    row = await _undecided(edge, case_id, by)
    await read_request(edge, request_id, by)
    rules.may_be_report(own=request_id in row.request_ids).or_refuse()
    there = await reports_of(edge, row.id)
    if request_id not in {one.request_id for one in there}:
        edge.session.add(Report(id=new_id(), case_id=row.id, request_id=request_id, by=edge.by.id, at=edge.now))
        await keep_note(edge, row, Topic.REPORT, note)
        await edge.session.flush()
        note_case(edge, row, "report_named")
    return await reports_of(edge, row.id)


async def list_reports(edge: Edge, case_id: UUID, reader: Actor) -> list[Report]:
    """Give the separate reports that led to a case's measure, oldest first."""
    return await reports_of(edge, (await read_case(edge, case_id, reader)).id)


async def reports_of(edge: Edge, case_id: UUID) -> list[Report]:
    """Give the separate reports of a case, oldest first."""
    return list(await edge.session.scalars(select(Report).where(col(Report.case_id) == case_id).order_by(col(Report.id))))


async def _findings(edge: Edge, case_id: UUID) -> Sequence[Finding]:
    return (await edge.session.scalars(select(Finding).where(col(Finding.case_id) == case_id).order_by(col(Finding.id)))).all()


async def _undecided(edge: Edge, case_id: UUID, by: Actor) -> Case:
    row = await lock_seen(edge, case_id, by)
    rules.may_grow(CaseState(row.state)).or_refuse()
    return row
