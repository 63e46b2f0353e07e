"""What other services may ask about the person: who is it, is this one a party, whose is an account (R17, R105, D23)."""

from typing import Any
from uuid import UUID

from chassis.audit import log_access
from chassis.crypto import reveal_many
from chassis.edge import Edge
from kernel.decision import Refused
from kernel.names import canonical_user
from sqlalchemy import Select
from sqlmodel import col, select

from ban_svc.actions.inheritance import NAME, accounts_of, members_of
from ban_svc.actions.text import open_spec
from ban_svc.hashes import hashes_of
from ban_svc.model import AccountRef, ActionSpec
from ban_svc.tables import Account, Action, Individual


async def subject_of(edge: Edge, action_id: UUID) -> tuple[Action, ActionSpec | None, list[AccountRef]]:
    """Read whom an action is against, with every account known of the person; the read is logged first."""
    action = await edge.get(Action, action_id, "action")
    await log_access(edge, "action", action.id)
    spec = await open_spec(edge, action)
    named = {canonical_user(account.name): account for account in (spec.accounts or ())} if spec else {}
    for name in await _names_of(edge, action):
        named.setdefault(name, AccountRef(name=name))
    return action, spec, list(named.values())


async def is_party(edge: Edge, action_id: UUID, *, wiki_user: str | None) -> bool:
    """Tell whether an account is one of the person's; no name comes back, and the question is logged."""
    action = await edge.get(Action, action_id, "action")
    await log_access(edge, "action", action.id)
    if wiki_user is None:
        return False
    try:
        asked = hashes_of(edge.runtime).account(wiki_user)
    except Refused:
        return False
    if asked in action.subjects:
        return True
    if action.individual_id is None:
        return False
    members = await members_of(edge, action.individual_id)
    return (
        await edge.session.scalar(select(Account.id).where(col(Account.individual_id).in_(members), Account.name_hash == asked))
    ) is not None


def individuals_with(edge: Edge, account: str) -> Select[Any]:
    """Ask for the person to whom an account is confirmed to belong; a link that nobody confirmed names nobody (D23)."""
    try:
        asked = hashes_of(edge.runtime).account(account)
    except Refused:
        # No account can have this name, so nobody's does.
        asked = b""
    whose = select(Account.individual_id).where(Account.name_hash == asked, Account.confidence == "confirmed")
    return select(Individual).where(col(Individual.id).in_(whose)).order_by(col(Individual.id))


async def names_of(edge: Edge, individual_id: UUID) -> list[str]:
    """Read the confirmed accounts of a person, in the order they were linked; each individual of theirs is logged as read."""
    accounts = await accounts_of(edge, individual_id)
    for individual in {individual_id, *(account.individual_id for account in accounts)}:
        await log_access(edge, "individual", individual)
    return await reveal_many(edge, [account.name for account in accounts], place=NAME)


async def _names_of(edge: Edge, action: Action) -> list[str]:
    """Read the confirmed accounts of the person, logged as a read of the person too."""
    if action.individual_id is None or action.enforces is not None:
        return []
    return await names_of(edge, action.individual_id)
