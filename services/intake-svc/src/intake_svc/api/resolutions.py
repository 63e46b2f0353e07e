"""Routes of how a matter ends without an action: proposed, confirmed, opened again (R60, R111, R115, R116, D2)."""

from uuid import UUID

from chassis.http import OpenEdge, Router
from kernel.actor import Role

from intake_svc.actions import case, resolution
from intake_svc.api.cases import READERS as CASE_READERS
from intake_svc.api.forms import NoteForm, ResolutionForm
from intake_svc.api.requests import actor_of
from intake_svc.api.views import CaseView, ResolutionView

resolutions = Router(prefix="/intake/v1", tags=["intake"])
EVALUATOR, PEER = (Role.EVALUATOR,), (Role.TEAM_PEER,)
READERS = tuple(role for role in CASE_READERS if role is not Role.COMMUNICATIONS)
_ENDS = ("urgent_goes_on", "not_for_the_community", "refusal_without_ground", "ground_unknown")
_CASE = ("case_decided", "not_assignee", "in_review", "not_withdrawn", *_ENDS)
_REQUEST = ("not_waiting", "notice_is_judged_elsewhere", "not_withdrawn", *_ENDS)
DEFERRAL = {"how": "deferred", "note": "The noticeboard of the wiki has not been asked, and can decide it."}
REFUSAL = {"how": "refused", "grounds": ["preferential_treatment"], "note": "It asks for control over an article."}
NOTE = {"note": "Read in full; it fits."}


@resolutions.post("/cases/{case_id}/resolution", roles=EVALUATOR, status=201, creates=True, refuses=_CASE, example=DEFERRAL)
async def propose_resolution(edge: OpenEdge, case_id: UUID, form: ResolutionForm) -> ResolutionView:
    """Propose how a case ends without an action; a team peer confirms it.

    `deferred` leaves it to the community, which is what a matter rests on that names no ground; `refused` names one at least;
    `resolved_before_action` and `withdrawn` need none. Whoever has the case proposes, or any evaluator while nobody has it.
    """
    return ResolutionView.of(await resolution.propose(edge, case_id, form.proposed(), by=actor_of(edge)))


@resolutions.post(
    "/cases/{case_id}/resolution/confirmation", roles=PEER, refuses=("nothing_proposed", "own_resolution", *_CASE), example=NOTE
)
async def confirm_resolution(edge: OpenEdge, case_id: UUID, form: NoteForm) -> ResolutionView:
    """Confirm how a case ends, as another person than who proposed it or has the case.

    Its clock stops, and each of its requesters is told, with the day until when they may appeal a deferral or refusal.
    """
    return ResolutionView.of(await resolution.confirm(edge, case_id, note=form.note, by=actor_of(edge)))


@resolutions.get("/cases/{case_id}/resolution", roles=READERS, reads="the reasons of a resolution")
async def read_resolution(edge: OpenEdge, case_id: UUID) -> ResolutionView:
    """Read the last word on how a case ends without an action, with its reasons."""
    return ResolutionView.whole(await resolution.read(edge, case_id, actor_of(edge)))


@resolutions.post("/cases/{case_id}/reopening", roles=(Role.EVALUATOR, Role.TEAM_MANAGER), refuses=("not_closed",), example=NOTE)
async def reopen_case(edge: OpenEdge, case_id: UUID, form: NoteForm) -> CaseView:
    """Open a case again that a resolution closed; its clock goes on as if it had never stopped.

    What its requesters were told stays told, until the case ends anew.
    """
    row = await resolution.reopen(edge, case_id, note=form.note, by=actor_of(edge))
    return CaseView.of(row, (await case.extensions_of(edge, row.id))[row.id], now=edge.now)


@resolutions.post("/requests/{request_id}/resolution", roles=EVALUATOR, status=201, creates=True, refuses=_REQUEST, example=REFUSAL)
async def propose_request_resolution(edge: OpenEdge, request_id: UUID, form: ResolutionForm) -> ResolutionView:
    """Propose how a request ends that waits for its parts and has no case; a team peer confirms it."""
    return ResolutionView.of(await resolution.propose_for_request(edge, request_id, form.proposed(), by=actor_of(edge)))


@resolutions.post(
    "/requests/{request_id}/resolution/confirmation", roles=PEER, refuses=("nothing_proposed", "own_resolution", *_REQUEST), example=NOTE
)
async def confirm_request_resolution(edge: OpenEdge, request_id: UUID, form: NoteForm) -> ResolutionView:
    """Confirm how a request without a case ends, as another person than who proposed it; its requester is told."""
    return ResolutionView.of(await resolution.confirm_for_request(edge, request_id, note=form.note, by=actor_of(edge)))


@resolutions.get(
    "/requests/{request_id}/resolution",
    roles=(Role.EVALUATOR, Role.TEAM_PEER, Role.TEAM_MANAGER, Role.LEGAL, Role.AUDITOR),
    reads="the reasons of a resolution",
)
async def read_request_resolution(edge: OpenEdge, request_id: UUID) -> ResolutionView:
    """Read the last word on how a request without a case ends, with its reasons."""
    return ResolutionView.whole(await resolution.read_for_request(edge, request_id, actor_of(edge)))
