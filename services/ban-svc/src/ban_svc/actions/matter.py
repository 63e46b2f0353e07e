"""The facts around a proposal, gathered for the rules: what it names, who is known, what stands already."""

from collections.abc import Iterable
from uuid import UUID

from chassis.edge import Edge
from chassis.runtime import Runtime
from kernel.actor import Role
from kernel.decision import Refused
from kernel.kinds import Kind
from kernel.review import Course
from sqlalchemy import or_
from sqlmodel import col, select

from ban_svc import rules
from ban_svc.hashes import hashes_of
from ban_svc.model import IN_FORCE, OPEN, ActionSpec, BanFacts, Matter, State
from ban_svc.tables import Account, Action, Cover, Event, Individual


def subjects_of(runtime: Runtime, spec: ActionSpec | None) -> list[bytes]:
    """Give the keyed hashes of the accounts that a proposal names."""
    return hashed(runtime, [account.name for account in (spec.accounts or ())] if spec else ())


def hashed(runtime: Runtime, names: Iterable[str]) -> list[bytes]:
    """Give the keyed hashes of accounts; a name that MediaWiki refuses has none, the rules say why."""
    found = []
    for name in names:
        try:
            found.append(hashes_of(runtime).account(name))
        except Refused:
            continue
    return list(dict.fromkeys(found))


def roles_of(edge: Edge) -> frozenset[Role]:
    """Tell in which roles whoever acts may act; a reaction or a deadline acts in none."""
    return edge.actor.roles if edge.actor is not None else frozenset()


def sub_hash(runtime: Runtime, sub: str) -> bytes | None:
    """Give the keyed hash of whoever acts, as if their subject were an account: it tells whether they are aimed at (R115)."""
    try:
        return hashes_of(runtime).account(sub)
    except Refused:
        return None


async def aimed_at(edge: Edge, *people: str, named: Iterable[bytes], individual_id: UUID | None) -> frozenset[str]:
    """Tell who of these people has one of the accounts named, or any other account of the person whose they are (R17, R115)."""
    own = {found: person for person in people if (found := sub_hash(edge.runtime, person)) is not None}
    accounts = set(named)
    whose = select(Individual.person_id).join(Account, col(Account.individual_id) == col(Individual.id), isouter=True)
    persons = whose.where(or_(col(Individual.id) == individual_id, col(Account.name_hash).in_(accounts)))
    of_theirs = (
        select(Account.name_hash)
        .join(Individual, col(Individual.id) == col(Account.individual_id))
        .where(col(Account.name_hash).in_(list(own)), col(Individual.person_id).in_(persons))
    )
    linked = set(await edge.session.scalars(of_theirs)) if own else set()
    return frozenset(person for found, person in own.items() if found in accounts | linked)


async def matter_of(
    edge: Edge,
    spec: ActionSpec | None,
    course: Course,
    *,
    case: UUID | None,
    notice: UUID | None,
    case_kind: str | None = None,
    action_id: UUID | None = None,
) -> Matter:
    """Gather what surrounds a proposal; `case_kind` where the case's event told it, `action_id` is the action itself once it exists."""
    has_case, has_notice = case is not None, notice is not None
    allowed = rules.interaction_bans_imposed(edge.now.date())
    if spec is None:
        return Matter(course=course, now=edge.now, has_case=has_case, has_notice=has_notice, interaction_bans=allowed)
    hashes = subjects_of(edge.runtime, spec)
    # Individuals found to be one are one person.
    by_accounts = select(Individual.person_id).join(Account, col(Account.individual_id) == col(Individual.id))
    individuals = set(await edge.session.scalars(by_accounts.where(col(Account.name_hash).in_(hashes))))
    individuals |= set(await edge.session.scalars(select(Individual.person_id).where(col(Individual.id) == spec.individual_id)))
    wanted = list(spec.scope.events or ()) if spec.scope else []
    known = spec.individual_id is None or await edge.session.get(Individual, spec.individual_id) is not None
    return Matter(
        course=course,
        now=edge.now,
        has_case=has_case,
        has_notice=has_notice,
        direct_request=case_kind == Kind.CHECKUSER,
        interaction_bans=allowed,
        individual_known=known,
        individuals_named=len(individuals),
        enforces=await facts_of(edge, spec.enforces),
        part_of=await _part_of(edge, spec),
        escalates=tuple([await facts_of(edge, one) for one in spec.escalates or ()]),
        events=tuple([one.facts() for one in await edge.session.scalars(select(Event).where(col(Event.id).in_(wanted)))]) if wanted else (),
        banned_already=spec.kind is Kind.GLOBAL_BAN and await _is_banned(edge, hashes, individuals, action_id),
        proposed_already=await is_proposed(edge, spec.kind, hashes, action_id),
    )


async def matter_of_action(edge: Edge, action: Action, spec: ActionSpec | None) -> Matter:
    """Gather what surrounds an action that exists, or a text that it would have."""
    return await matter_of(
        edge,
        spec,
        Course(action.course),
        case=action.case_id,
        notice=action.notice_id,
        case_kind=action.case_kind,
        action_id=action.id,
    )


async def facts_of(edge: Edge, action_id: UUID | None) -> BanFacts | None:
    """Give the facts of another action, None where nothing is named or nothing is there."""
    found = await edge.session.get(Action, action_id) if action_id else None
    return found.facts() if found else None


async def _part_of(edge: Edge, spec: ActionSpec) -> BanFacts | None:
    """Tell what the event ban is part of; naming what does not exist is naming no ban, which the rule must see."""
    found = await facts_of(edge, spec.part_of)
    return BanFacts(Kind.OTHER, State.WITHDRAWN) if spec.part_of and found is None else found


async def _is_banned(edge: Edge, hashes: Iterable[bytes], persons: Iterable[UUID], action_id: UUID | None) -> bool:
    """Tell whether one of the accounts, or the person by whichever account, is under another global ban in force (R17)."""
    covered = select(Cover.action_id).where(
        col(Cover.name_hash).in_(list(hashes)),
        col(Cover.kind) == Kind.GLOBAL_BAN,
        or_(col(Cover.ends_at).is_(None), col(Cover.ends_at) > edge.now),
    )
    against = select(Individual.id).where(col(Individual.person_id).in_(list(persons)))
    bans = select(Action.id).where(
        col(Action.kind) == Kind.GLOBAL_BAN,
        col(Action.state).in_(IN_FORCE),
        or_(col(Action.expires_at).is_(None), col(Action.expires_at) > edge.now),
        or_(col(Action.id).in_(covered), col(Action.individual_id).in_(against)),
    )
    return any(ban != action_id for ban in await edge.session.scalars(bans))


async def is_proposed(edge: Edge, kind: Kind, hashes: list[bytes], action_id: UUID | None) -> bool:
    """Tell whether another open proposal of this kind names one of the accounts."""
    if not hashes:
        return False
    # `&&` over keyed hashes: the GIN index answers it.
    named = col(Action.subjects).overlap(hashes)  # type: ignore[attr-defined]  # an operator of arrays alone
    same = select(Action.id).where(col(Action.kind) == kind, col(Action.state).in_(OPEN), named)
    return any(other != action_id for other in await edge.session.scalars(same))
