"""A decision in force over HTTP: lift, permit, modify, and what is carried out on wikis (R16, R29-R31, R91-R93, D26)."""

from datetime import date
from typing import Literal
from uuid import UUID

from chassis.http import After, Limit, OpenEdge, Page, Router, page
from kernel.actor import Role
from kernel.kinds import Kind
from pydantic import BaseModel
from sqlmodel import col, select

from ban_svc import actions, rules
from ban_svc.actions.matter import roles_of
from ban_svc.api.actions import READERS, as_sent
from ban_svc.api.forms import NoteForm
from ban_svc.api.life_forms import FailureForm, LiftForm, LookForm, ModificationForm, PermissionForm
from ban_svc.api.people_forms import ReasonForm
from ban_svc.api.shapes import ActionView, Moment
from ban_svc.api.views import view
from ban_svc.tables import Action, Enforcement

life = Router(prefix="/bans/v1", tags=["bans"])

CONFIRMERS = (Role.TEAM_MANAGER, Role.DIRECTOR)
_SECOND = ("nothing_waits", "confirms_own", "not_in_force", "involved", "recused", "named_group_alone")
_TURNED_DOWN = ("nothing_waits", "involved", "recused", "named_group_alone")
_SPEC = {
    "kind": "event_ban",
    "accounts": [{"name": "Loud visitor"}],
    "scope": {"everywhere": True},
    "grounds": ["harassment_at_events"],
    "tou_basis": "Terms of Use, section 4",
    "justification": {"why": "safety", "note": "Attendees were threatened."},
    "expires_at": "2027-11-02T00:00:00Z",
    "disclosure": "restricted",
    "disclosure_reason": "Event bans are on the restricted list.",
}


class OwedView(BaseModel):
    """One effect on one wiki, in the list of what waits, failed, was undone or is done.

    `mark` is what the log entry or summary says, and `must_bar` the rights that a block must take away (R84, R92).
    """

    action_id: UUID
    kind: str
    wiki: str
    effect: str
    state: Literal["waiting", "done", "failed", "drifted"]
    acting_account: Literal["wmfoffice", "staff"] | None = None
    log_id: int | None = None
    revision_id: int | None = None
    done_at: Moment | None = None
    looked_at: Moment | None = None
    mark: str
    must_bar: list[str] | None = None
    marked: bool | None = None
    still_marked: bool | None = None


@life.post(
    "/actions/{action_id}/lift",
    roles=(Role.TEAM_MANAGER,),
    refuses=("not_in_force", "nothing_to_lift", "proposed_already", "involved", "recused", "named_group_alone"),
    example={"reason": "It has served its purpose.", "note": "No incident in three years; the organisers agree."},
)
async def propose_lift(edge: OpenEdge, action_id: UUID, form: LiftForm) -> ActionView:
    """Propose to lift an action that has served its purpose; it holds until a second person confirms."""
    return await view(edge, await actions.propose_lift(edge, action_id, reason=form.reason, note=form.note))


@life.post(
    "/actions/{action_id}/lift/confirmation", roles=CONFIRMERS, refuses=_SECOND, example={"note": "I have read the file, and agree."}
)
async def confirm_lift(edge: OpenEdge, action_id: UUID, form: NoteForm) -> ActionView:
    """Lift an action, as the second person; from this moment nothing is covered by it, and range blocks that enforce it end too."""
    return await view(edge, await actions.confirm_lift(edge, action_id, note=form.note))


@life.delete(
    "/actions/{action_id}/lift", roles=CONFIRMERS, refuses=_TURNED_DOWN, example={"reason": "The organisers reported another incident."}
)
async def refuse_lift(edge: OpenEdge, action_id: UUID, form: ReasonForm) -> ActionView:
    """Turn a proposed lift down, with a reason, or take one's own back; the action holds as before."""
    return await view(edge, await actions.turn_down(edge, action_id, "lift", reason=form.reason))


@life.post(
    "/actions/{action_id}/permissions",
    roles=(Role.TEAM_MANAGER,),
    refuses=(
        "not_in_force",
        "nothing_to_except",
        "exception_is_everywhere",
        "exception_empty",
        "ends_in_the_past",
        "proposed_already",
        "involved",
        "recused",
    ),
    example={"scope": {"everywhere": False, "projects": ["examplewiki"]}, "until": "2027-01-31T00:00:00Z", "note": "To answer an inquiry."},
)
async def propose_permission(edge: OpenEdge, action_id: UUID, form: PermissionForm) -> ActionView:
    """Propose an exception to a ban, for a scope and with an end; the check obeys it once a second person confirms."""
    return await view(edge, await actions.propose_permission(edge, action_id, scope=form.scope, until=form.until, note=form.note))


@life.post(
    "/actions/{action_id}/permissions/confirmation", roles=CONFIRMERS, refuses=_SECOND, example={"note": "The scope is narrow; agreed."}
)
async def confirm_permission(edge: OpenEdge, action_id: UUID, form: NoteForm) -> ActionView:
    """Permit the exception, as the second person; every check obeys it from this moment to its end."""
    return await view(edge, await actions.confirm_permission(edge, action_id, note=form.note))


@life.delete(
    "/actions/{action_id}/permissions", roles=CONFIRMERS, refuses=_TURNED_DOWN, example={"reason": "The inquiry can be answered by mail."}
)
async def refuse_permission(edge: OpenEdge, action_id: UUID, form: ReasonForm) -> ActionView:
    """Turn a proposed exception down, with a reason, or take one's own back; the ban holds as before."""
    return await view(edge, await actions.turn_down(edge, action_id, "permission", reason=form.reason))


@life.post(
    "/actions/{action_id}/modifications",
    roles=(Role.EVALUATOR, Role.TEAM_MANAGER),
    refuses=(
        "not_in_force",
        "nothing_changed",
        "field_fixed",
        "kind_changed",
        "nature_understated",
        "proposed_already",
        "chain_not_ended",
        "several_individuals",
        "field_not_of_kind",
        "ends_in_the_past",
        "involved",
        "recused",
    ),
    example={"spec": _SPEC, "nature": "ordinary", "note": "The conduct went on; another half year."},
)
async def propose_modification(edge: OpenEdge, action_id: UUID, form: ModificationForm) -> ActionView:
    """Propose another text for an action in force: another end or scope, accounts, addresses, pages or rights more or fewer.

    What burdens the person is signed by the kind's chain at `/reviews`, over the digest that `modification` of the action shows, and put
    into force at `/enactment`; what burdens nobody takes a second person at `/modifications/confirmation`.
    """
    manages = edge.actor is not None and edge.actor.holds(Role.TEAM_MANAGER)
    text = as_sent(form.spec)
    done = await actions.propose_modification(
        edge, action_id, spec=form.spec, text=text, nature=form.nature, note=form.note, manages=manages
    )
    return await view(edge, done)


@life.post(
    "/actions/{action_id}/modifications/confirmation",
    roles=CONFIRMERS,
    refuses=(*_SECOND, "chain_decides", "manager_missing"),
    example={"note": "It is narrower; agreed."},
)
async def confirm_modification(edge: OpenEdge, action_id: UUID, form: NoteForm) -> ActionView:
    """Put a narrowing of an action into force, as the second person."""
    return await view(edge, await actions.confirm_modification(edge, action_id, note=form.note))


@life.delete(
    "/actions/{action_id}/modifications",
    roles=CONFIRMERS,
    refuses=(*_TURNED_DOWN, "chain_decides"),
    example={"reason": "The other account is in use again."},
)
async def refuse_modification(edge: OpenEdge, action_id: UUID, form: ReasonForm) -> ActionView:
    """Turn a proposed narrowing down, with a reason, or take one's own modification back; what is in force stays as it is."""
    return await view(edge, await actions.turn_down(edge, action_id, "modification", reason=form.reason))


@life.post(
    "/actions/{action_id}/enforcement/failure",
    roles=(Role.ENFORCER,),
    refuses=("no_such_effect", "receipt_there"),
    example={"wiki": "metawiki", "effect": "lock", "note": "The account was renamed meanwhile."},
)
async def tell_enforcement_failure(edge: OpenEdge, action_id: UUID, form: FailureForm) -> ActionView:
    """Say that an effect could not be done on a wiki, and why; it stays owed, in the list of what failed."""
    return await view(edge, await actions.tell_failure(edge, action_id, wiki=form.wiki, effect=form.effect, note=form.note))


@life.post(
    "/actions/{action_id}/enforcement/second-look",
    roles=(Role.ENFORCER, Role.EVALUATOR, Role.TEAM_MANAGER),
    refuses=("no_such_effect", "no_receipt_yet", "looks_at_own", "nothing_undone"),
    example={"wiki": "metawiki", "effect": "lock", "stands": True, "note": "The log shows it, and it is in force."},
)
async def look_at_enforcement_again(edge: OpenEdge, action_id: UUID, form: LookForm) -> ActionView:
    """Record another person's look at what was done on a wiki: it stands, or it was undone since and is owed again."""
    return await view(edge, await actions.look_again(edge, action_id, wiki=form.wiki, effect=form.effect, look=form.facts()))


@life.get("/enforcement", roles=READERS)
async def list_enforcement(
    edge: OpenEdge,
    *,
    state: Literal["waiting", "done", "failed", "drifted"] | None = None,
    wiki: str | None = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[OwedView]:
    """List what is owed or done on wikis: what waits, what failed, and what was undone since."""
    query = select(Enforcement).where(col(Enforcement.over_at).is_(None)).order_by(col(Enforcement.id))
    wanted = {"state": state, "wiki": wiki}
    query = query.filter_by(**{name: value for name, value in wanted.items() if value is not None})
    if Role.CHILD_PROTECTION not in roles_of(edge):
        # Those of the named group are its alone (D20). Asked row by row: a list of all of them would grow with the history.
        group = select(Action.id).where(col(Action.id) == Enforcement.action_id, col(Action.kind) == Kind.CHILD_PROTECTION)
        query = query.where(~group.exists())
    found = await page(edge, query, lambda row: row, after=after, limit=limit)
    owners = await actions.owners_of(edge, found.items)
    return Page(items=[_owed(row, owners[row.action_id], on=edge.now.date()) for row in found.items], next=found.next)


def _owed(row: Enforcement, action: Action, *, on: date) -> OwedView:
    done = row.state in ("done", "drifted")
    return OwedView(
        action_id=row.action_id,
        kind=action.kind,
        wiki=row.wiki,
        effect=row.effect,
        state=row.state,
        acting_account=action.acting_account,
        log_id=row.log_id,
        revision_id=row.revision_id,
        done_at=row.at if done else None,
        looked_at=row.seen_at,
        mark=rules.mark_of(on=on),
        must_bar=list(rules.must_bar(row.effect, on=on)) or None,
        marked=row.marked,
        still_marked=row.still_marked,
    )
