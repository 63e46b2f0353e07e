"""What a modification adds to a decision in force is covered and owed at once, what it takes away is released (R17, R18, R20, D23, D26)."""

from collections.abc import Iterable
from uuid import UUID

from chassis.crypto import data_key, reveal_many
from chassis.edge import Edge, new_id
from chassis.ticker import schedule
from kernel.addresses import canonical_address
from kernel.kinds import Kind
from sqlalchemy import delete
from sqlmodel import col, select

from ban_svc import rules
from ban_svc.actions.individuals import forget_unnamed
from ban_svc.actions.inheritance import LINKS_NOTHING, members_of, settle
from ban_svc.actions.modification.text import texts_of
from ban_svc.actions.owed import exchange, renew
from ban_svc.actions.ranges import cover_range, decided_ranges, show
from ban_svc.hashes import hashes_of
from ban_svc.index import patch_after_commit
from ban_svc.model import IN_FORCE, AccountRef, ActionSpec, Effect
from ban_svc.tables import Account, Action, Cover, ReleasedAccount

RELEASED = "released_account.account"


async def release(edge: Edge, action: Action, names: Iterable[bytes], old: ActionSpec) -> None:
    """Take accounts that a decision names no more from its person, but for those that a link or another decision says are theirs (D23).

    Of those who are released the text before, `old`, has the names: whoever has one of these accounts is to be told.
    """
    gone = []
    action.released = None
    for account in await _accounts(edge, action, names):
        if account.decided_by != action.id:
            continue
        other = await _also_naming(edge, action, account)
        if other is None and account.identity_id is None:
            gone.append(account)
        else:
            account.decided_by = other
    await edge.session.flush()
    if gone and action.individual_id is not None:
        await _name_released(edge, action, {account.name_hash for account in gone}, old)
        await edge.session.execute(delete(Account).where(col(Account.id).in_([account.id for account in gone])))
        await settle(edge, action.individual_id)


async def released_of(edge: Edge, action: Action) -> list[tuple[AccountRef, UUID]]:
    """Read which accounts modifications released, each with its modification; the caller has logged the access to the action."""
    mine = select(ReleasedAccount).where(ReleasedAccount.action_id == action.id).order_by(col(ReleasedAccount.id))
    rows = list(await edge.session.scalars(mine))
    accounts = await reveal_many(edge, [row.account for row in rows], place=RELEASED)
    return [(AccountRef.model_validate_json(account), row.modification_id) for account, row in zip(accounts, rows, strict=True)]


async def is_kept(edge: Edge, action: Action, names: Iterable[bytes]) -> bool:
    """Tell whether one of these accounts stays the person's though the decision names it no more."""
    return any(
        [
            account.identity_id is not None or account.decided_by != action.id or await _also_naming(edge, action, account) is not None
            for account in await _accounts(edge, action, names)
        ]
    )


async def cover_anew(edge: Edge, action: Action, old: ActionSpec, new: ActionSpec) -> None:
    """End the covers of ranges that the text holds no more, and cover what it names now; narrowing a range gives it no more days (D23)."""
    if action.kind not in (Kind.GLOBAL_BAN, Kind.RANGE_BLOCK):
        return
    before, now = ([canonical_address(one) for one in spec.addresses or ()] for spec in (old, new))
    if not before and not now:
        return
    alive = select(Cover).where(
        col(Cover.action_id) == action.id,
        col(Cover.network).is_not(None),
        (col(Cover.ends_at).is_(None)) | (col(Cover.ends_at) > edge.now),
    )
    texts = await decided_ranges(edge, action)
    rows = list(await edge.session.scalars(alive.execution_options(populate_existing=True)))
    known = {str(row.network): row.ends_at for row in rows}
    for address in now:
        if address in before:
            continue
        until = action.expires_at
        if action.kind == Kind.GLOBAL_BAN:
            until = rules.address_until(edge.now, action.expires_at)
            if rules.is_held(address, before):
                around = [end for network, end in known.items() if end is not None and rules.is_held(address, [network])]
                until = min(until, max(around, default=edge.now))
            if until <= edge.now:
                continue
            schedule(edge, aggregate_id=action.id, kind="action.addresses_over", due_at=until)
        edge.session.add(cover_range(edge, action, address, until, texts=texts))
    for row in rows:
        if not rules.is_held(str(row.network), now):
            row.ends_at = edge.now
        else:
            # What held it may be named no more, though something around it is.
            show(edge, row, texts)
    await edge.session.flush()
    await forget_unnamed(edge, action)
    await patch_after_commit(edge, action.id)


async def owe_anew(edge: Edge, action: Action, old: ActionSpec, new: ActionSpec) -> None:
    """Owe on wikis what the text adds, and the reversal of what it takes away; what shows how a page is protected is done anew (R93)."""
    on = edge.now.date()
    come, gone = rules.added(old, new, on=on), rules.added(new, old, on=on)
    if come or gone:
        effects = rules.effects_by_aim(await texts_of(edge, action), on=on)
        await exchange(
            edge,
            action,
            come=[effect for aim in come for effect in effects[aim]],
            gone=[effect for aim in gone for effect in effects[aim]],
        )
    if old.protection != new.protection:

        def shows_it(effect: Effect) -> bool:
            return rules.is_done_anew(effect, old, new)

        await renew(edge, action, shows_it)


async def _name_released(edge: Edge, action: Action, names: set[bytes], old: ActionSpec) -> None:
    """Keep who was released, sealed under the action's key: the account itself is nobody's from now on."""
    if action.modified_by is None:
        raise ValueError("a release without a modification")
    key = await data_key(edge, action.id)
    gone = [one for one in old.accounts or () if hashes_of(edge.runtime).account(one.name) in names]
    edge.session.add_all(
        ReleasedAccount(
            id=new_id(),
            action_id=action.id,
            modification_id=action.modified_by,
            account=key.seal(one.model_dump_json(exclude_none=True), place=RELEASED),
            at=edge.now,
        )
        for one in gone
    )
    action.released = len(gone)


async def _accounts(edge: Edge, action: Action, names: Iterable[bytes]) -> list[Account]:
    """Find the accounts of the action's person with these names."""
    if action.individual_id is None:
        return []
    members = await members_of(edge, action.individual_id)
    mine = select(Account).where(col(Account.individual_id).in_(members), col(Account.name_hash).in_(list(names)))
    return list(await edge.session.scalars(mine.order_by(col(Account.id))))


async def _also_naming(edge: Edge, action: Action, account: Account) -> UUID | None:
    """Find another decision in force against the person that names an account."""
    members = await members_of(edge, account.individual_id)
    naming = select(Action.id).where(
        col(Action.individual_id).in_(members),
        col(Action.id) != action.id,
        col(Action.kind).not_in(LINKS_NOTHING),
        col(Action.state).in_(IN_FORCE),
        col(Action.subjects).contains([account.name_hash]),
    )
    return (await edge.session.scalars(naming.order_by(col(Action.id)).limit(1))).first()
