"""Enactment, which takes effect at once, and the end by the clock (R17, R20, R29, R91, R113, D15, D23)."""

from uuid import UUID

from chassis.edge import Edge, new_id
from chassis.errors import Busy
from chassis.ticker import schedule
from kernel.kinds import Kind
from sqlalchemy import delete
from sqlmodel import col, select

from ban_svc import rules
from ban_svc.actions.change import announce, note_in_trail
from ban_svc.actions.emergency import enacted_first
from ban_svc.actions.inheritance import link_decided, new_individual
from ban_svc.actions.matter import matter_of_action, roles_of
from ban_svc.actions.ranges import cover_range
from ban_svc.actions.rate import enacted_of_late, tell_unusual
from ban_svc.actions.review import review_of
from ban_svc.actions.text import open_spec
from ban_svc.hashes import hashes_of
from ban_svc.index import patch_after_commit
from ban_svc.model import ActionSpec, State
from ban_svc.tables import Account, Action, Cover, Enforcement


async def enact(edge: Edge, action_id: UUID) -> Action:
    """Put an approved action into force, at this moment; or an emergency measure, whose signatures follow.

    Raises:
        Refused: with every reason why it may not be enacted, by this person or at all.
    """
    action = await _lock_with_parent(edge, action_id)
    state, roles = State(action.state), roles_of(edge)
    rules.may_enact(await review_of(edge, action), state, by=edge.by.id, roles=roles, emergency=action.emergency).or_refuse()
    spec = await open_spec(edge, action)
    if spec is None:
        raise ValueError("an approved action without a text")
    matter = await matter_of_action(edge, action, spec)
    rules.may_be_done(spec, matter).or_refuse()
    prior = action.public()
    parent = await edge.session.get(Action, action.enforces) if action.enforces else None
    action.individual_id = parent.individual_id if parent else await _individual(edge, spec)
    action.state, action.performed_by = State.ENACTED, edge.by.id
    action.acting_account = rules.acting_account(Kind(action.kind), enforces_global_ban=parent is not None)
    action.enacted_at = action.decided_at = action.issued_at = edge.now
    action.issuance = 1
    action.expires_at = rules.ends_at(spec, matter.enforces)
    _owe_effects(edge, action, spec)
    # What follows hangs on the enacted row: the database lets nothing be covered by an action that is not in force.
    await edge.session.flush()
    await link_decided(edge, action, spec)
    await _cover_addresses(edge, action, spec)
    if action.expires_at is not None:
        schedule(edge, aggregate_id=action.id, kind="action.expires", due_at=action.expires_at)
    if state is not State.APPROVED:
        await enacted_first(edge, action)
    late = await enacted_of_late(edge)
    announce(edge, action, "enacted", prior, remarks=late.remarks)
    await tell_unusual(edge, action, late)
    return action


async def forget_addresses(edge: Edge, action: Action) -> None:
    """Delete the addresses that a ban named and nobody renewed within ninety days (D23)."""
    over = delete(Cover).where(
        col(Cover.action_id) == action.id,
        col(Cover.kind) == Kind.GLOBAL_BAN,
        col(Cover.network).is_not(None),
        col(Cover.ends_at) <= edge.now,
    )
    await edge.session.execute(over)
    note_in_trail(edge, action, "addresses_forgotten", prior_state=action.state)


async def _lock_with_parent(edge: Edge, action_id: UUID) -> Action:
    """Lock an action, before it the ban that it enforces: parents first, as every path locks them."""
    seen = await edge.get(Action, action_id, "action")
    parent = seen.enforces
    if parent is not None:
        await edge.lock(Action, parent, "action")
    action = await edge.lock(Action, action_id, "action")
    if action.enforces != parent:
        raise Busy
    return action


async def _individual(edge: Edge, spec: ActionSpec) -> UUID | None:
    """Give the person whom the action is against, known by its accounts, or put on record now; a check finds nobody (R17, R75)."""
    if spec.kind not in rules.ABOUT_A_PERSON or not (spec.accounts or spec.individual_id):
        return None
    if spec.individual_id is not None:
        return spec.individual_id
    hashes = [hashes_of(edge.runtime).account(account.name) for account in spec.accounts or ()]
    known = (await edge.session.scalars(select(Account.individual_id).where(col(Account.name_hash).in_(hashes)))).first()
    if known is not None:
        return known
    return (await new_individual(edge)).id


async def _cover_addresses(edge: Edge, action: Action, spec: ActionSpec) -> None:
    """Write the addresses that the check answers from; those that a ban names count for ninety days at a time (R84, D23)."""
    if action.kind not in (Kind.GLOBAL_BAN, Kind.RANGE_BLOCK) or not spec.addresses:
        return
    until = action.expires_at
    if action.kind == Kind.GLOBAL_BAN:
        until = rules.address_until(edge.now, until)
        schedule(edge, aggregate_id=action.id, kind="action.addresses_over", due_at=until)
    for address in spec.addresses:
        edge.session.add(cover_range(edge, action, address, until, texts=[spec.addresses]))
    await patch_after_commit(edge, action.id)


def _owe_effects(edge: Edge, action: Action, spec: ActionSpec) -> None:
    """Write down what must now be done on wikis, each waiting for its receipt."""
    effects = rules.effects_of(spec, on=edge.now.date())
    for effect in effects:
        edge.session.add(Enforcement(id=new_id(), action_id=action.id, wiki=effect.wiki, effect=effect.effect))
    action.wikis = rules.wikis_told(effects)
    action.effects_waiting = len(effects)
