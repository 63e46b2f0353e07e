"""The route of a case's file: everything on one page for counsel or a court, marked and logged (R95, D27)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.http import OpenEdge, Router
from kernel.actor import Role
from pydantic import BaseModel

from intake_svc.actions.file import CaseFile, read_file
from intake_svc.api.clocks import CauseView
from intake_svc.api.evaluation import PointView, ReportView
from intake_svc.api.evidence import EvidenceView, evidence_view
from intake_svc.api.holds import HoldView
from intake_svc.api.notes import NoteView
from intake_svc.api.requests import actor_of
from intake_svc.api.splitting import HandOverView, SplitView
from intake_svc.api.views import CaseView, ExtensionView, RecommendationView, RequestView, TimelineItem

file = Router(prefix="/intake/v1", tags=["intake"])


class MarkView(BaseModel):
    """For whom this copy was made, when, and why; every copy has its own."""

    reader: str
    role: str
    at: datetime
    reason: str
    request_id: str


class FiledRequest(RequestView):
    """A request with its texts and who sent it, as they came; `later` is what completed it."""

    content: dict[str, Any]
    requester: dict[str, str]
    later: list[dict[str, Any]]


class FiledExtension(ExtensionView):
    """An extension with its note."""

    note: str


class FiledRecommendation(RecommendationView):
    """A recommendation with its rationale."""

    rationale: str


class FiledKind(BaseModel):
    """That a case was of another kind before, and what became of its clock."""

    from_kind: str
    to_kind: str
    clock: str
    target_at: datetime | None = None
    by: str
    at: datetime


class AccessView(BaseModel):
    """Who looked at the case, by which operation and why."""

    role: str
    sub: str
    operation: str
    reason: str
    at: datetime


class FileView(BaseModel):
    """All that is kept of a case: of evidence what is known of it, never the bytes; `accesses` has every look before this one."""

    marked: MarkView
    case: CaseView
    requests: list[FiledRequest]
    notes: list[NoteView]
    evidence: list[EvidenceView]
    evaluation: list[PointView]
    reports: list[ReportView]
    recommendations: list[FiledRecommendation]
    extensions: list[FiledExtension]
    kinds: list[FiledKind]
    breach_causes: list[CauseView]
    holds: list[HoldView]
    splits: list[SplitView]
    hand_overs: list[HandOverView]
    timeline: list[TimelineItem]
    accesses: list[AccessView]


@file.get("/cases/{case_id}/file", roles=(Role.LEGAL, Role.AUDITOR), reads="the whole file of a case")
async def read_case_file(edge: OpenEdge, case_id: UUID) -> FileView:
    """Read everything of a case, for counsel or a court: the copy names its reader, and that it was made is in the case's trail.

    A case of child protection is read so by who is of the named group besides.
    """
    actor = actor_of(edge)
    found = await read_file(edge, case_id, actor)
    mark = MarkView(
        reader=actor.sub, role=edge.by.role, at=edge.now, reason=(edge.access_reason or "").strip(), request_id=str(edge.request_id)
    )
    return _shown(found, mark, now=edge.now)


def _shown(found: CaseFile, mark: MarkView, *, now: datetime) -> FileView:
    made = [row for row, _ in found.extensions]
    shown = CaseView.of(found.row, made, now=now)
    extensions = [FiledExtension(until=row.until, cause=row.cause, by=row.by, at=row.at, note=note) for row, note in found.extensions]
    return FileView(
        marked=mark,
        case=shown,
        requests=[
            FiledRequest(**RequestView.of(one.row).model_dump(), content=one.content, requester=one.requester, later=list(one.later))
            for one in found.requests
        ],
        notes=[NoteView.of(one) for one in found.notes],
        evidence=[evidence_view(one) for one in found.evidence],
        evaluation=[PointView.of(one) for one in found.answers],
        reports=[ReportView.of(one) for one in found.reports],
        recommendations=[
            FiledRecommendation(**RecommendationView.of(one.row, one.spec).model_dump(), rationale=one.rationale)
            for one in found.recommendations
        ],
        extensions=extensions,
        kinds=[FiledKind.model_validate(one, from_attributes=True) for one in found.kinds],
        breach_causes=[CauseView.model_validate(one, from_attributes=True) for one in found.causes],
        holds=[HoldView.of(one) for one in found.holds],
        splits=[SplitView.of(one) for one in found.splits],
        hand_overs=[HandOverView.model_validate(one, from_attributes=True) for one in found.hand_overs],
        timeline=[TimelineItem.of(one, {}) for one in found.trail],
        accesses=[AccessView.model_validate(one, from_attributes=True) for one in found.accesses],
    )
