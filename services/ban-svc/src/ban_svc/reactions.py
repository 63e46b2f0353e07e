"""When a case has a recommendation, or Legal decided on an infringer, an action is made of it; when an appeal decides, it is carried out.

Matrix row 3, R48, R49, R101, D1, D11.
"""

import json
from typing import Any
from uuid import UUID

from chassis.edge import Edge
from chassis.errors import NotFound
from chassis.runtime import Runtime
from chassis.service import Permanent, Reaction
from contracts.appeal import AppealChange
from contracts.case import CaseChange
from contracts.dmca_notice import DmcaNoticeChange
from kernel.digest import digest
from kernel.kinds import ACTION_KINDS, Kind
from kernel.review import Course, Level
from pydantic import BaseModel, ConfigDict, ValidationError
from sqlmodel import col, select

from ban_svc import actions
from ban_svc.model import ActionSpec, State
from ban_svc.model.termination import InfringerDecision
from ban_svc.tables import Action


class Recommendation(BaseModel):
    """What intake answers about a recommendation; a field it adds later is no fault of its."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    recommendation_id: UUID
    case_id: UUID
    course: Course
    evaluator: str
    optional_levels: tuple[Level, ...] = ()
    spec: dict[str, Any] | None = None
    digest: str
    named: tuple[str, ...] = ()

    def computed(self) -> str:
        """Compute the digest of what was fetched, the way intake computed it."""
        covered = {
            "case": str(self.case_id),
            "course": self.course,
            "evaluator": self.evaluator,
            "optional_levels": sorted(self.optional_levels),
            "spec": self.spec or {},
        }
        return digest(covered)


async def _fetch(runtime: Runtime, event: CaseChange) -> dict[str, Any]:
    """Ask intake for what was recommended, and for who asked: the bus carries neither. Whoever asked signs nothing (R115, D1)."""
    told = await _ask(runtime, event, f"cases/{event.case.case_id}/recommendations/{event.case.recommendation_id}")
    asked = [await _ask(runtime, event, f"requests/{one}/requester") for one in event.case.request_ids]
    return {**told, "named": [who["wiki_user"] for who in asked if "wiki_user" in who]}


async def _ask(runtime: Runtime, event: CaseChange, path: str) -> dict[str, Any]:
    return await runtime.peers.get("intake", f"/intake/v1/{path}", reason=f"event {event.meta.id}", request_id=event.meta.request_id)


async def _propose(edge: Edge, event: CaseChange, facts: dict[str, Any]) -> None:
    """Make the action, or, where one was returned, take the recommendation as the answer; what the law does not let be proposed goes back
    to its evaluator.
    """  # noqa: D205 - the summary is one sentence
    try:
        told = Recommendation.model_validate_json(json.dumps(facts))
        spec = ActionSpec.model_validate_json(json.dumps(told.spec)) if told.spec else None
        matches = told.digest == told.computed() == event.case.recommendation_digest
    except (ValidationError, ValueError) as error:
        # What it says is a case's text: its class is enough.
        raise Permanent(f"the recommendation cannot be read: {type(error).__name__}") from None
    if not matches or told.case_id != event.case.case_id or told.recommendation_id != event.case.recommendation_id:
        raise Permanent("what was fetched is not what the event names")
    kind = spec.kind if spec else _kind_of(event)
    if (returned := await _returned(edge, told, kind)) is not None:
        note = "A new recommendation answers the return."
        ids = {"evaluator": told.evaluator, "recommendation_id": told.recommendation_id}
        await actions.amend_or_send_back(edge, returned, note=note, spec=spec, text=told.spec, **ids)
        return
    proposal = actions.Proposal(
        course=told.course,
        evaluator=told.evaluator,
        digest=told.digest,
        kind=kind,
        spec=spec,
        text=told.spec,
        case_id=told.case_id,
        case_kind=Kind(event.case.kind),
        recommendation_id=told.recommendation_id,
        request_ids=tuple(event.case.request_ids),
        optional=frozenset(told.optional_levels),
        named=told.named,
    )
    await actions.propose_or_send_back(edge, proposal)


async def _returned(edge: Edge, told: Recommendation, kind: Kind) -> UUID | None:
    """Find the action of this case that waits for the evaluator's answer."""
    waiting = {"case_id": told.case_id, "kind": kind, "course": told.course, "evaluator": told.evaluator, "state": State.RETURNED}
    found = (
        await edge.session.scalars(
            select(Action)
            .filter_by(**waiting)
            .where(col(Action.recommendation_id).is_distinct_from(told.recommendation_id))
            .order_by(col(Action.id))
        )
    ).first()
    return found.id if found else None


def _kind_of(event: CaseChange) -> Kind:
    """Say what a decision not to act, which names no action, is about: the kind of its case."""
    kind = Kind(event.case.kind)
    return kind if kind in ACTION_KINDS else Kind.OTHER


async def _decided(edge: Edge, event: AppealChange, _facts: None) -> None:
    """Carry out what an appeal decided about one of our decisions, or say why it cannot be."""
    appeal = event.appeal
    if appeal.decision.kind != "action" or appeal.outcome is None:
        return
    try:
        await actions.apply_outcome(edge, appeal.decision.id, appeal_id=appeal.appeal_id, outcome=appeal.outcome, issuance=appeal.issuance)
    except NotFound:
        raise Permanent("the appeal names an action that is not here") from None


async def _fetch_decision(runtime: Runtime, event: DmcaNoticeChange) -> dict[str, Any]:
    """Ask dmca-svc for Legal's decision on an infringer: the one that the event names by its digest."""
    path = f"/dmca/v1/infringers/{event.dmca_notice.infringer_id}/decision"
    digest_of_it = str(event.dmca_notice.infringer_decision_digest)
    asked = {"reason": f"event {event.meta.id}", "request_id": event.meta.request_id}
    return await runtime.peers.get("dmca", path, params={"digest": digest_of_it}, **asked)


async def _terminate(edge: Edge, event: DmcaNoticeChange, facts: dict[str, Any]) -> None:
    """Propose the termination on the notice; whoever decided counts as its evaluator, who signs none of it (D1, D11)."""
    try:
        told = InfringerDecision.model_validate_json(json.dumps(facts))
        spec = ActionSpec.model_validate_json(json.dumps(told.spec()))
        matches = told.digest == told.computed() == event.dmca_notice.infringer_decision_digest
    except (ValidationError, ValueError) as error:
        # What it says is a notice's text: its class is enough.
        raise Permanent(f"the decision cannot be read: {type(error).__name__}") from None
    about = event.dmca_notice
    if not matches or not told.terminate or (told.notice_id, told.infringer_id) != (about.notice_id, about.infringer_id):
        raise Permanent("what was fetched is not what the event names")
    proposal = actions.Proposal(
        course=Course.ACT,
        evaluator=told.decided_by,
        digest=digest({"decision": told.digest, "course": Course.ACT, "evaluator": told.decided_by, "spec": told.spec()}),
        kind=Kind.ACCOUNT_TERMINATION,
        spec=spec,
        text=told.spec(),
        notice_id=told.notice_id,
        # One decision makes one action, whatever became of that action since.
        recommendation_id=told.decision_id,
    )
    await actions.propose(edge, proposal)


REACTIONS = {
    "office_actions.appeal_change.v1": {"decided": Reaction(apply=_decided)},
    "office_actions.case_change.v1": {"recommended": Reaction(fetch=_fetch, apply=_propose)},
    "office_actions.dmca_notice_change.v1": {"termination_recommended": Reaction(fetch=_fetch_decision, apply=_terminate)},
}
