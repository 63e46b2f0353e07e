"""What other services may ask about the person: who is it, and is this one a party (R17, R105)."""

from uuid import UUID

from chassis.audit import log_access
from chassis.crypto import reveal_many
from chassis.edge import Edge
from kernel.decision import Refused
from kernel.names import canonical_user
from sqlmodel import col, select

from ban_svc.actions.inheritance import NAME, accounts_of, members_of
from ban_svc.actions.text import open_spec
from ban_svc.hashes import hashes_of
from ban_svc.model import AccountRef, ActionSpec
from ban_svc.tables import Account, Action


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


async def _names_of(edge: Edge, action: Action) -> list[str]:
    """Read the confirmed accounts of the person, logged as a read of the person too."""
    if action.individual_id is None or action.enforces is not None:
        return []
    accounts = await accounts_of(edge, action.individual_id)
    for individual in {action.individual_id, *(account.individual_id for account in accounts)}:
        await log_access(edge, "individual", individual)
    return await reveal_many(edge, [account.name for account in accounts], place=NAME)
