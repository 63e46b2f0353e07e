"""Is this person directly involved (R105)? The owner of the file is asked, with no transaction open; no name comes back."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from chassis.audit import log_access
from chassis.crypto import Sealed, reveal
from chassis.edge import Edge
from chassis.errors import Malformed, NotFound, Unavailable
from chassis.http import Received
from chassis.peers import PeerFailed
from chassis.runtime import Runtime
from chassis.service import Permanent
from starlette.requests import Request

from appeals_svc import rules
from appeals_svc.actions.facts import facts_of, known
from appeals_svc.api.forms import AppealForm, VerificationForm
from appeals_svc.model import AppellantRole, DecisionKind
from appeals_svc.tables import Appeal, Decision


async def ask_when_filing(request: Request, received: Received) -> bool | None:
    """Ask about the appellant of a new appeal; None when nothing can be asked yet."""
    form = received.form(AppealForm)
    runtime: Runtime = request.app.state.runtime
    if form.claimed_informed_at is not None and form.claimed_informed_at > runtime.clock.law():
        raise Malformed("malformed", "body.claimed_informed_at: It must be a moment that has come; nobody was informed later than now.")
    if form.appellant.verified is None:
        return None
    async with runtime.edge("http:file_appeal") as edge:
        place = await _whom_to_ask(edge, form.decision.kind, form.decision.id, form.appellant.role)
    return await _ask(runtime, request, place, form.appellant.named())


async def ask_when_verified(request: Request, received: Received) -> bool | None:
    """Ask about the appellant of an appeal that is being verified; nobody is looked at for a body that says nothing."""
    received.form(VerificationForm)
    runtime: Runtime = request.app.state.runtime
    try:
        appeal_id = UUID(str(request.path_params["appeal_id"]))
    except ValueError as error:
        raise Malformed("malformed", "path.appeal_id: It must be a UUID.") from error
    async with runtime.edge("http:verify_appellant", access_reason="verification of the appellant") as edge:
        appeal = await edge.session.get(Appeal, appeal_id)
        if appeal is None:
            raise NotFound("appeal")
        place = await _whom_to_ask(edge, appeal.decision_kind, appeal.decision_id, AppellantRole(appeal.role))
        if place is None:
            return None
        who = await named_in(edge, appeal)
    return await _ask(runtime, request, place, who)


async def named_in(edge: Edge, appeal: Appeal) -> dict[str, str]:
    """Open who appeals; the look is logged.

    Raises:
        AccessReasonMissing: the caller gave no reason.
    """
    await log_access(edge, "appeal", appeal.id)
    sealed: dict[str, Sealed | None] = {"name": appeal.name, "email": appeal.email, "wiki_user": appeal.wiki_user}
    return {field: await reveal(edge, text, place=f"appeal.{field}") for field, text in sealed.items() if text is not None}


async def _whom_to_ask(edge: Edge, kind: str, decision_id: UUID, role: AppellantRole) -> tuple[str, str] | None:
    """Name the service and path that knows who is directly involved; None without a decision, or with nobody to ask."""
    decision = await known(edge, kind, decision_id)
    if decision is None or rules.final_issuance(await facts_of(edge, decision, role), edge.now) is None:
        return None
    return owner_of(decision, role)


def owner_of(decision: Decision, role: AppellantRole) -> tuple[str, str] | None:
    """Say who knows the parties: ban-svc the subject of an action, intake-svc and dmca-svc those who asked; None where nobody does."""
    if role is AppellantRole.SUBJECT:
        return ("ban", f"/bans/v1/actions/{decision.id}/party") if decision.kind == DecisionKind.ACTION else None
    if decision.kind == DecisionKind.NOTICE or (decision.kind == DecisionKind.ACTION and decision.case_id is None):
        return "dmca", f"/dmca/v1/notices/{decision.notice_id or decision.id}/party"
    if decision.kind == DecisionKind.ACTION:
        return "intake", f"/intake/v1/cases/{decision.case_id}/party"
    return "intake", f"/intake/v1/requests/{decision.id}/party"


async def _ask(runtime: Runtime, request: Request, place: tuple[str, str] | None, who: Mapping[str, str]) -> bool | None:
    if place is None:
        return None
    service, path = place
    try:
        answer = await runtime.peers.post(service, path, who, reason="appeal: are they directly involved", request_id=_id_of(request))
    except (PeerFailed, Permanent) as error:
        # An error is never an absence: without the answer nobody is called a stranger, and nothing is filed.
        raise Unavailable("The service that keeps this file could not say who is involved in it; nothing was filed, try again.") from error
    party = answer.get("party")
    if not isinstance(party, bool):
        raise Unavailable("The service that keeps this file gave no answer that can be read; nothing was filed, try again.")
    return party


def _id_of(request: Request) -> str | None:
    found: str | None = request.scope.get("office.request_id")
    return found
