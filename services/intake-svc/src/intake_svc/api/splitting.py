"""Routes of what leaves a case: a matter that gets its own, and the case itself that passes to the other team (R86-R88, D12)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from chassis.http import OpenEdge, Router
from kernel.actor import Role
from kernel.kinds import Kind
from pydantic import BaseModel, Field, StringConstraints

from intake_svc.actions import case, passing_over
from intake_svc.actions import splitting as actions
from intake_svc.api.cases import READERS
from intake_svc.api.forms import CompletionForm
from intake_svc.api.requests import EXAMPLE, NEEDS_REASON, actor_of
from intake_svc.api.views import CaseView
from intake_svc.model.request import Team
from intake_svc.model.shapes import RequestKind, Shape, Words
from intake_svc.model.splitting import Along, Matter
from intake_svc.tables import Split

splitting = Router(prefix="/intake/v1", tags=["intake"])
Some = Annotated[list[UUID], Field(max_length=200, default_factory=list)]
Why = Annotated[Words, StringConstraints(min_length=1)]
MATTER = {name: part for name, part in EXAMPLE.items() if name not in {"channel", "requester"}}


class MatterForm(CompletionForm):
    """A second matter of one letter, as whoever read it puts it; who sent it and when is the letter's."""

    kind: RequestKind


class SplitForm(Shape):
    """Which request leaves the case, or which `matter` in its letter, why, and what goes along."""

    request_id: UUID
    note: Why
    matter: MatterForm | None = None
    notes: Some
    evidence: Some


class TeamForm(Shape):
    """To which team a case passes, and why."""

    team: Team
    note: Why


class SplitView(BaseModel):
    """A split: what left `case_id` and is served by `to_case_id` since; `carried` has the new id of each note and piece of evidence."""

    id: UUID
    case_id: UUID
    to_case_id: UUID
    request_id: UUID
    carried: dict[UUID, UUID] | None = None
    by: str
    at: datetime

    @classmethod
    def of(cls, row: Split, carried: Mapping[UUID, UUID] | None = None) -> Self:
        """Show a split."""
        said = {"id": row.id, "case_id": row.case_id, "to_case_id": row.to_case_id, "request_id": row.request_id}
        return cls(**said, carried=dict(carried) if carried else None, by=row.by, at=row.at)


class HandOverView(BaseModel):
    """That a case passed from one team to the other, and who had it until then."""

    from_team: Team
    to_team: Team
    from_assignee: str | None = None
    by: str
    at: datetime


class SplitList(BaseModel):
    """What was split off a case, and what it was split off from, oldest first."""

    items: list[SplitView]


class HandOverList(BaseModel):
    """How a case passed between the teams, oldest first."""

    items: list[HandOverView]


@splitting.post(
    "/cases/{case_id}/splits",
    roles=(Role.EVALUATOR,),
    status=201,
    creates=True,
    refuses=(
        "lanes_apart",
        "stays_staff_complaint",
        "case_decided",
        "in_review",
        "ending_proposed",
        "case_taken",
        "dmca_is_no_action",
        "request_over",
        "matter_incomplete",
        "not_joined",
        "waits_for_parts",
        "not_to_carry",
    ),
    example={
        "request_id": "0190b5a0-0000-7000-8000-000000000001",
        "note": "The letter tells of a second account, which is another matter.",
        "matter": MATTER,
    },
)
async def split_case(edge: OpenEdge, case_id: UUID, form: SplitForm) -> SplitView:
    """Split a matter off a case: a request that had joined it, or with `matter` a second one in a letter.

    It has a case of its own, counted from the first receipt of its letter, and goes on alone. Notes and evidence that are named go along
    under their own names; the case that they leave keeps its own. Legal holds lie on both. `/requests/{id}/joining` makes them one again.
    """
    matter = Matter(Kind(form.matter.kind), form.matter.brought()) if form.matter is not None else None
    along = Along(notes=form.notes, evidence=form.evidence)
    made = await actions.split(edge, case_id, form.request_id, matter=matter, along=along, note=form.note, by=actor_of(edge))
    return SplitView.of(made.row, made.carried)


@splitting.get("/cases/{case_id}/splits", roles=READERS, responses={400: NEEDS_REASON})
async def list_splits(edge: OpenEdge, case_id: UUID) -> SplitList:
    """List what was split off a case, and what it was split off from."""
    return SplitList(items=[SplitView.of(one) for one in await actions.list_splits(edge, case_id, actor_of(edge))])


@splitting.post(
    "/cases/{case_id}/hand-overs",
    roles=(Role.EVALUATOR, Role.TEAM_MANAGER),
    refuses=("case_decided", "same_team", "in_review", "ending_proposed", "case_taken"),
    example={"team": "legal", "note": "A court order came in; this is Legal's to answer."},
)
async def hand_case_over(edge: OpenEdge, case_id: UUID, form: TeamForm) -> CaseView:
    """Pass a case to the other team.

    Nobody has it then; its receipt and its clock stay, and from now on the other team is told of its clock.
    """
    row = await passing_over.pass_to_team(edge, case_id, form.team, note=form.note, by=actor_of(edge))
    return CaseView.of(row, (await case.extensions_of(edge, row.id))[row.id], now=edge.now)


@splitting.get("/cases/{case_id}/hand-overs", roles=READERS, responses={400: NEEDS_REASON})
async def list_hand_overs(edge: OpenEdge, case_id: UUID) -> HandOverList:
    """List how a case passed between the teams, and who had it each time."""
    found = await passing_over.list_hand_overs(edge, case_id, actor_of(edge))
    return HandOverList(items=[HandOverView.model_validate(one, from_attributes=True) for one in found])
