"""An evaluator recommends, and what becomes of the action decides the case (R59, R99, R101, R113, D1, D2)."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from chassis.crypto import data_key
from chassis.edge import Edge, new_id
from chassis.ticker import cancel
from kernel.actor import Actor
from kernel.deadline import ClockState
from kernel.decision import Reason
from kernel.digest import digest
from kernel.kinds import Kind
from kernel.review import Course, Level
from kernel.workdays import calendar_day

from intake_svc.actions import dates
from intake_svc.actions.case import lock_for
from intake_svc.actions.evaluation import open_points
from intake_svc.actions.proposal import supersede
from intake_svc.actions.record import note_case, say_case
from intake_svc.model.action_spec import ActionSpec
from intake_svc.model.case import CaseState, Proposal
from intake_svc.rules import case as rules
from intake_svc.tables import Case, Recommendation


@dataclass(frozen=True, slots=True)
class Recommended:
    """A recommendation as it was made, and what was still open then: whoever signs is told, and nothing waits for it (R73, R113)."""

    row: Recommendation
    open_points: tuple[Reason, ...]


async def recommend(
    edge: Edge, case_id: UUID, *, course: Course, rationale: str, levels: frozenset[Level], action: ActionSpec | None, by: Actor
) -> Recommended:
    """Recommend to act or not to act; the case is in review then, and ban-svc makes the action of it (matrix row 3).

    Raises:
        Refused: the person does not have the case, it is decided or in review, or the action is missing or none of ours.
    """
    row = await lock_for(edge, case_id, by)
    proposal = Proposal(course, Kind(action.kind) if action else None, frozenset(levels))
    rules.may_recommend(row.facts(), proposal, by=by.sub, now=edge.now, on=calendar_day(edge.now)).or_refuse()
    prior = row.public()
    await supersede(edge, row)
    key = await data_key(edge, row.id)
    spec = action.as_sent() if action else None
    made = Recommendation(
        id=new_id(),
        case_id=row.id,
        course=course,
        evaluator=by.sub,
        optional_levels=sorted(levels),
        rationale=key.seal(rationale, place="recommendation.rationale"),
        spec=key.seal(json.dumps(spec), place="recommendation.spec") if spec is not None else None,
        digest=digest_of(row.id, course, by.sub, sorted(levels), spec),
        at=edge.now,
    )
    edge.session.add(made)
    still_open = await open_points(edge, row, course, proposal.spec_kind)
    row.state = CaseState.IN_REVIEW
    row.recommendation_id, row.recommendation_digest, row.course = made.id, made.digest, made.course
    row.recommended_by, row.recommended_at, row.awaits_action = by.sub, edge.now, True
    row.version += 1
    say_case(edge, row, "recommended", prior, reasons=still_open)
    return Recommended(made, still_open)


def digest_of(case_id: UUID, course: str, evaluator: str, levels: list[str], spec: object) -> str:
    """Give the digest that the event names and that ban-svc compares with what it fetches (D1)."""
    return digest(
        {"case": str(case_id), "course": str(course), "evaluator": evaluator, "optional_levels": [*map(str, levels)], "spec": spec or {}}
    )


async def note_action(edge: Edge, case_id: UUID, action_id: UUID) -> None:
    """Remember an action that was proposed on the case. No event: the action's own has told everybody."""
    row = await edge.lock(Case, case_id, "case")
    if action_id in row.action_ids:
        return
    row.action_ids = [*row.action_ids, action_id]
    row.open_action_ids = [*row.open_action_ids, action_id]
    row.awaits_action = False
    note_case(edge, row, "action_proposed")


async def take_back(edge: Edge, case_id: UUID, action_id: UUID, why: Literal["returned", "withdrawn"]) -> None:
    """Take the case back to evaluation when a level returns its action or the evaluator withdraws it; the clock runs on (D2)."""
    row = await edge.lock(Case, case_id, "case")
    back = rules.goes_back(row.facts(), str(action_id))
    row.open_action_ids = [one for one in row.open_action_ids if one != action_id]
    note_case(edge, row, f"action_{why}")
    if not back:
        # A later action on a decided case no longer keeps what is due to go (D27).
        await dates.set_dates(edge, row)
        return
    prior = row.public()
    row.state = CaseState.EVALUATING
    row.version += 1
    say_case(edge, row, "reopened", prior)


async def decide(edge: Edge, case_id: UUID, action_id: UUID, outcome: Literal["act", "no_action"], decided_at: datetime) -> None:
    """Mark the case decided by its action and stop the clock; a later action on the same case changes neither (R101, R106)."""
    row = await edge.lock(Case, case_id, "case")
    prior = row.public()
    row.open_action_ids = [one for one in row.open_action_ids if one != action_id]
    if action_id not in row.action_ids:
        row.action_ids = [*row.action_ids, action_id]
    if not rules.is_decided_by_action(row.facts()):
        note_case(edge, row, "action_decided")
        return
    await supersede(edge, row)
    row.state, row.outcome, row.decided_at = CaseState.DECIDED, outcome, decided_at
    row.awaits_action = False
    if row.clock_state is not None:
        row.clock_state, row.stopped_at = ClockState.STOPPED, decided_at
    row.version += 1
    await cancel(edge, row.id, "case.at_risk", "case.breached")
    say_case(edge, row, "decided", prior)
