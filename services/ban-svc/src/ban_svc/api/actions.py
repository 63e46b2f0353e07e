"""Actions over HTTP: propose, sign, answer, enact, show receipts, read (R19, R91, R113, D1, D2)."""

from typing import Any
from uuid import UUID

from chassis.edge import Edge
from chassis.errors import NotAllowed
from chassis.http import After, Limit, OpenEdge, Page, Router, page
from kernel.actor import Role
from kernel.digest import digest
from kernel.kinds import Kind
from kernel.review import Level
from sqlalchemy import false
from sqlmodel import col, select

from ban_svc import actions, rules
from ban_svc.actions.inheritance import members_of
from ban_svc.actions.matter import roles_of
from ban_svc.actions.modification import released_of
from ban_svc.api.forms import AmendmentForm, EnforcementForm, NoteForm, PartyForm, ProposalForm, ReviewForm, WhyForm
from ban_svc.api.shapes import ActionView, PartyView, ReleasedView, SubjectView, TimelineView
from ban_svc.api.timeline import timeline_of
from ban_svc.api.views import view, view_list
from ban_svc.model import ActionSpec, State
from ban_svc.tables import Action

api = Router(prefix="/bans/v1", tags=["bans"])

SIGNERS = tuple(level.role for level in Level)
READERS = (Role.EVALUATOR, *SIGNERS, Role.ENFORCER, Role.CHILD_PROTECTION, Role.AUDITOR)
ENACTORS = (Role.ENFORCER, Role.CHILD_PROTECTION)
_ABOUT_SPECS = (
    "interaction_bans_off",
    "not_in_named_group",
    "dmca_elsewhere",
    "no_complaint",
    "already_proposed",
    "already_banned",
    "ground_unknown",
    "warnings_missing",
    "nobody_named",
    "ban_not_in_force",
    "range_too_wide",
    "ends_in_the_past",
    "field_not_of_kind",
    "no_emergency",
    "location_elsewhere",
    "rights_missing",
    "purpose_not_allowed",
    "reset_excludes_do_not_touch",
    "mixed_ranges",
)
_EXAMPLE = {
    "case_id": "0199a1f0-0000-7000-8000-000000000001",
    "course": "act",
    "spec": {
        "kind": "global_ban",
        "accounts": [{"name": "Loud visitor", "wiki": "examplewiki"}],
        "grounds": ["harassment_multiple_projects"],
        "tou_basis": "Terms of Use, section 4",
        "justification": {"why": "insufficient", "note": "Three communities asked for help."},
        "prior_warnings": ["https://example.org/wiki/User_talk:Loud_visitor"],
        "disclosure": "public",
        "disclosure_reason": "Global bans are listed.",
    },
}


@api.post("/actions", roles=(Role.EVALUATOR,), status=201, creates=True, refuses=_ABOUT_SPECS, example=_EXAMPLE)
async def propose_action(edge: OpenEdge, form: ProposalForm) -> ActionView:
    """Propose an action, or a decision not to act, on a case.

    The caller is its evaluator. The same text on the same case is the same action, however often it is sent.
    """
    text = as_sent(form.spec)
    rests_on = {"case": str(form.case_id)} if form.case_id else {"notice": str(form.notice_id)}
    covered = {**rests_on, "course": form.course, "evaluator": edge.by.id, "optional_levels": [], "spec": text}
    proposal = actions.Proposal(
        course=form.course,
        evaluator=edge.by.id,
        digest=digest(covered),
        kind=form.spec.kind,
        spec=form.spec,
        text=text,
        case_id=form.case_id,
        notice_id=form.notice_id,
    )
    return await view(edge, await actions.propose(edge, proposal), spec=form.spec)


@api.get("/actions", roles=READERS)
async def list_actions(
    edge: OpenEdge,
    *,
    case_id: UUID | None = None,
    individual_id: UUID | None = None,
    kind: Kind | None = None,
    state: State | None = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[ActionView]:
    """List actions in the order they were proposed; what is sealed is in no list.

    `individual_id` asks about a person: also those against an individual that is one with this one, as long as they count as one.
    """
    query = select(Action).order_by(col(Action.id))
    if Role.CHILD_PROTECTION not in roles_of(edge):
        # Whoever asks for the named group's alone is told of none, and none is looked at.
        query = query.where(false() if kind is Kind.CHILD_PROTECTION else col(Action.kind) != Kind.CHILD_PROTECTION)
    if individual_id is not None:
        query = query.where(col(Action.individual_id).in_(await members_of(edge, individual_id)))
    wanted = {"case_id": case_id, "kind": kind, "state": state}
    query = query.filter_by(**{name: value for name, value in wanted.items() if value is not None})
    found = await page(edge, query, lambda action: action, after=after, limit=limit)
    return Page(items=await view_list(edge, found.items), next=found.next)


_REASON = {
    "name": "X-Access-Reason",
    "in": "header",
    "required": False,
    "description": "Why you read the text; it is logged.",
    "schema": {"type": "string"},
}


@api.get("/actions/{action_id}", roles=READERS, openapi_extra={"parameters": [_REASON]})
async def read_action(edge: OpenEdge, action_id: UUID) -> ActionView:
    """Read an action.

    Its text and the signers' notes are shown when the header X-Access-Reason says why; that read is logged.
    """
    return await view(edge, await readable(edge, action_id))


@api.post(
    "/actions/{action_id}/reviews",
    roles=SIGNERS,
    refuses=(
        "not_in_turn",
        "evaluator_signs",
        "signed_already",
        "stale_digest",
        "review_closed",
        "level_not_in_chain",
        "involved",
        "recused",
        "withdrawn",
        "delegator_is_out",
        "in_force_already",
        "location_elsewhere",
    ),
    example={"level": "team_peer", "verdict": "approve", "digest": "0" * 64, "note": "The pattern is clear."},
)
async def sign_action(edge: OpenEdge, action_id: UUID, form: ReviewForm) -> ActionView:
    """Sign a level in its turn: approve, dissent, or return it with a question.

    The digest is that of the text that was read; a signature covers exactly that.
    """
    over_modification = await actions.is_of_modification(edge, action_id, form.digest)
    sign = actions.sign_modification if over_modification else actions.sign
    signed = await sign(edge, action_id, level=form.level, verdict=form.verdict, digest=form.digest, note=form.note)
    return await view(edge, signed)


@api.post(
    "/actions/{action_id}/amendments",
    roles=(Role.EVALUATOR,),
    refuses=("not_returned", "not_the_evaluator", "kind_changed", "location_elsewhere"),
    example={"spec": _EXAMPLE["spec"], "note": "A second account was found and is named now."},
)
async def amend_action(edge: OpenEdge, action_id: UUID, form: AmendmentForm) -> ActionView:
    """Answer a return, with a new text where one is needed; the signatures start anew over a new digest."""
    text = as_sent(form.spec) if form.spec else None
    return await view(edge, await actions.amend(edge, action_id, note=form.note, spec=form.spec, text=text))


@api.post(
    "/actions/{action_id}/recusals",
    roles=(*SIGNERS, Role.ENFORCER, Role.CHILD_PROTECTION),
    refuses=("signed_already", "recused", "not_open"),
    example={"why": "I know one of the people named."},
)
async def recuse_from_action(edge: OpenEdge, action_id: UUID, form: WhyForm) -> ActionView:
    """Step aside from an action before signing or enacting it."""
    return await view(edge, await actions.recuse(edge, action_id, why=form.why))


@api.post(
    "/actions/{action_id}/withdrawal",
    roles=(Role.EVALUATOR,),
    refuses=("not_the_evaluator", "not_open"),
    example={"note": "The account was locked by stewards meanwhile."},
)
async def withdraw_action(edge: OpenEdge, action_id: UUID, form: NoteForm) -> ActionView:
    """Take back a proposal that is neither decided against nor enacted; of an action in force, a modification that is not yet."""
    return await view(edge, await actions.withdraw(edge, action_id, note=form.note))


@api.post(
    "/actions/{action_id}/enactment",
    roles=ENACTORS,
    refuses=(
        "not_approved",
        "level_not_heard",
        "evaluator_enacts",
        "signer_enacts",
        "not_in_named_group",
        "enacted_already",
        "no_action",
        "recused",
        "involved",
    ),
    example={},
)
async def enact_action(edge: OpenEdge, action_id: UUID) -> ActionView:
    """Put an approved action, or modification, into force at this moment; every check answers accordingly from now on.

    An emergency measure is put into force before its signatures.
    """
    if await actions.is_modification_approved(edge, action_id):
        return await view(edge, await actions.enact_modification(edge, action_id))
    return await view(edge, await actions.enact(edge, action_id))


@api.post(
    "/actions/{action_id}/enforcement",
    roles=ENACTORS,
    refuses=(
        "not_in_force",
        "evaluator_enforces",
        "no_such_effect",
        "receipt_there",
        "bars_too_little",
        "bars_nothing",
        "location_elsewhere",
    ),
    example={"wiki": "metawiki", "effect": "lock", "receipt": {"log_id": 4711}},
)
async def enter_receipt(edge: OpenEdge, action_id: UUID, form: EnforcementForm) -> ActionView:
    """Enter the proof that an effect was done on a wiki; with the last one the action is enforced."""
    return await view(edge, await actions.enforce(edge, action_id, wiki=form.wiki, effect=form.effect, receipt=form.facts()))


@api.get("/actions/{action_id}/timeline", roles=READERS)
async def read_action_timeline(edge: OpenEdge, action_id: UUID) -> TimelineView:
    """Read everything that was done, or refused, on an action, in order."""
    await readable(edge, action_id)
    return TimelineView(items=await timeline_of(edge, action_id))


@api.get("/actions/{action_id}/subject", roles=(Role.SERVICE,), reads="the person")
async def read_subject(edge: OpenEdge, action_id: UUID) -> SubjectView:
    """Read whom an action is against, for the service that writes to them; the read is logged."""
    action, spec, accounts = await actions.subject_of(edge, action_id)
    released = [ReleasedView(name=one.name, wiki=one.wiki, modification_id=by) for one, by in await released_of(edge, action)]
    return SubjectView(
        action_id=action.id,
        kind=action.kind,
        individual_id=action.individual_id,
        accounts=accounts,
        enacted_at=action.enacted_at,
        expires_at=action.expires_at,
        irrevocable=action.irrevocable,
        warning=spec.warning if spec else None,
        reapply_criteria=list(spec.reapply_criteria) if spec and spec.reapply_criteria else None,
        no_rights_until=spec.no_rights_until if spec else None,
        pages=list(spec.pages) if spec and spec.pages else None,
        released=released or None,
    )


@api.post("/actions/{action_id}/party", roles=(Role.SERVICE,), reads="the person", example={"wiki_user": "Loud visitor"})
async def ask_action_party(edge: OpenEdge, action_id: UUID, form: PartyForm) -> PartyView:
    """Ask whether an account is one of the person's; no name comes back."""
    return PartyView(party=await actions.is_party(edge, action_id, wiki_user=form.wiki_user))


async def readable(edge: Edge, action_id: UUID) -> Action:
    """Give an action to whoever may read it: those of child protection are the named group's alone (D20)."""
    action = await edge.get(Action, action_id, "action")
    decision = rules.may_work_on(Kind(action.kind), roles_of(edge))
    if not decision:
        raise NotAllowed(decision.reasons[0].code, decision.reasons[0].says, decision.reasons[0].cite)
    return action


def as_sent(spec: ActionSpec) -> dict[str, Any]:
    """Give a spec as the JSON that its digest covers: what was said, nothing that was not."""
    found: dict[str, Any] = spec.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    return found
