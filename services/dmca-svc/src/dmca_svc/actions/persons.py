"""Who is who in the ledger: accounts that gave material, and what ban-svc says of whose they are (R17, D23)."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from chassis.audit import log_access
from chassis.crypto import new_data_key, reveal_many
from chassis.edge import Edge, new_id
from kernel.decision import Refused
from kernel.names import canonical_user
from sqlmodel import col, select

from dmca_svc.actions.ledger import accounts_of, lock_ledger, locked, present, refresh, say
from dmca_svc.actions.matter import load
from dmca_svc.actions.text import PERSON, open_access, open_json, party_hash
from dmca_svc.model.individual import Told
from dmca_svc.model.infringer import Links, Task
from dmca_svc.tables import Infringer, InfringerAccount, Notice

NAME = "infringer_account.name"


def account_hash(edge: Edge, name: str) -> bytes:
    """Give the keyed hash by which an account is found, as in the rows of uploaders; spellings that a wiki takes as one are one."""
    return party_hash(edge, "wiki_user", name)


async def enrol(edge: Edge, names: Iterable[str]) -> list[Infringer]:
    """Put the accounts that gave material of a notice into the ledger, each as a person of its own until ban-svc says otherwise."""
    await lock_ledger(edge)
    found: dict[UUID, Infringer] = {}
    for name in names:
        account = await _account(edge, account_hash(edge, name))
        if account is None:
            account = await _new_account(edge, await _new_person(edge), name, gave=True)
        elif not account.gave or account.unlinked_at is not None:
            account.gave, account.unlinked_at = True, None
        found[account.infringer_id] = await locked(edge, account.infringer_id)
    return list(found.values())


async def link(edge: Edge, told: Iterable[Told]) -> list[Infringer]:
    """Take over what ban-svc says of accounts: one person's come together, and what it no longer says comes apart (D23).

    Give the persons that the accounts are now.
    """
    await lock_ledger(edge)
    persons: dict[UUID, Infringer] = {}
    for one in told:
        account = await _account(edge, account_hash(edge, one.account))
        if account is None:
            continue
        person = await _same_person(edge, account, one) if one.individual_id else await _nobodys(edge, account)
        person.links, person.asked_at = Links.KNOWN, edge.now
        persons[person.id] = person
        await edge.session.flush()
    return [await present(edge, person_id) for person_id in persons]


async def givers(edge: Edge, notice_id: UUID) -> list[str]:
    """Read the accounts that gave material of a notice; the read is logged first."""
    matter = await load(edge, await edge.get(Notice, notice_id, "notice"))
    await open_access(matter)
    mine = [uploader for uploader in matter.uploaders if uploader.page_ids]
    return [str((await open_json(matter, uploader.person, place=PERSON))["wiki_user"]) for uploader in mine]


async def unreachable(edge: Edge, persons: Iterable[Infringer]) -> None:
    """Say in the ledger that ban-svc could not be asked: its silence is not the word that there are no other accounts."""
    for person in persons:
        if person.links != Links.UNREACHABLE:
            person.links = Links.UNREACHABLE
            say(edge, person, "links_unreachable", prior=person.task)


async def open_names(edge: Edge, accounts: Iterable[InfringerAccount]) -> dict[UUID, str]:
    """Read the names of accounts by the rows' ids, each read logged first."""
    rows = list(accounts)
    for row in rows:
        await log_access(edge, "infringer", row.id)
    names = await reveal_many(edge, [row.name for row in rows], place=NAME)
    return {row.id: name for row, name in zip(rows, names, strict=True)}


async def _same_person(edge: Edge, account: InfringerAccount, told: Told) -> Infringer:
    """Bring together every account that ban-svc says is this person's, and let go of what it does not."""
    known = (await edge.session.scalars(select(Infringer).where(Infringer.individual_id == told.individual_id))).one_or_none()
    mine = await present(edge, account.infringer_id)
    person = known or (mine if mine.individual_id is None else await _new_person(edge))
    person = await locked(edge, person.id)
    person.individual_id = told.individual_id
    named = _by_hash(edge, told.names)
    for hashed, name in named.items():
        other = await _account(edge, hashed)
        if other is None:
            await _new_account(edge, person, name, gave=False)
        else:
            other.unlinked_at = None
            await _move(edge, other, person)
    for other in await accounts_of(edge, person):
        if other.account_hash not in named:
            await _let_go(edge, other)
    await refresh(edge, person)
    return person


async def _nobodys(edge: Edge, account: InfringerAccount) -> Infringer:
    """Keep an account that is nobody's on record as a person of its own; what ban-svc had linked to it before comes apart."""
    person = await locked(edge, account.infringer_id)
    if person.individual_id is None:
        return person
    others = [one for one in await accounts_of(edge, person) if one.id != account.id]
    if any(one.gave for one in others):
        return await _let_go(edge, account) or person
    for one in others:
        await _let_go(edge, one)
    person.individual_id = None
    say(edge, person, "parted", prior=person.task)
    await refresh(edge, person)
    return person


async def _move(edge: Edge, account: InfringerAccount, person: Infringer) -> None:
    """Move an account to its person; a person without any account left is this one."""
    if account.infringer_id == person.id:
        return
    left = await locked(edge, account.infringer_id)
    account.infringer_id = person.id
    await edge.session.flush()
    if await accounts_of(edge, left):
        await refresh(edge, left)
        return
    prior = left.task
    left.merged_into, left.individual_id = person.id, None
    left.task, left.task_grounds, left.waits = Task.NONE, [], False
    say(edge, left, "merged", prior=prior)


async def _let_go(edge: Edge, account: InfringerAccount) -> Infringer | None:
    """Part an account from its person; one that gave material is a person of its own again, any other is out of the ledger."""
    if not account.gave:
        account.unlinked_at = edge.now
        await edge.session.flush()
        return None
    left = await locked(edge, account.infringer_id)
    person = await _new_person(edge)
    account.infringer_id = person.id
    await edge.session.flush()
    say(edge, left, "parted", prior=left.task)
    await refresh(edge, left)
    await refresh(edge, person)
    return person


async def _account(edge: Edge, hashed: bytes) -> InfringerAccount | None:
    return (await edge.session.scalars(select(InfringerAccount).where(col(InfringerAccount.account_hash) == hashed))).one_or_none()


async def _new_person(edge: Edge) -> Infringer:
    person = Infringer(id=new_id(), at=edge.now)
    edge.session.add(person)
    await edge.session.flush()
    say(edge, person, "entered", prior=None)
    return person


async def _new_account(edge: Edge, person: Infringer, name: str, *, gave: bool) -> InfringerAccount:
    row_id = new_id()
    key = new_data_key(edge, row_id)
    sealed = key.seal(name, place=NAME)
    account = InfringerAccount(
        id=row_id, infringer_id=person.id, account_hash=account_hash(edge, name), name=sealed, gave=gave, at=edge.now
    )
    edge.session.add(account)
    await edge.session.flush()
    return account


def _by_hash(edge: Edge, names: Iterable[str]) -> Mapping[bytes, str]:
    """Give each account once, as a wiki writes it; what no wiki would take as a name is left as it was said."""
    found: dict[bytes, str] = {}
    for said in names:
        try:
            name = canonical_user(said)
        except Refused:
            name = said
        found.setdefault(account_hash(edge, name), name)
    return found
