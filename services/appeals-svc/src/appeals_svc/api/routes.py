"""Operations of an appeal: filing, reasons, verification, the gate, taking it back, and what is told of it (R104-R107)."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from chassis.audit import log_access
from chassis.crypto import reveal
from chassis.edge import Edge
from chassis.errors import NotFound
from chassis.http import After, Limit, OpenEdge, Page, Prepared, Router, page
from chassis.http.paging import DEFAULT_LIMIT
from fastapi import Query
from kernel.actor import Role
from sqlmodel import col, select

from appeals_svc.actions import appeals, counsel, withdrawal
from appeals_svc.actions.facts import eligibility
from appeals_svc.api.forms import AppealForm, CounselForm, EligibilityForm, ReasonsForm, TranslationForm, VerificationForm
from appeals_svc.api.party import ask_when_filing, ask_when_verified, named_in
from appeals_svc.api.views import AppealView, AppellantView, DecisionView, EligibilityView, LetterView
from appeals_svc.model import State
from appeals_svc.tables import Appeal

api = Router(prefix="/appeals/v1", tags=["appeals"])

DESK = (Role.REQUESTER_DESK,)
READERS = (Role.LEGAL, Role.FACILITATOR, Role.AUDITOR, Role.SERVICE, Role.REQUESTER_DESK)
EXAMPLE_ID = "0195a0c2-0000-7000-8000-000000000005"
EXAMPLE = {
    "decision": {"kind": "action", "id": EXAMPLE_ID},
    "appellant": {"role": "subject", "wiki_user": "Example", "verified": {"how": "answered from the account's confirmed address"}},
    "reasons": "The edits that the letter names were made by somebody else on a shared computer.",
    "channel": "mail",
}


@api.post("/appeals", roles=DESK, status=201, creates=True, prepares=ask_when_filing, example=EXAMPLE)
async def file_appeal(edge: OpenEdge, form: AppealForm, party: Annotated[bool | None, Prepared]) -> AppealView:
    """File an appeal.

    What is not eligible is filed as `ineligible`, with every reason. Without reasons they are asked for within fourteen days; without
    `verified` the appeal waits as `filed`, and nothing of the case is answered.
    """
    return AppealView.of(await appeals.file(edge, form.letter(), party=party))


@api.post(
    "/appeals/{appeal_id}/reasons", roles=DESK, refuses=("reasons_not_asked", "reasons_too_late"), example={"reasons": EXAMPLE["reasons"]}
)
async def give_reasons(edge: OpenEdge, appeal_id: UUID, form: ReasonsForm) -> AppealView:
    """Complete an appeal with the reasons it lacked; its filing date stays."""
    await _own(edge, appeal_id)
    return AppealView.of(await appeals.give_reasons(edge, appeal_id, form.reasons))


@api.post(
    "/appeals/{appeal_id}/verification",
    roles=DESK,
    prepares=ask_when_verified,
    refuses=("already_verified", "verification_not_awaited"),
    example={"how": "answered from the account's confirmed address"},
)
async def verify_appellant(edge: OpenEdge, appeal_id: UUID, form: VerificationForm, party: Annotated[bool | None, Prepared]) -> AppealView:
    """Put on record how the appellant was verified; only now the appeal is judged, as of its filing."""
    await _own(edge, appeal_id)
    return AppealView.of(await appeals.verify(edge, appeal_id, form.how, party=party))


@api.post(
    "/appeals/{appeal_id}/counsel",
    roles=(Role.LEGAL,),
    refuses=("not_with_counsel", "counsel_took_part"),
    example={"verdict": "approve", "note": "In time, by the subject, with reasons."},
)
async def decide_as_counsel(edge: OpenEdge, appeal_id: UUID, form: CounselForm) -> AppealView:
    """Approve that an appeal proceeds, or refuse it; the 28 days count from approval."""
    return AppealView.of(await counsel.decide(edge, appeal_id, form.verdict, form.note, requester_needed=form.requester_needed))


@api.post("/appeals/{appeal_id}/withdrawal", roles=DESK, refuses=("appeal_ended", "votes_are_open"))
async def withdraw_appeal(edge: OpenEdge, appeal_id: UUID) -> AppealView:
    """Take an appeal back for its appellant; before counsel let it proceed, it may be filed again while its time runs."""
    await _own(edge, appeal_id)
    return AppealView.of(await withdrawal.withdraw(edge, appeal_id))


@api.post(
    "/appeals/{appeal_id}/translation",
    roles=DESK,
    refuses=("appeal_ended", "nothing_to_translate", "translated_already"),
    example={"text": "The edits that the letter names were made by somebody else."},
)
async def translate_appeal(edge: OpenEdge, appeal_id: UUID, form: TranslationForm) -> AppealView:
    """Put the reasons into English beside those that came in, before anybody is seated to judge them."""
    await _own(edge, appeal_id)
    return AppealView.of(await withdrawal.translate(edge, appeal_id, form.text))


@api.post("/eligibility", roles=DESK, example={"decision": EXAMPLE["decision"], "role": "subject"})
async def ask_eligibility(edge: OpenEdge, form: EligibilityForm) -> EligibilityView:
    """Ask whether a decision could be appealed in a role, and until when; nothing is stored.

    The desk asks about what it filed: a request or notice behind the decision, or an appeal against it. Anything else is answered as a
    decision that nobody knows.
    """
    found = await eligibility(edge, form.decision.kind, form.decision.id, form.role, form.at(edge.now))
    return EligibilityView.of(found)


@api.get("/appeals/{appeal_id}", roles=READERS)
async def read_appeal(edge: OpenEdge, appeal_id: UUID) -> AppealView:
    """Read an appeal; the desk reads what it filed."""
    return AppealView.of(await _own(edge, appeal_id))


@api.get("/appeals", roles=READERS)
async def list_appeals(
    edge: OpenEdge,
    decision_id: Annotated[UUID | None, Query(description="appeals about this decision")] = None,
    state: Annotated[State | None, Query(description="appeals in this state")] = None,
    after: After = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[AppealView]:
    """List appeals, oldest first; the desk sees what it filed."""
    query = select(Appeal).order_by(col(Appeal.id))
    if decision_id is not None:
        query = query.where(Appeal.decision_id == decision_id)
    if state is not None:
        query = query.where(Appeal.state == state)
    if edge.by.role == Role.REQUESTER_DESK:
        query = query.where(Appeal.filed_by == edge.by.id)
    return await page(edge, query, AppealView.of, after=after, limit=limit)


@api.get("/appeals/{appeal_id}/appellant", roles=(Role.SERVICE,), reads="an appellant")
async def read_appellant(edge: OpenEdge, appeal_id: UUID) -> AppellantView:
    """Read who appeals, to write to them."""
    appeal = await edge.get(Appeal, appeal_id, "appeal")
    decision = DecisionView(kind=appeal.decision_kind, id=appeal.decision_id)
    return AppellantView.model_validate({"appeal_id": appeal.id, "role": appeal.role, "decision": decision, **await named_in(edge, appeal)})


@api.get("/appeals/{appeal_id}/letter", roles=(Role.LEGAL,), reads="an appellant's reasons")
async def read_appeal_letter(edge: OpenEdge, appeal_id: UUID) -> LetterView:
    """Read why somebody appeals and how they were verified, as counsel must before the gate."""
    appeal = await edge.get(Appeal, appeal_id, "appeal")
    await log_access(edge, "appeal", appeal.id)
    texts = {"reasons": appeal.reasons, "translation": appeal.translation, "verified_how": appeal.verified_how}
    shown = {field: await reveal(edge, text, place=f"appeal.{field}") for field, text in texts.items() if text is not None}
    return LetterView(appeal_id=appeal.id, claimed_informed_at=appeal.claimed_informed_at, **shown)


async def _own(edge: Edge, appeal_id: UUID) -> Appeal:
    """Find an appeal that the caller may know of.

    Raises:
        NotFound: there is none, or another person of the desk filed it.
    """
    appeal = await edge.get(Appeal, appeal_id, "appeal")
    if edge.by.role == Role.REQUESTER_DESK and appeal.filed_by != edge.by.id:
        raise NotFound("appeal")
    return appeal
