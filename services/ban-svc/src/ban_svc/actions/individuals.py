"""Who is behind accounts and addresses: links proposed on evidence, confirmed by a second person, undone with a reason (R17, R18, D23)."""

from dataclasses import replace
from uuid import UUID

from chassis.audit import write_audit
from chassis.crypto import data_key
from chassis.edge import Edge, new_id
from chassis.errors import NotFound
from chassis.ticker import schedule
from kernel.addresses import canonical_address
from kernel.decision import Refused
from kernel.names import canonical_user
from sqlalchemy import delete
from sqlmodel import col, select

from ban_svc.actions.inheritance import NAME, hold, members_of, new_individual, settle
from ban_svc.actions.links import decisions_naming, forget_over, renew, take_back
from ban_svc.actions.matter import sub_hash
from ban_svc.hashes import hashes_of
from ban_svc.model.individual import Confidence, Confirming, Link, LinkState
from ban_svc.rules import individual as law
from ban_svc.tables import Account, Action, Identity, Individual, Signature

EVIDENCE = "identity.evidence"
NOTE = "identity.note"
REASON = "identity.reason"


async def open_individual(edge: Edge) -> Individual:
    """Put somebody on record, of whom nothing is known yet."""
    individual = await new_individual(edge)
    note(edge, individual, "opened")
    return individual


async def propose_link(
    edge: Edge, individual_id: UUID, *, account: str | None, address: str | None, confidence: Confidence, evidence: str
) -> tuple[Individual, Identity]:
    """Propose that an account or address is this person's, on evidence; nothing follows before a second person has confirmed it.

    Raises:
        Refused: with every reason why it may not be linked.
    """
    individual = await _lock(edge, individual_id)
    subject = subject_of(edge, account=account, address=address)
    members = await members_of(edge, individual.id)
    naming = await decisions_naming(edge, members) if address is not None else ()
    link = replace(
        await _known(edge, members, subject, of_account=account is not None),
        confidence=confidence,
        evidence=evidence,
        account=account,
        address=address,
        staff=await _staff_of(edge, members),
        named=tuple(one for _, named in naming for one in named),
    )
    law.may_link(link, on=edge.now.date()).or_refuse()
    key = await data_key(edge, individual.id)
    shape = canonical_user(account) if account is not None else canonical_address(address or "")
    ends = None
    if address is not None:
        ends = law.linked_until(edge.now, law.last_end(shape, [(decision.expires_at, named) for decision, named in naming]))
        schedule(edge, aggregate_id=individual.id, kind="individual.addresses_over", due_at=ends)
    identity = Identity(
        id=new_id(),
        individual_id=individual.id,
        sort="account" if account is not None else "address",
        subject=subject,
        name=key.seal(shape, place=NAME),
        confidence=confidence,
        evidence=key.seal(evidence, place=EVIDENCE),
        proposed_by=edge.by.id,
        at=edge.now,
        ends_at=ends,
    )
    edge.session.add(identity)
    changed(edge, individual, "link_proposed")
    await edge.session.flush()
    return individual, identity


async def confirm_link(edge: Edge, individual_id: UUID, identity_id: UUID, *, text: str) -> tuple[Individual, Identity]:
    """Confirm a link as the second person: a confirmed account inherits what stands against the person from this moment.

    Raises:
        Refused: with every reason why it may not be confirmed, by this person or at all.
    """
    individual = await _lock(edge, individual_id)
    identity = await _identity(edge, individual, identity_id)
    members = await members_of(edge, individual.id)
    facts = await confirming(edge, members, waits=identity.state == LinkState.PROPOSED, proposed_by=identity.proposed_by)
    account = identity.sort == "account"
    known = await _known(edge, members, identity.subject, of_account=account)
    law.may_confirm(facts).or_refuse()
    law.may_still_link(elsewhere=known.elsewhere, over=identity.ends_at is not None and identity.ends_at <= edge.now).or_refuse()
    key = await data_key(edge, individual.id)
    await _supersede(edge, members, identity)
    identity.state, identity.confirmed_by, identity.confirmed_at = LinkState.LINKED, edge.by.id, edge.now
    identity.note = key.seal(text, place=NOTE)
    changed(edge, individual, "link_confirmed")
    await edge.session.flush()
    if not law.inherits(identity.sure(), identity.link_state()):
        return individual, identity
    if account:
        await _count(edge, individual, identity)
        await settle(edge, individual.id)
    else:
        await renew(edge, members, identity)
    return individual, identity


async def unlink(edge: Edge, individual_id: UUID, identity_id: UUID, *, reason: str) -> tuple[Individual, Identity]:
    """Undo a link, or turn a proposed one down, with a reason; what only this account inherited ends at this moment.

    Raises:
        Refused: a decision named the account, or the link was undone already.
    """
    individual = await _lock(edge, individual_id)
    identity = await edge.session.get(Identity, identity_id, with_for_update=True, populate_existing=True)
    decided = await edge.session.get(Account, identity_id) if identity is None else None
    if (identity or decided) is None or (identity or decided).individual_id != individual.id:  # type: ignore[union-attr]  # one of the two is there
        raise NotFound("identity")
    resting = await _resting_on(edge, identity) if identity else decided
    named = identity is None or (resting is not None and resting.decided_by is not None)
    law.may_unlink(None if named or identity is None else identity.link_state()).or_refuse()
    if identity is None:
        raise ValueError("a granted undoing without its link")
    key = await data_key(edge, individual.id)
    stood = identity.state == LinkState.LINKED
    identity.state, identity.unlinked_by, identity.unlinked_at = LinkState.UNLINKED, edge.by.id, edge.now
    identity.reason = key.seal(reason, place=REASON)
    changed(edge, individual, "unlinked")
    await edge.session.flush()
    if resting is not None:
        await edge.session.execute(delete(Account).where(col(Account.id) == resting.id))
        await settle(edge, individual.id)
    elif stood and identity.sort == "address":
        await take_back(edge, await members_of(edge, individual.id), identity)
    return individual, identity


async def forget_links(edge: Edge, individual: Individual) -> None:
    """Delete the links of addresses whose time is over, or that no decision in force names any more (D23)."""
    if await forget_over(edge, individual.id):
        changed(edge, individual, "addresses_forgotten")


async def forget_unnamed(edge: Edge, action: Action) -> None:
    """Delete the links of addresses that no decision in force names, because this one has ended (D23)."""
    if action.individual_id is not None:
        await forget_links(edge, await edge.lock(Individual, action.individual_id, "individual"))


def subject_of(edge: Edge, *, account: str | None, address: str | None) -> bytes:
    """Give the keyed hash of what is linked; of what can be no name or address, an empty one: the rules say why."""
    try:
        return hashes_of(edge.runtime).account(account) if account is not None else hashes_of(edge.runtime).address(address or "")
    except Refused:
        return b""


async def confirming(edge: Edge, members: list[UUID], *, waits: bool, proposed_by: str) -> Confirming:
    """Gather what the rule of the second person asks: is whoever confirms one of the accounts themselves (R115)?"""
    own = sub_hash(edge.runtime, edge.by.id)
    counted = select(Account.id).where(col(Account.individual_id).in_(members), Account.name_hash == own)
    thought = select(Identity.id).where(col(Identity.individual_id).in_(members), Identity.subject == own)
    aimed = own is not None and (await edge.session.scalar(counted.union_all(thought).limit(1))) is not None
    return Confirming(waits=waits, proposed_by=proposed_by, by=edge.by.id, aimed_at=aimed)


def changed(edge: Edge, individual: Individual, what: str) -> None:
    """Count a change of an individual, and put it into the trail."""
    individual.version += 1
    note(edge, individual, what)


def note(edge: Edge, individual: Individual, what: str) -> None:
    """Put a step into the trail; nothing about a person goes onto the bus."""
    source = edge.operation.partition(":")[0]
    operation = f"{source if source in ('http', 'deadline') else 'event'}:individual:{what}"
    write_audit(edge, aggregate="individual", aggregate_id=individual.id, operation=operation, state=what)


async def _lock(edge: Edge, individual_id: UUID) -> Individual:
    """Hold the person, then lock the individual that the caller names."""
    await hold(edge, individual_id)
    return await edge.lock(Individual, individual_id, "individual")


async def _identity(edge: Edge, individual: Individual, identity_id: UUID) -> Identity:
    found = await edge.session.get(Identity, identity_id, with_for_update=True, populate_existing=True)
    if found is None or found.individual_id != individual.id:
        raise NotFound("identity")
    return found


async def _known(edge: Edge, members: list[UUID], subject: bytes, *, of_account: bool) -> Link:
    """Tell what is known of an account or address already: whose it is, how surely, what waits."""
    links = list(await edge.session.scalars(select(Identity).where(Identity.subject == subject)))
    mine = [one for one in links if one.individual_id in members]
    counted = (await edge.session.scalars(select(Account).where(Account.name_hash == subject))).one_or_none()
    standing = [one.sure() for one in mine if one.state == LinkState.LINKED]
    others = any(one.state == LinkState.LINKED and one.individual_id not in members for one in links)
    return Link(
        confidence=Confidence.POSSIBLE,
        evidence="",
        elsewhere=of_account and (others or (counted is not None and counted.individual_id not in members)),
        decided=counted is not None and counted.individual_id in members and counted.decided_by is not None,
        proposed=any(one.state == LinkState.PROPOSED for one in mine),
        # New evidence renews an address; of an account it says something only when it is surer.
        confidence_now=standing[0] if standing and of_account else None,
    )


async def _staff_of(edge: Edge, members: list[UUID]) -> frozenset[str]:
    """Give the names, as accounts, of whoever acts now or has acted in the matters of a person."""
    matters = list(await edge.session.scalars(select(Action).where(col(Action.individual_id).in_(members))))
    signers = select(Signature.by).where(col(Signature.action_id).in_([action.id for action in matters]))
    people = {edge.by.id, *(action.evaluator for action in matters), *(action.performed_by or "" for action in matters)}
    found = set()
    for sub in people | set(await edge.session.scalars(signers)):
        try:
            found.add(canonical_user(sub))
        except Refused:
            continue
    return frozenset(found)


async def _supersede(edge: Edge, members: list[UUID], identity: Identity) -> None:
    """Let the link of the same account or address that stood until now give way to the one that is confirmed."""
    before = select(Identity).where(
        Identity.subject == identity.subject, col(Identity.individual_id).in_(members), Identity.state == LinkState.LINKED
    )
    for one in await edge.session.scalars(before):
        one.state = LinkState.SUPERSEDED
    await edge.session.flush()


async def _count(edge: Edge, individual: Individual, identity: Identity) -> None:
    """Have a confirmed account count from now on; a decision may have named it meanwhile."""
    if await _resting_on(edge, identity) is not None:
        return
    row = Account(
        id=new_id(),
        individual_id=individual.id,
        name_hash=identity.subject,
        # Sealed for this very place when it was proposed: nobody opens it to confirm it.
        name=identity.name,
        confidence=Confidence.CONFIRMED,
        identity_id=identity.id,
        at=edge.now,
    )
    edge.session.add(row)
    await edge.session.flush()


async def _resting_on(edge: Edge, identity: Identity) -> Account | None:
    """Find the account that counts because of a link."""
    found = select(Account).where(Account.name_hash == identity.subject, Account.individual_id == identity.individual_id)
    return (await edge.session.scalars(found)).one_or_none()
