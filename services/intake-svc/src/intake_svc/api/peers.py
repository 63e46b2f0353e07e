"""Routes for the other services: what the bus does not carry, each read with a reason and logged (API: between services)."""

from uuid import UUID

from chassis.edge import Edge
from chassis.http import OpenEdge, Router
from kernel.actor import Role
from kernel.kinds import Kind
from kernel.names import canonical_user
from kernel.workdays import calendar_day

from intake_svc.actions import reading
from intake_svc.api.forms import PartyForm, one_way
from intake_svc.api.views import LetterView, PartyView, RecommendationView, RequesterView
from intake_svc.model.request import Channel, PartyHashes, RequestState, Standing
from intake_svc.rules.resolution import pointers_for, told_because

PARTY = {"email": "contributor@example.org", "wiki_user": "Contributor one"}

peers = Router(prefix="/intake/v1", tags=["intake", "between services"])
SERVICE = (Role.SERVICE,)


@peers.get("/cases/{case_id}/recommendations/{recommendation_id}", roles=SERVICE, reads="a recommendation")
async def read_recommendation(edge: OpenEdge, case_id: UUID, recommendation_id: UUID) -> RecommendationView:
    """Fetch a recommendation with its action as it was sent, to compare its digest and make the action of it."""
    row, spec = await reading.read_recommendation(edge, case_id, recommendation_id)
    return RecommendationView.of(row, spec)


@peers.get("/requests/{request_id}/requester", roles=SERVICE, reads="who asked")
async def read_requester(edge: OpenEdge, request_id: UUID) -> RequesterView:
    """Fetch who asked, to write to them."""
    row, said = await reading.read_requester(edge, request_id)
    on = calendar_day(row.decided_at) if row.decided_at else None
    return RequesterView(
        request_id=row.id,
        standing_as=Standing(row.standing_as),
        pointers=pointers_for(Kind(row.kind), on=on) if on and row.state == RequestState.DEFERRED else None,
        refused_because=told_because(row.grounds) if row.state == RequestState.REFUSED else None,
        **said,
    )


@peers.get("/requests/{request_id}/letter", roles=SERVICE, reads="a letter")
async def read_request_letter(edge: OpenEdge, request_id: UUID) -> LetterView:
    """Fetch the words of a letter that was passed on; the words of any other request are not found."""
    row, text = await reading.read_letter(edge, request_id)
    return LetterView(
        request_id=row.id,
        kind=row.kind,
        channel=Channel(row.channel),
        text=text,
        received_at=row.received_at,
        received_by_agent_at=row.received_by_agent_at,
    )


@peers.post("/cases/{case_id}/party", roles=SERVICE, reads="whether somebody asked for the case", limited=False, example=PARTY)
async def ask_case_party(edge: OpenEdge, case_id: UUID, form: PartyForm) -> PartyView:
    """Ask whether somebody is a requester of the case, by e-mail or wiki account; no name comes back."""
    return PartyView(party=await reading.is_party_of_case(edge, case_id, _hashes(edge, form)))


@peers.post("/requests/{request_id}/party", roles=SERVICE, reads="whether somebody asked", limited=False, example=PARTY)
async def ask_request_party(edge: OpenEdge, request_id: UUID, form: PartyForm) -> PartyView:
    """Ask whether somebody is the requester, by e-mail or wiki account; no name comes back."""
    return PartyView(party=await reading.is_party_of_request(edge, request_id, _hashes(edge, form)))


def _hashes(edge: Edge, form: PartyForm) -> PartyHashes:
    keyring, email = edge.runtime.keyring, one_way(form.email)
    return PartyHashes(
        email=keyring.hash("intake.email", email) if email else None,
        wiki_user=keyring.hash("intake.wiki_user", canonical_user(form.wiki_user)) if form.wiki_user else None,
    )
