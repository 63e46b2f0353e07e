"""Routes of what becomes of a request beside its evaluation: taken back, joined, parted, passed on; and of who outside was alerted."""

from uuid import UUID

from chassis.http import OpenEdge, Router
from kernel.actor import Role
from pydantic import BaseModel

from intake_svc.actions import alert, case, complaint, joining, waiting
from intake_svc.api.cases import READERS
from intake_svc.api.forms import AlertForm, ComplainedOfForm, JoiningForm, NoteForm, PassingForm
from intake_svc.api.requests import actor_of
from intake_svc.api.views import AlertView, CaseView, RequestView

joinings = Router(prefix="/intake/v1", tags=["intake"])
EVALUATOR = (Role.EVALUATOR,)
NOTE = {"note": "Read in full; it fits."}
ALERT = {
    "kind": "law_enforcement_alerted",
    "authority": "The police of the town that the letter names.",
    "happened_at": "2026-11-02T09:30:00Z",
    "why": "A threat with a place and a day.",
}


class AlertList(BaseModel):
    """What passed between a case and the authorities, oldest first."""

    items: list[AlertView]


@joinings.post("/requests/{request_id}/withdrawal", roles=(Role.REQUESTER_DESK,), refuses=("request_over", "passed_on"), example=NOTE)
async def withdraw_request(edge: OpenEdge, request_id: UUID, form: NoteForm) -> RequestView:
    """Take a request back for its sender, at the desk that filed it.

    Its case goes on until an evaluator ends it: what it told of minors or threats to life is acted on all the same.
    """
    return RequestView.of(await waiting.withdraw(edge, request_id, note=form.note, by=actor_of(edge)))


@joinings.post(
    "/requests/{request_id}/joining",
    roles=EVALUATOR,
    refuses=(
        "not_to_join",
        "nothing_to_join",
        "case_decided",
        "joins_later_one",
        "own_case_has_gone_on",
        "others_joined",
        "lanes_apart",
        "urgent_goes_on",
    ),
    example={"note": "The same account, the same week."},
)
async def join_request(edge: OpenEdge, request_id: UUID, form: JoiningForm) -> RequestView:
    """Confirm that a request is about the matter of an earlier one: it joins that one's case and adds its weight.

    Without `to` it joins the request that it was found to be like. The case that it opened itself is closed.
    """
    return RequestView.of(await joining.join(edge, request_id, to=form.to, note=form.note, by=actor_of(edge)), to_staff=True)


@joinings.post(
    "/requests/{request_id}/joining/end", roles=EVALUATOR, refuses=("not_joined", "case_decided", "held_in_its_case"), example=NOTE
)
async def part_request(edge: OpenEdge, request_id: UUID, form: NoteForm) -> RequestView:
    """Part a request from the case that it joined by mistake; its own case is open again, with the clock that this had."""
    return RequestView.of(await joining.part(edge, request_id, note=form.note, by=actor_of(edge)), to_staff=True)


@joinings.post(
    "/requests/{request_id}/forwarding",
    roles=(Role.EVALUATOR, Role.LEGAL),
    refuses=("not_to_pass_on", "urgent_goes_on", "notice_goes_by_itself", "own_case_has_gone_on", "others_joined"),
    example={"document": "notice", "note": "It names a work and asks for its removal."},
)
async def pass_request_on(edge: OpenEdge, request_id: UUID, form: PassingForm) -> RequestView:
    """Pass a letter on that was sent as something else and is dmca-svc's to judge; its first receipt is kept.

    The case that it opened is closed. The designated agent has it from the moment of forwarding, unless it was sent to legal@.
    """
    return RequestView.of(await joining.pass_on(edge, request_id, document=form.document, note=form.note, by=actor_of(edge)), to_staff=True)


@joinings.post(
    "/cases/{case_id}/alerts",
    roles=(Role.EVALUATOR, Role.LEGAL, Role.CHILD_PROTECTION),
    status=201,
    creates=True,
    refuses=("not_yet",),
    example=ALERT,
)
async def record_alert(edge: OpenEdge, case_id: UUID, form: AlertForm) -> AlertView:
    """Put on record that law enforcement was alerted, or asked for nonpublic information: who, when, by whom and why."""
    words = {"authority": form.authority, "why": form.why, "note": form.note}
    row = await alert.record_contact(edge, case_id, alert.Contact(form.kind, form.happened_at, words), by=actor_of(edge))
    return AlertView.of(row, words)


@joinings.get("/cases/{case_id}/alerts", roles=READERS, reads="what passed between a case and the authorities")
async def list_alerts(edge: OpenEdge, case_id: UUID) -> AlertList:
    """List what passed between a case and the authorities, oldest first."""
    found = await alert.list_contacts(edge, case_id, actor_of(edge))
    return AlertList(items=[AlertView.of(row, words) for row, words in found])


@joinings.post("/cases/{case_id}/complained-of", roles=(Role.LEGAL,), example={"persons": ["person-7"]})
async def name_complained_of(edge: OpenEdge, case_id: UUID, form: ComplainedOfForm) -> CaseView:
    """Say whom of the staff a complaint is about: it is kept from them and from whom they lead, and open to others who evaluate.

    Until then only Legal and the auditor see it.
    """
    row = await complaint.name_complained_of(edge, case_id, form.persons, by=actor_of(edge))
    return CaseView.of(row, (await case.extensions_of(edge, row.id))[row.id], now=edge.now)
