"""What stands against a person stands against every confirmed account of theirs, also one linked later (R17, D23).

One function brings the rows that the check answers from into agreement with who belongs to whom: whatever changed, it is called after.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from chassis.crypto import data_key, new_data_key
from chassis.edge import Edge, new_id
from chassis.errors import Busy
from kernel.kinds import Kind
from kernel.names import canonical_user
from sqlalchemy import or_, text, update
from sqlmodel import col, select

from ban_svc.actions.text import open_spec
from ban_svc.hashes import hashes_of
from ban_svc.index import patch_after_commit
from ban_svc.model import IN_FORCE, ActionSpec
from ban_svc.model.individual import LinkState
from ban_svc.rules.scope import veiled
from ban_svc.tables import Account, Action, Cover, Identity, Individual

NAME = "account.name"
INHERITED = (Kind.GLOBAL_BAN, Kind.EVENT_BAN)
"""What a later account of the person inherits, and where an exception is a permission."""
LINKS_NOTHING = frozenset({Kind.RANGE_BLOCK, Kind.CHECKUSER})
"""A block names addresses and the ban of somebody else's making; the output of a CheckUser is never an identity (R75, D23)."""

# Who belongs to whom changes seldom, and what hangs on it is read and written in several steps: one after the other.
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('ban.people', 0))")


async def new_individual(edge: Edge) -> Individual:
    """Put somebody on record, with a key of their own."""
    found = new_id()
    individual = Individual(id=found, person_id=found, at=edge.now)
    new_data_key(edge, individual.id)
    edge.session.add(individual)
    await edge.session.flush()
    return individual


async def hold(edge: Edge, *individual_ids: UUID) -> None:
    """Let nobody else change these persons until the edge ends.

    The actions against them come first, for whoever enacts or lifts one holds it before it comes here; one that appeared meanwhile means
    that the caller should come again.
    """
    before = [action.id for action in await bans_of(edge, await members_of(edge, *individual_ids))]
    if before:
        await edge.session.execute(
            select(Action.id).where(col(Action.id).in_(before)).order_by(col(Action.id)).with_for_update(key_share=True)
        )
    await edge.session.execute(_ONE_AT_A_TIME)
    after = {action.id for action in await bans_of(edge, await members_of(edge, *individual_ids))}
    if not after <= set(before):
        raise Busy


async def members_of(edge: Edge, *individual_ids: UUID) -> list[UUID]:
    """Give all individuals that count as the same persons as these, in order; none for ids that nobody has."""
    persons = select(Individual.person_id).where(col(Individual.id).in_(individual_ids))
    members = select(Individual.id).where(col(Individual.person_id).in_(persons)).order_by(col(Individual.id))
    return list(await edge.session.scalars(members))


async def accounts_of(edge: Edge, individual_id: UUID) -> list[Account]:
    """Give the confirmed accounts of a person, whichever of their individuals they were linked to, in the order of linking."""
    members = await members_of(edge, individual_id)
    mine = select(Account).where(col(Account.individual_id).in_(members), Account.confidence == "confirmed").order_by(col(Account.id))
    return list(await edge.session.scalars(mine))


async def bans_of(edge: Edge, members: Iterable[UUID], kinds: Sequence[Kind] = INHERITED) -> list[Action]:
    """Give the decisions in force against a person, as they are now."""
    found = select(Action).where(
        col(Action.individual_id).in_(list(members)),
        col(Action.kind).in_(kinds),
        col(Action.state).in_(IN_FORCE),
        or_(col(Action.expires_at).is_(None), col(Action.expires_at) > edge.now),
    )
    await edge.session.flush()
    return list(await edge.session.scalars(found.order_by(col(Action.id)).execution_options(populate_existing=True)))


async def link_decided(edge: Edge, action: Action, spec: ActionSpec, *, since: datetime | None = None) -> None:
    """Link the accounts that a decision names to the person it is against; what was thought of them before gives way to it (R17, D23).

    `since` is the day of a decision from before this system: its own accounts were covered from then on, those linked to them begin now.
    """
    if Kind(action.kind) in LINKS_NOTHING or action.individual_id is None:
        return
    await hold(edge, action.individual_id)
    mine = {account.name_hash: account for account in await accounts_of(edge, action.individual_id)}
    members = await members_of(edge, action.individual_id)
    key = await data_key(edge, action.individual_id)
    for named in spec.accounts or ():
        found = hashes_of(edge.runtime).account(named.name)
        thought = update(Identity).where(
            col(Identity.subject) == found,
            (col(Identity.state) == LinkState.PROPOSED)
            | (col(Identity.individual_id).not_in(members) & (col(Identity.state) == LinkState.LINKED)),
        )
        await edge.session.execute(thought.values(state=LinkState.SUPERSEDED))
        if found in mine:
            mine[found].decided_by = mine[found].decided_by or action.id
            continue
        mine[found] = Account(
            id=new_id(),
            individual_id=action.individual_id,
            name_hash=found,
            name=key.seal(canonical_user(named.name), place=NAME),
            confidence="confirmed",
            decided_by=action.id,
            at=edge.now,
        )
        edge.session.add(mine[found])
    await edge.session.flush()
    if since is not None and action.kind in INHERITED:
        scope = await _scope_of(edge, action, (), spec) if action.kind == Kind.EVENT_BAN else None
        until = action.ended_at or action.expires_at
        edge.session.add_all(
            Cover(action_id=action.id, kind=action.kind, name_hash=name, scope=scope, starts_at=since, ends_at=until)
            for name in sorted(action.subjects)
        )
        await edge.session.flush()
    await settle(edge, action.individual_id, texts={action.id: spec})


async def settle(edge: Edge, *individual_ids: UUID, texts: dict[UUID, ActionSpec] | None = None) -> None:
    """Have every ban in force cover exactly the confirmed accounts of its person from now on; call it after the last change.

    `texts` are texts of actions that the caller has open anyway; an event ban's new scope is taken from there.
    """
    changed: list[UUID] = []
    persons: set[tuple[UUID, ...]] = {tuple(await members_of(edge, one)) for one in individual_ids}
    for members in sorted(persons):
        wanted = {account.name_hash for account in await accounts_of(edge, members[0])} if members else set()
        for ban in await bans_of(edge, members):
            await _cover(edge, ban, wanted, (texts or {}).get(ban.id))
            changed.append(ban.id)
    if changed:
        await patch_after_commit(edge, *changed)


async def _cover(edge: Edge, ban: Action, wanted: set[bytes], spec: ActionSpec | None) -> None:
    """Bring the rows of one ban into agreement: end what no longer belongs, add what does."""
    open_rows = select(Cover).where(
        Cover.action_id == ban.id,
        col(Cover.name_hash).is_not(None),
        or_(col(Cover.ends_at).is_(None), col(Cover.ends_at) > edge.now),
    )
    rows = list(await edge.session.scalars(open_rows.execution_options(populate_existing=True)))
    scope = await _scope_of(edge, ban, rows, spec) if ban.kind == Kind.EVENT_BAN else None
    begins = max(edge.now, ban.starts_at or edge.now)
    kept = set()
    for row in rows:
        begun = row.starts_at <= edge.now
        if row.name_hash in wanted and row.name_hash not in kept and row.scope == scope and (begun or row.starts_at == begins):
            kept.add(row.name_hash)
            if row.ends_at != ban.expires_at:
                row.ends_at = ban.expires_at
        else:
            # One that has not begun yet ends before it begins, and never holds.
            row.ends_at = edge.now
    edge.session.add_all(
        Cover(action_id=ban.id, kind=ban.kind, name_hash=name_hash, scope=scope, starts_at=begins, ends_at=ban.expires_at)
        for name_hash in sorted(wanted - kept)
    )
    await edge.session.flush()


async def _scope_of(edge: Edge, ban: Action, rows: Sequence[Cover], spec: ActionSpec | None) -> dict[str, object] | None:
    """Tell where an event ban holds: by the text in hand, by what is covered already, or by its sealed text."""
    if spec is None and rows:
        return rows[0].scope
    spec = spec or await open_spec(edge, ban)
    if spec is None or spec.scope is None:
        return {"everywhere": True}
    # Words of the case stay sealed: a place is compared by the keyed hashes of its parts.
    places = spec.scope.places
    veil = hashes_of(edge.runtime).place
    hidden = spec.scope.model_copy(
        update={"places": None if places is None else tuple(filter(None, (veiled(place, veil) for place in places)))}
    )
    return hidden.model_dump(mode="json", exclude_none=True)
