"""Routes of cases: list, read, assign, extend, recommend (R96-R100, R113)."""

from typing import Annotated, Literal
from uuid import UUID

from chassis.edge import Edge
from chassis.http import After, Limit, OpenEdge, Page, Router
from chassis.http.paging import DEFAULT_LIMIT
from fastapi import Query
from kernel.actor import Role
from kernel.kinds import Kind
from kernel.review import Level
from pydantic import AfterValidator

from intake_svc.actions import case, hand_over, reading, recommendation
from intake_svc.api.forms import AssignmentForm, ExtensionForm, RecommendationForm, ReleaseForm, one_subject, user_or_address
from intake_svc.api.requests import NEEDS_REASON, actor_of
from intake_svc.api.views import CaseView, RecommendedView, TimelineItem
from intake_svc.model.case import CaseState, Sort
from intake_svc.model.request import Team
from intake_svc.tables import Case

cases = Router(prefix="/intake/v1", tags=["intake"])
Subject = Annotated[str, AfterValidator(user_or_address)]
READERS = (Role.EVALUATOR, *(level.role for level in Level), Role.CHILD_PROTECTION, Role.AUDITOR)
"""Whoever evaluates or signs, the named group and the auditor; which of them sees which case is a rule's answer."""

RECOMMENDATION = {
    "course": "act",
    "rationale": "Local governance was tried on both projects and does not reach beyond one of them.",
    "action": {
        "kind": "global_ban",
        "accounts": [{"name": "Example troll"}],
        "grounds": ["harassment_multiple_projects"],
        "tou_basis": "Section 4, harassing and abusing others",
        "justification": {"why": "insufficient", "note": "Two communities tried and could not stop it."},
        "prior_warnings": ["https://example.wiki/wiki/User_talk:Example_troll"],
        "disclosure": "public",
        "disclosure_reason": "Communities must know whom they may not admit.",
    },
}


@cases.get("/cases", roles=READERS, responses={400: NEEDS_REASON})
async def list_cases(
    edge: OpenEdge,
    *,
    state: Annotated[CaseState | None, Query(description="where the case stands")] = None,
    kind: Annotated[Kind | None, Query(description="what it is about")] = None,
    team: Annotated[Team | None, Query(description="whose it is")] = None,
    assignee: Annotated[str | None, Query(max_length=128, description="who has it now")] = None,
    clock: Annotated[Literal["running", "at_risk", "breached", "stopped"] | None, Query(description="where its clock stands")] = None,
    subject: Annotated[Subject | None, Query(max_length=1_024, description="about whom: a user or an address; needs a reason")] = None,
    sort: Annotated[Sort, Query(description="the order; what has no clock comes after all that have one")] = Sort.DUE,
    after: After = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[CaseView]:
    """List the cases that you may see.

    By `due` minors at risk and threats to life come before all others, and what is decided after them. The named group sees child
    protection in the same list and gives a reason for it, unless `kind` asks for something else; whoever asks about a `subject` gives one
    too, and each such question is logged. Child protection is found by no subject.
    """
    about = one_subject(subject) if subject is not None else None
    wanted = reading.CaseFilter(state=state, kind=kind, team=team, assignee=assignee, clock=clock, subject=about, sort=sort)
    found = await reading.list_cases(edge, wanted, actor_of(edge), after=after, limit=limit)
    made = await case.extensions_of(edge, *(row.id for row in found.items))
    return Page(items=[CaseView.of(row, made[row.id], now=edge.now) for row in found.items], next=found.next)


@cases.get("/cases/{case_id}", roles=(*READERS, Role.SERVICE), responses={400: NEEDS_REASON})
async def read_case(edge: OpenEdge, case_id: UUID) -> CaseView:
    """Read where a case stands: ids, states and its clock.

    A case that you may not know of is not found. One of child protection is read by the named group, with a reason.
    """
    return await _view(edge, await reading.read_case(edge, case_id, actor_of(edge)))


@cases.get("/cases/{case_id}/timeline", roles=READERS, responses={400: NEEDS_REASON})
async def read_case_timeline(edge: OpenEdge, case_id: UUID, after: After = None, limit: Limit = DEFAULT_LIMIT) -> Page[TimelineItem]:
    """Read what happened on a case and its requests, refused attempts too, oldest first."""
    row = await reading.read_case(edge, case_id, actor_of(edge))
    similar = await reading.similar_to(edge, row)
    found = await reading.timeline(edge, row, after=after, limit=limit)
    return Page(items=[TimelineItem.of(one, similar) for one in found.items], next=found.next)


@cases.post(
    "/cases/{case_id}/assignment",
    roles=(Role.EVALUATOR,),
    refuses=("case_decided", "case_taken", "holder_changed", "lease_out_of_bounds", "complained_of"),
    example={"assignee": "person-1", "for": "P14D"},
)
async def assign_case(edge: OpenEdge, case_id: UUID, form: AssignmentForm) -> CaseView:
    """Give a case to an evaluator for a time.

    Whoever has it may hand it over or renew it; when the time is over, nobody has it. Without `for` it lasts 28 days. Another takes it over
    with `taken_from` and `reason`; of two who do so at once, one is refused.
    """
    by, to, term = actor_of(edge), form.assignee, form.lasts
    if form.taken_from is None or form.reason is None:
        return await _view(edge, await case.assign(edge, case_id, assignee=to, term=term, by=by))
    taken = await hand_over.take_over(edge, case_id, assignee=to, term=term, taken_from=form.taken_from, reason=form.reason, by=by)
    return await _view(edge, taken)


@cases.delete(
    "/cases/{case_id}/assignment", roles=(Role.EVALUATOR,), refuses=("not_assignee",), example={"note": "I am away for three weeks."}
)
async def release_case(edge: OpenEdge, case_id: UUID, form: ReleaseForm) -> CaseView:
    """Give back a case that you have before your time with it ends; nobody has it then."""
    return await _view(edge, await hand_over.give_back(edge, case_id, note=form.note, by=actor_of(edge)))


@cases.post(
    "/cases/{case_id}/extensions",
    roles=(Role.EVALUATOR,),
    refuses=("no_clock", "clock_stopped", "cause_not_accepted", "not_later", "in_the_past"),
    example={"until": "2026-12-14T09:30:00Z", "cause": "new_information", "note": "A second project sent evidence."},
)
async def extend_case(edge: OpenEdge, case_id: UUID, form: ExtensionForm) -> CaseView:
    """Move a case's target to a later time, for a cause that the policy accepts.

    The first target stays on record. A breached clock may be extended too: it blocks nothing.
    """
    row = await case.extend(edge, case_id, until=form.until, cause=form.cause, note=form.note, by=actor_of(edge))
    return await _view(edge, row)


@cases.post(
    "/cases/{case_id}/recommendations",
    roles=(Role.EVALUATOR,),
    status=201,
    creates=True,
    refuses=("case_decided", "not_assignee", "in_review", "action_missing", "dmca_is_no_action", "level_not_at_choice", "no_chain"),
    example=RECOMMENDATION,
)
async def recommend_on_case(edge: OpenEdge, case_id: UUID, form: RecommendationForm) -> RecommendedView:
    """Recommend to act, or not to act, on a case that you have.

    The action is kept as it was sent; its digest is what will be compared and signed. The case is in review then. What is still open of its
    evaluation refuses nothing: it is told in `open_points`, and in the timeline for whoever signs.
    """
    made = await recommendation.recommend(
        edge,
        case_id,
        course=form.course,
        rationale=form.rationale,
        levels=frozenset(form.optional_levels),
        action=form.action,
        by=actor_of(edge),
    )
    return RecommendedView.made(made)


async def _view(edge: Edge, row: Case) -> CaseView:
    return CaseView.of(row, (await case.extensions_of(edge, row.id))[row.id], now=edge.now)
