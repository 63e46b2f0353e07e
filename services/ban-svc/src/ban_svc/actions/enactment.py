"""Enactment, which takes effect at once, and the end by the clock (R17, R20, R29, R91, R113, D15, D23)."""

from collections.abc import Sequence
from uuid import UUID

from chassis.crypto import data_key, new_data_key
from chassis.edge import Edge, new_id
from chassis.errors import Busy
from chassis.ticker import schedule
from kernel.addresses import canonical_address
from kernel.kinds import Kind
from kernel.names import canonical_user
from kernel.review import Course
from sqlalchemy import delete
from sqlmodel import col, select

from ban_svc import rules
from ban_svc.actions.change import announce, note_in_trail
from ban_svc.actions.matter import matter_of
from ban_svc.actions.review import review_of
from ban_svc.actions.text import open_spec
from ban_svc.hashes import hashes_of
from ban_svc.index import patch_after_commit
from ban_svc.model import IN_FORCE, ActionSpec, State
from ban_svc.tables import Account, Action, Cover, Enforcement, Individual

NAME = "account.name"


async def enact(edge: Edge, action_id: UUID) -> Action:
    """Put an approved action into force, at this moment.

    Raises:
        Refused: with every reason why it may not be enacted, by this person or at all.
    """
    action = await _lock_with_parent(edge, action_id)
    rules.may_enact(await review_of(edge, action), State(action.state), by=edge.by.id).or_refuse()
    spec = await open_spec(edge, action)
    if spec is None:
        raise ValueError("an approved action without a text")
    matter = await matter_of(edge, spec, Course(action.course), case=action.case_id, notice=action.notice_id, action_id=action.id)
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
    standing = await _link(edge, action, spec)
    await _cover(edge, action, spec, standing)
    if action.expires_at is not None:
        schedule(edge, aggregate_id=action.id, kind="action.expires", due_at=action.expires_at)
    announce(edge, action, "enacted", prior)
    return action


async def expire(edge: Edge, action: Action) -> None:
    """Note that the end date came; the check has known it since that moment."""
    if action.state not in IN_FORCE or action.expires_at is None or action.expires_at > edge.now:
        return
    prior = action.public()
    action.state, action.ended_at = State.EXPIRED, action.expires_at
    announce(edge, action, "expired", prior)


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


async def _individual(edge: Edge, spec: ActionSpec) -> UUID:
    """Give the person whom the action is against, known by its accounts, or put on record now (R17)."""
    if spec.individual_id is not None:
        return spec.individual_id
    hashes = [hashes_of(edge.runtime).account(account.name) for account in spec.accounts or ()]
    known = (await edge.session.scalars(select(Account.individual_id).where(col(Account.name_hash).in_(hashes)))).first()
    if known is not None:
        return known
    individual = Individual(id=new_id(), at=edge.now)
    new_data_key(edge, individual.id)
    edge.session.add(individual)
    await edge.session.flush()
    return individual.id


async def _link(edge: Edge, action: Action, spec: ActionSpec) -> Sequence[Account]:
    """Link the accounts as decided, and give all confirmed accounts of the person: a later account inherits what stands (R17, D23)."""
    if action.kind == Kind.RANGE_BLOCK or action.individual_id is None:
        return ()
    mine = select(Account).where(Account.individual_id == action.individual_id, Account.confidence == "confirmed")
    accounts = {account.name_hash: account for account in await edge.session.scalars(mine)}
    key = await data_key(edge, action.individual_id)
    fresh = []
    for named in spec.accounts or ():
        name, found = canonical_user(named.name), hashes_of(edge.runtime).account(named.name)
        if found not in accounts:
            accounts[found] = Account(
                id=new_id(),
                individual_id=action.individual_id,
                name_hash=found,
                name=key.seal(name, place=NAME),
                confidence="confirmed",
                decided_by=action.id,
                at=edge.now,
            )
            fresh.append(accounts[found])
    edge.session.add_all(fresh)
    await edge.session.flush()
    if action.kind != Kind.GLOBAL_BAN:
        await _inherit(edge, action, fresh)
    return list(accounts.values())


async def _inherit(edge: Edge, action: Action, fresh: Sequence[Account]) -> None:
    """Have the global bans of the person that are in force cover the accounts just linked (R17)."""
    bans = select(Action).where(
        Action.individual_id == action.individual_id,
        Action.kind == Kind.GLOBAL_BAN,
        col(Action.state).in_(IN_FORCE),
    )
    for ban in await edge.session.scalars(bans):
        edge.session.add_all(
            Cover(action_id=ban.id, kind=ban.kind, name_hash=account.name_hash, starts_at=edge.now, ends_at=ban.expires_at)
            for account in fresh
        )
        if fresh:
            await patch_after_commit(edge, ban.id)


async def _cover(edge: Edge, action: Action, spec: ActionSpec, accounts: Sequence[Account]) -> None:
    """Write what the check answers from; an event ban or a warning is in no check that tooling may ask (R20, R37, R67)."""
    if action.kind not in (Kind.GLOBAL_BAN, Kind.RANGE_BLOCK):
        return
    until = action.expires_at
    if action.kind == Kind.GLOBAL_BAN:
        for account in accounts:
            edge.session.add(Cover(action_id=action.id, kind=action.kind, name_hash=account.name_hash, starts_at=edge.now, ends_at=until))
        if spec.addresses:
            until = rules.address_until(edge.now, until)
            schedule(edge, aggregate_id=action.id, kind="action.addresses_over", due_at=until)
    for address in spec.addresses or ():
        edge.session.add(
            Cover(action_id=action.id, kind=action.kind, network=canonical_address(address), starts_at=edge.now, ends_at=until)
        )
    await patch_after_commit(edge, action.id)


def _owe_effects(edge: Edge, action: Action, spec: ActionSpec) -> None:
    """Write down what must now be done on wikis, each waiting for its receipt."""
    effects = rules.effects_of(spec, on=edge.now.date())
    for effect in effects:
        edge.session.add(Enforcement(id=new_id(), action_id=action.id, wiki=effect.wiki, effect=effect.effect))
    action.wikis = sorted({effect.wiki for effect in effects})
    action.effects_waiting = len(effects)
