"""Routes of the clocks: the kind that a case turned out to be, causes of a breach, and how clocks were kept (R96-R98, D5)."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from chassis.errors import Malformed
from chassis.http import OpenEdge, Router
from fastapi import Query
from kernel.actor import Role
from kernel.deadline import ExtensionCause
from kernel.kinds import Kind
from pydantic import BaseModel, StringConstraints

from intake_svc.actions import case, figures, kinds
from intake_svc.api.forms import Moment
from intake_svc.api.requests import actor_of
from intake_svc.api.views import CaseView, ReasonView
from intake_svc.model.shapes import Shape, Words

clocks = Router(prefix="/intake/v1", tags=["intake"])
Note = Annotated[Words, StringConstraints(min_length=1)]
COUNTERS = (Role.EVALUATOR, Role.TEAM_MANAGER, Role.DIRECTOR, Role.CHIEF, Role.LEGAL, Role.AUDITOR, Role.CHILD_PROTECTION)
YEAR = timedelta(days=366)


class KindForm(Shape):
    """What a case turned out to be, and what shows it."""

    kind: Kind
    reason: Note


class KindView(BaseModel):
    """A case of another kind, what became of its clock, and the first target that counted before."""

    case: CaseView
    clock: ReasonView
    target_before: datetime | None = None


class CauseForm(Shape):
    """Why a target passed (R98)."""

    cause: ExtensionCause
    note: Note


class CauseView(BaseModel):
    """Why a target passed, and who says so."""

    target_at: datetime
    cause: ExtensionCause
    by: str
    at: datetime


class KeptView(BaseModel):
    """How the clocks of one kind were kept, counted against the first targets; `late` and `past` are beyond them, extended or not."""

    kind: str
    in_time: int
    late: int
    running: int
    at_risk: int
    past: int
    extended: int
    unexplained: int
    turned: int
    turned_late: int


class AnsweredView(BaseModel):
    """How long answers took for cases of one kind, in hours from first receipt; half took `median_hours` or less."""

    kind: str
    answered: int
    median_hours: float
    longest_hours: float


class FiguresView(BaseModel):
    """The clocks of the cases received from `since` until before `until`, by kind, and how long answers took; without any none is shown."""

    since: datetime
    until: datetime
    kinds: list[KeptView]
    answers: list[AnsweredView]


@clocks.post(
    "/cases/{case_id}/kind",
    roles=(Role.EVALUATOR,),
    refuses=("case_decided", "in_review", "same_kind", "dmca_is_no_action", "stays_child_protection", "stays_staff_complaint"),
    example={"kind": "conduct_warning", "reason": "One remark on one page; no pattern."},
)
async def change_case_kind(edge: OpenEdge, case_id: UUID, form: KindForm) -> KindView:
    """Set a case to the kind that it turned out to be.

    Its receipt stays, the answer says what became of its clock, and a target that counted before stays on record. A case that is one of
    child protection from now on leaves its files and marks behind, and nobody has it: the named group takes it on.
    """
    changed = await kinds.change_kind(edge, case_id, form.kind, reason=form.reason, by=actor_of(edge))
    shown = CaseView.of(changed.row, (await case.extensions_of(edge, case_id))[case_id], now=edge.now)
    told = ReasonView(code=changed.clock.code, says=changed.clock.says, cite=changed.clock.cite)
    return KindView(case=shown, clock=told, target_before=changed.target_before)


@clocks.post(
    "/cases/{case_id}/breach-causes",
    roles=(Role.EVALUATOR,),
    status=201,
    creates=True,
    refuses=("not_breached",),
    example={"cause": "new_information", "note": "Two more wikis answered in the last week."},
)
async def explain_breach(edge: OpenEdge, case_id: UUID, form: CauseForm) -> CauseView:
    """Name the cause for which a target passed; the breach stays a breach."""
    row = await kinds.explain_breach(edge, case_id, cause=form.cause, note=form.note, by=actor_of(edge))
    return CauseView(target_at=row.target_at, cause=ExtensionCause(row.cause), by=row.by, at=row.at)


@clocks.get("/clock-figures", roles=COUNTERS)
async def read_clock_figures(
    edge: OpenEdge,
    since: Annotated[Moment | None, Query(description="from this receipt on; a year ago when left out")] = None,
    until: Annotated[Moment | None, Query(description="before this receipt; now when left out")] = None,
) -> FiguresView:
    """Count how the policy clocks were kept, against the first targets, whatever was extended since, and how long answers took (R100)."""
    end = until or edge.now
    begin = since or end - YEAR
    if begin >= end:
        raise Malformed("malformed", "query.since: It must be before `until`.")
    found = await figures.clock_figures(edge, actor_of(edge), since=begin, until=end)
    answers = await figures.answer_figures(edge, actor_of(edge), since=begin, until=end)
    return FiguresView(
        since=begin,
        until=end,
        kinds=[KeptView.model_validate(one, from_attributes=True) for one in found],
        answers=[AnsweredView.model_validate(one, from_attributes=True) for one in answers],
    )
