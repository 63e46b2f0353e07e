"""Everything of a case on one page for counsel or a court, marked with who read it (R95, R113, D27)."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis import tables as house
from chassis.audit import Access, accesses_of
from chassis.crypto import reveal, reveal_many
from chassis.edge import Edge
from kernel.actor import Actor
from sqlalchemy import select
from sqlmodel import col

from intake_svc.actions import evaluation, evidence, holds, kinds, notes, passing_over, splitting
from intake_svc.actions.counsel import read_for_counsel
from intake_svc.actions.record import note_case
from intake_svc.actions.words import content_of, later_of, requester_of
from intake_svc.tables import BreachCause, Case, ExtensionRow, HandOver, KindChange, Recommendation, Report, Request, Split


@dataclass(frozen=True, slots=True)
class AskedFor:
    """A request as it came: its texts, who sent it, and what was sent later; of what was erased nothing."""

    row: Request
    content: dict[str, Any]
    requester: dict[str, str]
    later: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Recommended:
    """A recommendation with its rationale and the action as it was sent."""

    row: Recommendation
    rationale: str
    spec: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class CaseFile:
    """All that is kept of a case; of evidence what is known of it, never the bytes."""

    row: Case
    requests: list[AskedFor]
    notes: list[notes.Written]
    evidence: list[evidence.Shown]
    answers: list[evaluation.Answer]
    reports: list[Report]
    recommendations: list[Recommended]
    extensions: list[tuple[ExtensionRow, str]]
    kinds: list[KindChange]
    causes: list[BreachCause]
    holds: list[holds.Held]
    splits: list[Split]
    hand_overs: list[HandOver]
    trail: list[Any]
    accesses: list[Access]


async def read_file(edge: Edge, case_id: UUID, reader: Actor) -> CaseFile:
    """Open the file of a case, whole; that it was read is in the access log and in the trail of the case.

    Raises:
        NotFound: there is no such case, or they may not know of it.
    """
    row = await read_for_counsel(edge, case_id, reader)
    note_case(edge, row, "file_read")
    made = list(await edge.session.scalars(select(ExtensionRow).where(col(ExtensionRow.case_id) == row.id).order_by(col(ExtensionRow.id))))
    said = await reveal_many(edge, [one.note for one in made], place="extension.note")
    return CaseFile(
        row=row,
        requests=await _requests(edge, row),
        notes=await notes.notes_of(edge, row.id),
        evidence=await evidence.show(edge, await evidence.evidence_of(edge, row.id)),
        answers=await evaluation.answers_of(edge, row),
        reports=await evaluation.reports_of(edge, row.id),
        recommendations=await _recommendations(edge, row.id),
        extensions=list(zip(made, said, strict=True)),
        kinds=await kinds.changes_of(edge, row.id),
        causes=await kinds.causes_of(edge, row.id),
        holds=await holds.show(edge, await holds.holds_of(edge, row.id)),
        splits=await splitting.splits_of(edge, row.id),
        hand_overs=await passing_over.hand_overs_of(edge, row.id),
        trail=await _trail(edge, row),
        accesses=await accesses_of(edge, row.id),
    )


async def _requests(edge: Edge, row: Case) -> list[AskedFor]:
    found = []
    for one in await edge.session.scalars(select(Request).where(col(Request.case_id) == row.id).order_by(col(Request.id))):
        content = {} if one.content is None else await content_of(edge, one)
        found.append(AskedFor(one, content, await requester_of(edge, one), tuple(await later_of(edge, one))))
    return found


async def _recommendations(edge: Edge, case_id: UUID) -> list[Recommended]:
    asked = select(Recommendation).where(col(Recommendation.case_id) == case_id).order_by(col(Recommendation.id))
    rows = list(await edge.session.scalars(asked))
    why = await reveal_many(edge, [row.rationale for row in rows], place="recommendation.rationale")
    found = []
    for row, text in zip(rows, why, strict=True):
        spec = None if row.spec is None else json.loads(await reveal(edge, row.spec, place="recommendation.spec"))
        found.append(Recommended(row, text, spec))
    return found


async def _trail(edge: Edge, row: Case) -> list[Any]:
    trail = house.audit.c
    asked = select(house.audit).where(trail.aggregate_id.in_([row.id, *row.request_ids])).order_by(trail.at, trail.id)
    return list(await edge.session.execute(asked))
