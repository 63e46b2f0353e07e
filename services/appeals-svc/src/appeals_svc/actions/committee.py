"""The committee: enrolled by counsel under pseudonyms, on ten chairs; who they are is under each one's own key (D13)."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from uuid import UUID

from chassis.audit import log_access, write_audit
from chassis.crypto import new_data_key, reveal
from chassis.edge import Edge, new_id
from contracts import opaque
from kernel.names import canonical_user
from sqlmodel import col, select

from appeals_svc import rules
from appeals_svc.tables import Member

_PLACE = "member.identity"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a member is, in plain text only while it is sealed; `sub` is the person of their token."""

    sub: str
    name: str
    email: str | None = None
    wiki_user: str | None = None


async def enrol(edge: Edge, pseudonym: str, who: Identity) -> Member:
    """Give somebody a chair and a pseudonym.

    Raises:
        Refused: no chair is free, the pseudonym was used before, or the person sits already.
    """
    everybody = (await edge.session.scalars(select(Member).order_by(col(Member.id)).with_for_update())).all()
    sitting = [one for one in everybody if one.until is None]
    hashed = hash_of(edge, opaque(who.sub))
    rules.may_enrol(
        sitting=len(sitting),
        pseudonym_used=any(one.pseudonym.casefold() == pseudonym.casefold() for one in everybody),
        sits_already=any(one.sub_hash == hashed for one in sitting),
        on=edge.now.date(),
    ).or_refuse()
    taken, keyring, member_id = {one.chair for one in sitting}, edge.runtime.keyring, new_id()
    told = json.dumps({name: value for name, value in asdict(who).items() if value is not None})
    member = Member(
        id=member_id,
        chair=next(chair for chair in range(1, len(taken) + 2) if chair not in taken),
        pseudonym=pseudonym,
        sub_hash=hashed,
        email_hash=None if who.email is None else keyring.hash("appeals.email", who.email.strip().casefold()),
        user_hash=None if who.wiki_user is None else keyring.hash("appeals.wiki_user", canonical_user(who.wiki_user)),
        since=edge.now,
        enrolled_by=opaque(edge.by.id),
        identity=new_data_key(edge, member_id).seal(told, place=_PLACE),
    )
    edge.session.add(member)
    write_audit(edge, aggregate="member", aggregate_id=member.id, state="sits")
    return member


async def depart(edge: Edge, member_id: UUID) -> Member:
    """Free a member's chair; what they voted stays, and nobody is drawn who left.

    Raises:
        NotFound: there is no such member.
        Refused: they have left already.
    """
    member = await edge.lock(Member, member_id, "member")
    rules.may_depart(sits=member.until is None).or_refuse()
    member.until = edge.now
    member.version += 1
    write_audit(edge, aggregate="member", aggregate_id=member.id, prior_state="sits", state="left")
    return member


async def identity_of(edge: Edge, member_id: UUID) -> tuple[Member, Identity]:
    """Open who a member is; each look is logged.

    Raises:
        NotFound: there is no such member.
    """
    member = await edge.get(Member, member_id, "member")
    await log_access(edge, "member", member.id)
    return member, Identity(**json.loads(await reveal(edge, member.identity, place=_PLACE)))


def hash_of(edge: Edge, sub: str) -> bytes:
    """Hash the opaque id of somebody's token, so that their seat is found and nobody's name is in it."""
    return edge.runtime.keyring.hash("appeals.judge", sub)
