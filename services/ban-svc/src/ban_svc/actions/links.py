"""Addresses that are linked to a person: only while a decision names them, ninety days at a time, then deleted (R18, D23)."""

from collections.abc import Sequence
from uuid import UUID

from chassis.audit import log_access
from chassis.crypto import reveal
from chassis.edge import Edge
from chassis.ticker import schedule
from kernel.addresses import canonical_address, network_of
from kernel.kinds import Kind
from sqlmodel import col, select

from ban_svc import rules
from ban_svc.actions.inheritance import NAME, bans_of, members_of
from ban_svc.actions.ranges import cover_range, decided_ranges, show
from ban_svc.actions.text import open_spec
from ban_svc.index import patch_after_commit
from ban_svc.model.individual import LinkState
from ban_svc.rules import individual as law
from ban_svc.tables import Action, Cover, Identity

NAMES_ADDRESSES = (Kind.GLOBAL_BAN, Kind.RANGE_BLOCK)
Naming = Sequence[tuple[Action, tuple[str, ...]]]


async def decisions_naming(edge: Edge, members: Sequence[UUID]) -> Naming:
    """Read which addresses the decisions in force against a person name; each is opened, and the read logged."""
    found = []
    for decision in await bans_of(edge, members, NAMES_ADDRESSES):
        spec = await open_spec(edge, decision)
        if spec is not None and spec.addresses:
            found.append((decision, tuple(canonical_address(one) for one in spec.addresses)))
    return found


async def renew(edge: Edge, members: Sequence[UUID], identity: Identity) -> None:
    """Have every ban in force that names a confirmed address cover it until ninety days after the evidence."""
    address = await _address_of(edge, identity)
    for ban, named in await decisions_naming(edge, members):
        if ban.kind != Kind.GLOBAL_BAN or not law.is_named(network_of(address), named):
            continue
        until = law.linked_until(identity.at, ban.expires_at)
        row, texts = await _cover_of(edge, ban, address), await decided_ranges(edge, ban)
        if row is None:
            edge.session.add(cover_range(edge, ban, address, until, texts=texts))
        elif row.ends_at is not None and row.ends_at < until:
            row.ends_at = until
            # What was over when two people narrowed the text shows what held it before.
            show(edge, row, texts)
        schedule(edge, aggregate_id=ban.id, kind="action.addresses_over", due_at=until)
        await patch_after_commit(edge, ban.id)


async def take_back(edge: Edge, members: Sequence[UUID], identity: Identity) -> None:
    """End what an address was covered for beyond the decision's own ninety days, because its link was undone."""
    address = await _address_of(edge, identity)
    for ban in await bans_of(edge, members):
        row = await _cover_of(edge, ban, address)
        if row is None or ban.enacted_at is None:
            continue
        spec = await open_spec(edge, ban)
        itself = address in {canonical_address(one) for one in (spec.addresses or ())} if spec else False
        own = rules.address_until(ban.enacted_at, ban.expires_at) if itself else edge.now
        if row.ends_at is None or row.ends_at > own:
            row.ends_at = max(own, edge.now)
            await patch_after_commit(edge, ban.id)


async def forget_over(edge: Edge, individual_id: UUID) -> int:
    """Delete links of addresses whose time is over, or that no decision in force names; tell how many."""
    members = await members_of(edge, individual_id)
    mine = select(Identity).where(col(Identity.individual_id).in_(members), Identity.sort == "address")
    links = list(await edge.session.scalars(mine))
    over = [one for one in links if one.ends_at is None or one.ends_at <= edge.now or one.state == LinkState.SUPERSEDED]
    if len(over) < len(links):
        named = [one for _, addresses in await decisions_naming(edge, members) for one in addresses]
        over += [one for one in links if one not in over and not law.is_named(network_of(await _address_of(edge, one)), named)]
    for one in over:
        await edge.session.delete(one)
    await edge.session.flush()
    return len(over)


async def _address_of(edge: Edge, identity: Identity) -> str:
    """Read a linked address; the access is logged, under the caller's reason or the step in hand."""
    edge.access_reason = edge.access_reason or edge.operation
    await log_access(edge, "individual", identity.individual_id)
    return await reveal(edge, identity.name, place=NAME)


async def _cover_of(edge: Edge, ban: Action, address: str) -> Cover | None:
    """Find the row of a ban for an address that is still covered."""
    found = select(Cover).where(Cover.action_id == ban.id, Cover.network == address, col(Cover.ends_at) > edge.now)
    return (await edge.session.scalars(found.order_by(col(Cover.ends_at).desc()))).first()
