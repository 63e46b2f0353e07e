"""The facts around a proposal, gathered for the rules: what it names, who is known, what stands already."""

from collections.abc import Iterable
from uuid import UUID

from chassis.edge import Edge
from chassis.runtime import Runtime
from kernel.decision import Refused
from kernel.kinds import Kind
from kernel.review import Course
from sqlalchemy import or_
from sqlmodel import col, select

from ban_svc.hashes import hashes_of
from ban_svc.model import IN_FORCE, OPEN, ActionSpec, BanFacts, Matter, State
from ban_svc.tables import Account, Action, Cover, Individual


def subjects_of(runtime: Runtime, spec: ActionSpec | None) -> list[bytes]:
    """Give the keyed hashes of the accounts that a proposal names; a name that MediaWiki refuses has none, the rules say why."""
    found = []
    for account in (spec.accounts or ()) if spec else ():
        try:
            found.append(hashes_of(runtime).account(account.name))
        except Refused:
            continue
    return list(dict.fromkeys(found))


def sub_hash(runtime: Runtime, sub: str) -> bytes | None:
    """Give the keyed hash of whoever acts, as if their subject were an account: it tells whether they are aimed at (R115)."""
    try:
        return hashes_of(runtime).account(sub)
    except Refused:
        return None


async def matter_of(
    edge: Edge, spec: ActionSpec | None, course: Course, *, case: UUID | None, notice: UUID | None, action_id: UUID | None = None
) -> Matter:
    """Gather what surrounds a proposal; `action_id` is the action itself once it exists."""
    has_case, has_notice = case is not None, notice is not None
    if spec is None:
        return Matter(course=course, now=edge.now, has_case=has_case, has_notice=has_notice)
    hashes = subjects_of(edge.runtime, spec)
    individuals = {spec.individual_id} - {None} | set(
        await edge.session.scalars(select(Account.individual_id).where(col(Account.name_hash).in_(hashes)))
    )
    known = spec.individual_id is None or await edge.session.get(Individual, spec.individual_id) is not None
    return Matter(
        course=course,
        now=edge.now,
        has_case=has_case,
        has_notice=has_notice,
        individual_known=known,
        individuals_named=len(individuals),
        enforces=await facts_of(edge, spec.enforces),
        part_of=await _part_of(edge, spec),
        escalates=tuple([await facts_of(edge, one) for one in spec.escalates or ()]),
        banned_already=spec.kind is Kind.GLOBAL_BAN and await _is_banned(edge, hashes, action_id),
        proposed_already=await _is_proposed(edge, spec.kind, hashes, action_id),
    )


async def facts_of(edge: Edge, action_id: UUID | None) -> BanFacts | None:
    """Give the facts of another action, None where nothing is named or nothing is there."""
    found = await edge.session.get(Action, action_id) if action_id else None
    return found.facts() if found else None


async def _part_of(edge: Edge, spec: ActionSpec) -> BanFacts | None:
    """Tell what the event ban is part of; naming what does not exist is naming no ban, which the rule must see."""
    found = await facts_of(edge, spec.part_of)
    return BanFacts(Kind.OTHER, State.WITHDRAWN) if spec.part_of and found is None else found


async def _is_banned(edge: Edge, hashes: Iterable[bytes], action_id: UUID | None) -> bool:
    """Tell whether one of the accounts is under another global ban in force."""
    bans = (
        select(Cover.action_id)
        .join(Action, col(Action.id) == col(Cover.action_id))
        .where(
            col(Cover.name_hash).in_(list(hashes)),
            col(Cover.kind) == Kind.GLOBAL_BAN,
            or_(col(Cover.ends_at).is_(None), col(Cover.ends_at) > edge.now),
            col(Action.state).in_(IN_FORCE),
        )
    )
    return any(ban != action_id for ban in await edge.session.scalars(bans))


async def _is_proposed(edge: Edge, kind: Kind, hashes: list[bytes], action_id: UUID | None) -> bool:
    """Tell whether another open proposal of this kind names one of the accounts."""
    if not hashes:
        return False
    # `&&` over keyed hashes: the GIN index answers it.
    named = col(Action.subjects).overlap(hashes)  # type: ignore[attr-defined]  # an operator of arrays alone
    same = select(Action.id).where(col(Action.kind) == kind, col(Action.state).in_(OPEN), named)
    return any(other != action_id for other in await edge.session.scalars(same))
