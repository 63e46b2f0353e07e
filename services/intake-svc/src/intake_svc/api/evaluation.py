"""Routes of an evaluation: the checklist and what was found, separate reports, and what grew (R59, R73, R98, R99)."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from chassis.http import OpenEdge, Router
from kernel.actor import Role
from pydantic import BaseModel, StringConstraints

from intake_svc.actions import case
from intake_svc.actions import evaluation as actions
from intake_svc.api.cases import READERS
from intake_svc.api.requests import NEEDS_REASON, actor_of
from intake_svc.api.views import CaseView
from intake_svc.model.evaluation import Found
from intake_svc.model.shapes import Code, Shape, Words
from intake_svc.tables import Report

evaluation = Router(prefix="/intake/v1", tags=["intake"])
Facts = Annotated[Words, StringConstraints(min_length=1)]


class FindingForm(Shape):
    """What was found on a point of the checklist, and the facts that show it."""

    point: Code
    found: Found
    facts: Facts


class ReportForm(Shape):
    """A separate request whose evaluation led here, and how."""

    request_id: UUID
    note: Facts


class GrowthForm(Shape):
    """What came to what was asked."""

    note: Facts


class FindingView(BaseModel):
    """What somebody found, and the facts that show it."""

    found: Found
    facts: str
    by: str
    at: datetime


class PointView(BaseModel):
    """A point of the checklist; the last finding counts, a point without one is open."""

    point: str
    asks: str
    cite: str
    open: bool
    findings: list[FindingView]

    @classmethod
    def of(cls, answer: actions.Answer) -> Self:
        """Show a point."""
        found = [FindingView(found=Found(row.found), facts=facts, by=row.by, at=row.at) for row, facts in answer.findings]
        return cls(point=answer.point.code, asks=answer.point.asks, cite=answer.point.cite, open=not found, findings=found)


class EvaluationView(BaseModel):
    """The checklist of a case's kind with what was found."""

    items: list[PointView]


class ReportView(BaseModel):
    """A separate request that led to a case's measure."""

    request_id: UUID
    by: str
    at: datetime

    @classmethod
    def of(cls, row: Report) -> Self:
        """Show a report."""
        return cls(request_id=row.request_id, by=row.by, at=row.at)


class ReportList(BaseModel):
    """The separate requests that led to a case's measure, oldest first."""

    items: list[ReportView]


@evaluation.get("/cases/{case_id}/evaluation", roles=READERS, reads="what was found on a case")
async def read_evaluation(edge: OpenEdge, case_id: UUID) -> EvaluationView:
    """Read the checklist of a case's kind, and what was found on each point."""
    _, answers = await actions.read_evaluation(edge, case_id, actor_of(edge))
    return EvaluationView(items=[PointView.of(one) for one in answers])


@evaluation.post(
    "/cases/{case_id}/findings",
    roles=(Role.EVALUATOR,),
    status=201,
    creates=True,
    refuses=("not_evaluated_now", "not_assignee", "no_such_point"),
    example={"point": "smallest_action", "found": "met", "facts": "A block on one wiki did not reach the other."},
)
async def add_finding(edge: OpenEdge, case_id: UUID, form: FindingForm) -> EvaluationView:
    """Say what you found on a point of the checklist, with the facts; an earlier finding stays beside it."""
    answers = await actions.find(edge, case_id, point=form.point, found=form.found, facts=form.facts, by=actor_of(edge))
    return EvaluationView(items=[PointView.of(one) for one in answers])


@evaluation.post(
    "/cases/{case_id}/reports",
    roles=(Role.EVALUATOR,),
    status=201,
    creates=True,
    refuses=("case_decided", "not_separate"),
    example={"request_id": "0199a1f0-0000-7000-8000-000000000001", "note": "Its evaluation showed the use of the tools."},
)
async def name_case_report(edge: OpenEdge, case_id: UUID, form: ReportForm) -> ReportList:
    """Name a separate request whose evaluation led to this case's measure."""
    rows = await actions.add_report(edge, case_id, form.request_id, note=form.note, by=actor_of(edge))
    return ReportList(items=[ReportView.of(row) for row in rows])


@evaluation.get("/cases/{case_id}/reports", roles=READERS, responses={400: NEEDS_REASON})
async def list_case_reports(edge: OpenEdge, case_id: UUID) -> ReportList:
    """List the separate requests that led to a case's measure."""
    return ReportList(items=[ReportView.of(row) for row in await actions.list_reports(edge, case_id, actor_of(edge))])


@evaluation.post(
    "/cases/{case_id}/expansions",
    roles=(Role.EVALUATOR,),
    refuses=("case_decided",),
    example={"note": "A third wiki is concerned; its contributors wrote."},
)
async def expand_case(edge: OpenEdge, case_id: UUID, form: GrowthForm) -> CaseView:
    """Put on record that what is asked grew.

    The clock stays; to move it, extend it for the cause `request_expanded`.
    """
    row = await actions.expand(edge, case_id, note=form.note, by=actor_of(edge))
    return CaseView.of(row, (await case.extensions_of(edge, row.id))[row.id], now=edge.now)
