"""Individuals over HTTP: who is behind accounts and addresses, linked by two people, merged and split by two people (R17, R18, D23).

Other services may ask whose an account is, and are told that alone; each such answer is in the access log.
"""

from typing import Annotated
from uuid import UUID

from chassis.edge import Edge
from chassis.errors import AccessReasonMissing, Malformed
from chassis.http import After, Limit, OpenEdge, Page, Router, page
from fastapi import Query
from kernel.actor import Role
from sqlmodel import col, select

from ban_svc import actions
from ban_svc.actions import individuals as links
from ban_svc.actions import merges
from ban_svc.actions.matter import roles_of
from ban_svc.api.forms import NoteForm
from ban_svc.api.people_forms import LinkForm, MergeForm, ReasonForm, SplitForm
from ban_svc.api.people_views import IdentityView, IndividualView, identity_view, individual_list, individual_view, said_why
from ban_svc.model import AccountRef
from ban_svc.tables import Individual

individuals = Router(prefix="/bans/v1", tags=["individuals"])

SECOND = (Role.EVALUATOR, Role.TEAM_MANAGER)
READERS = (Role.EVALUATOR, Role.TEAM_MANAGER, Role.LEGAL, Role.AUDITOR)
_WAITS = ("nothing_to_confirm", "confirms_own", "involved")
_LINKS = (
    "linked_to_another",
    "linked_already",
    "link_proposed_already",
    "checkuser_is_no_identity",
    "staff_account",
    "performer_is_not_linked",
    "address_not_named",
    "range_too_wide",
)
_REASON = {
    "name": "X-Access-Reason",
    "in": "header",
    "required": False,
    "description": "Why you read names and evidence; it is logged.",
    "schema": {"type": "string"},
}
Name = Annotated[str | None, Query(min_length=1, max_length=1024, description="An account's name, as MediaWiki shows it")]


@individuals.post("/individuals", roles=(Role.EVALUATOR,), creates=True, example={})
async def open_individual(edge: OpenEdge) -> IndividualView:
    """Put somebody on record of whom nothing is known yet; accounts are linked next."""
    return await individual_view(edge, await links.open_individual(edge))


@individuals.get("/individuals", roles=(Role.SERVICE, *READERS), openapi_extra={"parameters": [_REASON]})
async def list_individuals(edge: OpenEdge, account: Name = None, after: After = None, limit: Limit = 50) -> Page[IndividualView]:
    """List individuals in the order they were put on record, or the one to whom an account is confirmed to belong.

    Asking about an account needs X-Access-Reason. A name that nobody knows gives an empty list; links that nobody confirmed give nothing.
    A service asks about an account always, and is told the person's id and every account that is confirmed to be theirs.
    """
    asks = roles_of(edge).isdisjoint(READERS)
    if (asks or account is not None) and not said_why(edge):
        raise AccessReasonMissing
    if asks and account is None:
        raise Malformed("malformed", "Name in `account` the account whose person you ask for.")
    query = select(Individual).order_by(col(Individual.id)) if account is None else actions.individuals_with(edge, account)
    found: Page[Individual] = await page(edge, query, lambda one: one, after=after, limit=limit)
    if asks:
        return Page(items=[await _holder(edge, one) for one in found.items], next=found.next)
    return Page(items=await individual_list(edge, found.items, named=account is not None), next=found.next)


@individuals.get("/individuals/{individual_id}", roles=READERS, openapi_extra={"parameters": [_REASON]})
async def read_individual(edge: OpenEdge, individual_id: UUID) -> IndividualView:
    """Read an individual; names and evidence are shown when the header X-Access-Reason says why, and that read is logged."""
    return await individual_view(edge, await edge.get(Individual, individual_id, "individual"))


@individuals.post(
    "/individuals/{individual_id}/identities",
    roles=(Role.EVALUATOR,),
    creates=True,
    refuses=_LINKS,
    example={
        "account": "Quiet visitor",
        "confidence": "confirmed",
        "evidence": "The same three pages in the same hour, and one odd phrase.",
    },
)
async def propose_identity(edge: OpenEdge, individual_id: UUID, form: LinkForm) -> IdentityView:
    """Propose that an account or address is this person's; nothing is inherited before a second person has confirmed it."""
    asked = {"account": form.account, "address": form.address}
    individual, identity = await links.propose_link(edge, individual_id, confidence=form.confidence, evidence=form.evidence, **asked)
    return await identity_view(edge, individual, identity)


@individuals.post(
    "/individuals/{individual_id}/identities/{identity_id}/confirmation",
    roles=SECOND,
    refuses=(*_WAITS, "linked_to_another", "evidence_too_old"),
    example={"note": "I looked at the same edits and see the same person."},
)
async def confirm_identity(edge: OpenEdge, individual_id: UUID, identity_id: UUID, form: NoteForm) -> IdentityView:
    """Confirm a link as the second person; a confirmed account inherits at this moment what stands against the person."""
    individual, identity = await links.confirm_link(edge, individual_id, identity_id, text=form.note)
    return await identity_view(edge, individual, identity)


@individuals.delete(
    "/individuals/{individual_id}/identities/{identity_id}",
    roles=SECOND,
    refuses=("named_by_decision", "unlinked_already"),
    example={"reason": "The account was created by a teacher for a class."},
)
async def unlink_identity(edge: OpenEdge, individual_id: UUID, identity_id: UUID, form: ReasonForm) -> IdentityView:
    """Undo a link, or turn a proposed one down, with a reason; what the account inherited ends at this moment."""
    individual, identity = await links.unlink(edge, individual_id, identity_id, reason=form.reason)
    return await identity_view(edge, individual, identity)


@individuals.post(
    "/individuals/{individual_id}/merge",
    roles=(Role.EVALUATOR,),
    creates=True,
    refuses=("merges_itself", "merged_already", "merge_waits"),
    example={"individual_id": "0199a1f0-0000-7000-8000-000000000006", "evidence": "Both wrote of the same journey on the same day."},
)
async def propose_merge(edge: OpenEdge, individual_id: UUID, form: MergeForm) -> IndividualView:
    """Propose that two individuals are one person; they are two until a second person has confirmed it."""
    return await individual_view(edge, await merges.propose_merge(edge, individual_id, form.individual_id, evidence=form.evidence))


@individuals.post(
    "/individuals/{individual_id}/merge/confirmation", roles=SECOND, refuses=_WAITS, example={"note": "The evidence is convincing."}
)
async def confirm_merge(edge: OpenEdge, individual_id: UUID, form: NoteForm) -> IndividualView:
    """Confirm a merge as the second person: what stands against one stands against all accounts of both from now on."""
    return await individual_view(edge, await merges.confirm_merge(edge, individual_id, text=form.note))


@individuals.delete(
    "/individuals/{individual_id}/merge",
    roles=SECOND,
    refuses=("nothing_to_confirm",),
    example={"reason": "They met each other in public."},
)
async def refuse_merge(edge: OpenEdge, individual_id: UUID, form: ReasonForm) -> IndividualView:
    """Turn a proposed merge down, with a reason."""
    return await individual_view(edge, await merges.refuse_merge(edge, individual_id, reason=form.reason))


@individuals.post(
    "/individuals/{individual_id}/split",
    roles=(Role.EVALUATOR,),
    creates=True,
    refuses=("not_merged", "merge_waits"),
    example={"individual_id": "0199a1f0-0000-7000-8000-000000000006", "reason": "Both spoke at the same hour in two cities."},
)
async def propose_split(edge: OpenEdge, individual_id: UUID, form: SplitForm) -> IndividualView:
    """Propose that two who were merged are two again; they count as one until a second person has confirmed it."""
    return await individual_view(edge, await merges.propose_split(edge, individual_id, form.individual_id, reason=form.reason))


@individuals.post("/individuals/{individual_id}/split/confirmation", roles=SECOND, refuses=_WAITS, example={"note": "They are two."})
async def confirm_split(edge: OpenEdge, individual_id: UUID, form: NoteForm) -> IndividualView:
    """Confirm a split as the second person: each has again what was theirs, and nothing is lost."""
    return await individual_view(edge, await merges.confirm_split(edge, individual_id, text=form.note))


@individuals.delete(
    "/individuals/{individual_id}/split",
    roles=SECOND,
    refuses=("nothing_to_confirm",),
    example={"reason": "The second city was a recording."},
)
async def refuse_split(edge: OpenEdge, individual_id: UUID, form: ReasonForm) -> IndividualView:
    """Turn a proposed split down, with a reason; the two stay one."""
    return await individual_view(edge, await merges.refuse_split(edge, individual_id, reason=form.reason))


async def _holder(edge: Edge, individual: Individual) -> IndividualView:
    names = await actions.names_of(edge, individual.id)
    return IndividualView(id=individual.id, accounts=[AccountRef(name=name) for name in names])
