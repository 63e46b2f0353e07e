"""Reading requests and cases: who may, and the access logged before anything sealed is opened (R95, D4, D20, DESIGN 7)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis import tables as house
from chassis.audit import log_access
from chassis.crypto import reveal
from chassis.edge import Edge
from chassis.errors import AccessReasonMissing, NotFound
from chassis.http import Page, page
from kernel.actor import Actor, Role
from kernel.kinds import Kind
from sqlalchemy import ColumnElement, Text, and_, cast, false, func, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col

from intake_svc.actions.complaint import leaders_of, led_by
from intake_svc.actions.subjects import about
from intake_svc.actions.words import content_of, later_of, requester_of
from intake_svc.model.case import CaseState, Sort
from intake_svc.model.request import PartyHashes, Team
from intake_svc.rules import case as case_rules
from intake_svc.rules import request as request_rules
from intake_svc.tables import Case, Recommendation, Request


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases a list is about; what is None does not matter."""

    state: CaseState | None = None
    kind: Kind | None = None
    team: Team | None = None
    assignee: str | None = None
    clock: str | None = None
    subject: tuple[str, str] | None = None
    sort: Sort = Sort.DUE


async def read_request(edge: Edge, request_id: UUID, reader: Actor) -> Request:
    """Give a request to someone who may see it; a service's read, and one of child protection, is logged."""
    row = await edge.get(Request, request_id, "request")
    if not await may_read_request(edge, row, reader):
        raise NotFound("request")
    filed_it = reader.sub == row.filed_by and reader.holds(Role.REQUESTER_DESK)
    if reader.holds(Role.SERVICE) or (row.kind == Kind.CHILD_PROTECTION and not filed_it):
        await log_access(edge, "request", row.id)
    return row


async def read_case(edge: Edge, case_id: UUID, reader: Actor) -> Case:
    """Give a case to someone who may see it; a service's read, and one of child protection, is logged."""
    row = await edge.get(Case, case_id, "case")
    if not case_rules.may_read_case(row.facts(), reader, now=edge.now, led_by=await led_by(edge, row, reader.sub)):
        raise NotFound("case")
    if reader.holds(Role.SERVICE) or row.kind == Kind.CHILD_PROTECTION:
        await log_access(edge, "case", row.id)
    return row


async def list_cases(edge: Edge, wanted: CaseFilter, reader: Actor, *, after: str | None, limit: int) -> Page[Case]:
    """List the cases that this person may see; a list that may show child protection needs a reason, and each such case is logged."""
    shows_lane = reader.holds(Role.CHILD_PROTECTION) and wanted.kind in {None, Kind.CHILD_PROTECTION}
    if shows_lane and not (edge.access_reason or "").strip():
        raise AccessReasonMissing
    query = select(Case).where(visible_to(reader, edge.now, led_by=await leaders_of(edge, reader.sub)))
    asked = ((Case.state, wanted.state), (Case.kind, wanted.kind), (Case.team, wanted.team), (Case.clock_state, wanted.clock))
    query = query.where(*(col(column) == value for column, value in asked if value is not None))
    if wanted.subject is not None:
        query = query.where(await about(edge, wanted.subject))
    if wanted.assignee is not None:
        query = query.where(col(Case.assignee) == wanted.assignee, col(Case.assigned_until) > edge.now)
    found: Page[Case] = await page(edge, query.order_by(*_order(wanted.sort)), lambda row: row, after=after, limit=limit)
    for row in found.items:
        if row.kind == Kind.CHILD_PROTECTION or wanted.subject is not None:
            await log_access(edge, "case", row.id)
    return found


async def may_read_request(edge: Edge, row: Request, reader: Actor) -> bool:
    """Tell whether somebody may see a request; a complaint about staff never, for whom it is about or whom they lead (R123)."""
    filed_it = reader.sub == row.filed_by and reader.holds(Role.REQUESTER_DESK)
    if row.case_kind == Kind.STAFF_COMPLAINT and not filed_it and not reader.holds(Role.SERVICE):
        case = await edge.session.get(Case, row.case_id) if row.case_id is not None else None
        if case is not None:
            return bool(case_rules.may_read_case(case.facts(), reader, now=edge.now, led_by=await led_by(edge, case, reader.sub)))
        if {reader.sub, *await leaders_of(edge, reader.sub)} & {*row.complained_of}:
            return False
    # A case may have become one of child protection since it was asked for.
    may_see_lane = filed_it or reader.holds(Role.SERVICE) or reader.holds(Role.CHILD_PROTECTION)
    kind = select(col(Case.kind)).where(col(Case.id) == row.case_id)
    if not may_see_lane and await edge.session.scalar(kind) == Kind.CHILD_PROTECTION:
        return False
    return bool(request_rules.may_read_request(row.facts(), reader))


def visible_to(reader: Actor, now: datetime, *, led_by: frozenset[str] = frozenset()) -> ColumnElement[bool]:
    """Say `may_read_case` in SQL; a test compares the two for every reader."""
    lane = col(Case.kind) == Kind.CHILD_PROTECTION
    seen: list[ColumnElement[bool]] = []
    if reader.roles & case_rules.SEES_ALL:
        seen.append(true())
    if reader.holds(Role.EVALUATOR):
        nobody = or_(col(Case.assigned_until).is_(None), col(Case.assigned_until) <= now)
        seen.append(or_(nobody, col(Case.assignee) == reader.sub, col(Case.recommended_by).is_not_distinct_from(reader.sub)))
    if reader.roles & case_rules.SIGNERS:
        seen.append(col(Case.state).in_(sorted(case_rules.REVIEWED)))
    if reader.holds(Role.TEAM_PEER):
        seen.append(col(Case.resolution_id).is_not(None))
    complaint = col(Case.kind) == Kind.STAFF_COMPLAINT
    about = complained_of(reader.sub, led_by)
    if reader.roles & case_rules.HEARS_COMPLAINTS:
        seen.append(complaint)
    else:
        about = or_(about, and_(complaint, func.cardinality(col(Case.complained_of)) == 0))
    theirs = and_(~lane, ~about, or_(false(), *seen))
    return or_(theirs, lane) if reader.holds(Role.CHILD_PROTECTION) else theirs


def complained_of(sub: str, led_by: frozenset[str]) -> ColumnElement[bool]:
    """Say `is_complained_of` in SQL."""
    return col(Case.complained_of).op("&&", is_comparison=True)(cast(sorted({sub, *led_by}), ARRAY(Text)))


def _order(sort: Sort) -> Sequence[Any]:
    if sort is Sort.RECEIVED:
        return col(Case.received_at), col(Case.id)
    if sort is Sort.DUE_LAST:
        return col(Case.rank).desc(), col(Case.due_at).desc(), col(Case.id).desc()
    return col(Case.rank), col(Case.due_at), col(Case.id)


async def timeline(edge: Edge, row: Case, *, after: str | None, limit: int) -> Page[Any]:
    """Give the trail of a case and of its requests, oldest first, refused attempts too."""
    trail = house.audit.c
    query = select(house.audit).where(trail.aggregate_id.in_([row.id, *row.request_ids])).order_by(trail.at, trail.id)
    return await page(edge, query, lambda one: one, after=after, limit=limit)


async def similar_to(edge: Edge, row: Case) -> dict[UUID, UUID]:
    """Give, for each request of the case that asks what an earlier one asks, that earlier request."""
    found = await edge.session.execute(
        select(col(Request.id), col(Request.similar_to)).where(col(Request.id).in_(row.request_ids), col(Request.similar_to).is_not(None))
    )
    return {request_id: earlier for request_id, earlier in found if earlier is not None}


async def read_recommendation(edge: Edge, case_id: UUID, recommendation_id: UUID) -> tuple[Recommendation, dict[str, Any] | None]:
    """Give a recommendation with its spec as it was sent; the access is logged."""
    row = await edge.get(Recommendation, recommendation_id, "recommendation")
    if row.case_id != case_id:
        raise NotFound("recommendation")
    await log_access(edge, "case", row.case_id)
    spec = None if row.spec is None else json.loads(await reveal(edge, row.spec, place="recommendation.spec"))
    return row, spec


async def read_requester(edge: Edge, request_id: UUID) -> tuple[Request, dict[str, str]]:
    """Give who asked, as they said; nothing once that was erased. The access is logged."""
    row = await edge.get(Request, request_id, "request")
    return row, await requester_of(edge, row)


async def read_letter(edge: Edge, request_id: UUID) -> tuple[Request, str]:
    """Give the words of a letter that was passed on, whole; the access is logged. Other requests' words are nobody's to fetch (D20)."""
    row = await edge.get(Request, request_id, "request")
    if row.forwarded_to is None:
        raise NotFound("letter")
    return row, "\n\n".join(_words([await content_of(edge, row), *await later_of(edge, row)]))


def _words(brought: Sequence[dict[str, Any]]) -> list[str]:
    """Put what came, in one go or in several, into the order of a letter: its words, then the links and the pages that it names."""
    evidence = [one for content in brought for one in content.get("evidence", [])]
    words = [text for content in brought for text in (content.get("summary", ""), *_texts(content))]
    links = [one["url"] for one in evidence if "url" in one]
    pages = [f"{one['wiki']}: {one['title']}" for content in brought for one in content.get("pages", [])]
    return [part for part in (*words, *links, *pages) if part.strip()]


def _texts(content: dict[str, Any]) -> list[str]:
    return [one["text"] for one in content.get("evidence", []) if "text" in one]


async def is_party_of_case(edge: Edge, case_id: UUID, who: PartyHashes) -> bool:
    """Tell whether somebody asked for this case, by e-mail or wiki account; no name is read (R105)."""
    await edge.get(Case, case_id, "case")
    await log_access(edge, "case", case_id)
    return await _asked(edge, col(Request.case_id) == case_id, who)


async def is_party_of_request(edge: Edge, request_id: UUID, who: PartyHashes) -> bool:
    """Tell whether somebody asked this, by e-mail or wiki account; no name is read (R105)."""
    await edge.get(Request, request_id, "request")
    await log_access(edge, "request", request_id)
    return await _asked(edge, col(Request.id) == request_id, who)


async def _asked(edge: Edge, where: ColumnElement[bool], who: PartyHashes) -> bool:
    said = [
        column == value
        for column, value in ((col(Request.email_hash), who.email), (col(Request.wiki_user_hash), who.wiki_user))
        if value is not None
    ]
    if not said:
        return False
    return (await edge.session.scalar(select(col(Request.id)).where(where, or_(*said)).limit(1))) is not None
