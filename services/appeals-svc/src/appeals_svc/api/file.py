"""What those who judge are shown: the question, the reasons, how the matter went; who asked for it only if necessary (D13)."""

from __future__ import annotations

from uuid import UUID

from chassis.audit import log_access
from chassis.crypto import Sealed, reveal
from chassis.edge import Edge
from chassis.http import OpenEdge, Router
from contracts import opaque
from kernel.actor import Role
from pydantic import BaseModel
from sqlmodel import col, select

from appeals_svc import rules
from appeals_svc.actions import rulings
from appeals_svc.actions.committee import hash_of
from appeals_svc.actions.facts import known, steps_of
from appeals_svc.actions.seats import Bench, bench_of
from appeals_svc.api.panel import REVIEWERS
from appeals_svc.api.views import DecisionView, RulingView, Z
from appeals_svc.model import AppellantRole, Channel
from appeals_svc.tables import Appeal, Term

file_api = Router(prefix="/appeals/v1", tags=["judging"])


class StepView(BaseModel):
    """One step of the procedure: what happened, in which role; never who."""

    at: Z
    what: str
    role: str
    level: str | None = None
    verdict: str | None = None


class TermView(BaseModel):
    """What the decision says from one of its versions on. `since_appeal` marks what changed after the appeal was filed."""

    at: Z
    nature: str
    issuance: int
    expires_at: Z | None = None
    irrevocable: bool
    since_appeal: bool


class AppellantInFile(BaseModel):
    """Who appeals, as far as those who judge must know."""

    role: AppellantRole
    name: str | None = None
    wiki_user: str | None = None


class FileView(BaseModel):
    """An appeal as it is judged. The case itself is not tried again."""

    appeal_id: UUID
    question: str
    decision: DecisionView
    matter: str | None = None
    acts: bool
    issuance: int | None = None
    channel: Channel
    filed_at: Z
    appellant: AppellantInFile
    reasons: str | None = None
    locale: str | None = None
    translation: str | None = None
    requester_needed: str | None = None
    terms: list[TermView]
    steps: list[StepView]


class RulingsView(BaseModel):
    """What the law was asked about an appeal, and whether it answers the same again."""

    items: list[RulingView]


@file_api.get(
    "/appeals/{appeal_id}/file",
    roles=(Role.COMMITTEE, Role.FACILITATOR, *REVIEWERS),
    reads="an appeal's file",
    refuses=("not_on_panel", "facilitator_took_part", "counsel_took_part"),
)
async def read_appeal_file(edge: OpenEdge, appeal_id: UUID) -> FileView:
    """Read what an appeal is judged by: for those whom counsel cleared, the facilitator and counsel who had no part."""
    bench = await bench_of(edge, appeal_id, lock=False)
    mine = bench.seat_of(hash_of(edge, opaque(edge.by.id)), member=edge.by.role == Role.COMMITTEE)
    accompanies = None if mine is not None else Role(edge.by.role)
    rules.may_read_file(None if mine is None else bench.facts_of(mine), accompanies, opaque(edge.by.id), bench.participants).or_refuse()
    return await _file(edge, bench)


@file_api.get("/appeals/{appeal_id}/rulings", roles=(Role.LEGAL, Role.AUDITOR))
async def replay_rulings(edge: OpenEdge, appeal_id: UUID) -> RulingsView:
    """Ask the law again what it was asked about an appeal, with the numbers of those dates."""
    await edge.get(Appeal, appeal_id, "appeal")
    return RulingsView(items=[RulingView.of(row, same=same) for row, same in await rulings.of(edge, appeal_id)])


async def _file(edge: Edge, bench: Bench) -> FileView:
    appeal = bench.appeal
    await log_access(edge, "appeal", appeal.id)
    decision = await known(edge, appeal.decision_kind, appeal.decision_id)
    terms = await edge.session.scalars(select(Term).where(Term.decision_id == appeal.decision_id).order_by(col(Term.version)))
    steps = [] if decision is None else await steps_of(edge, decision)
    # Who asked for the case is known to those who judge only where counsel wrote down why they must (D13).
    named = appeal.role == AppellantRole.SUBJECT or appeal.requester_needed is not None
    return FileView(
        appeal_id=appeal.id,
        question=rules.QUESTION,
        decision=DecisionView(kind=appeal.decision_kind, id=appeal.decision_id),
        matter=appeal.matter,
        acts=decision is not None and decision.acts,
        issuance=appeal.issuance,
        channel=Channel(appeal.channel),
        filed_at=appeal.filed_at,
        appellant=AppellantInFile(
            role=AppellantRole(appeal.role),
            name=await _shown(edge, appeal.name, "name") if named else None,
            wiki_user=await _shown(edge, appeal.wiki_user, "wiki_user") if named else None,
        ),
        reasons=await _shown(edge, appeal.reasons, "reasons"),
        locale=appeal.locale,
        translation=await _shown(edge, appeal.translation, "translation"),
        requester_needed=await _shown(edge, appeal.requester_needed, "requester_needed"),
        terms=[
            TermView(
                at=one.at,
                nature=one.nature,
                issuance=one.issuance,
                expires_at=one.expires_at,
                irrevocable=one.irrevocable,
                since_appeal=one.at > appeal.filed_at,
            )
            for one in terms
        ],
        steps=[StepView(at=one.at, what=one.what, role=one.role, level=one.level, verdict=one.verdict) for one in steps],
    )


async def _shown(edge: Edge, text: Sealed | None, column: str) -> str | None:
    return None if text is None else await reveal(edge, text, place=f"appeal.{column}")
