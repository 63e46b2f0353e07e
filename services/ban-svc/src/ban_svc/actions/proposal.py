"""An action from a recommendation or by hand: one text on one case is stored once (R2, R19, R99, D1, matrix row 3)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from chassis.crypto import new_data_key
from chassis.edge import Edge, new_id
from kernel.decision import Reason, Refused, refuse
from kernel.kinds import ACTION_KINDS, Kind
from kernel.review import Course, Level, chain_for, may_choose
from sqlalchemy import text
from sqlmodel import col, select

from ban_svc import rules
from ban_svc.actions.change import announce
from ban_svc.actions.matter import aimed_at, hashed, matter_of, subjects_of
from ban_svc.actions.ranges import named_ranges
from ban_svc.actions.recorded import record_of_others
from ban_svc.actions.text import seal_spec
from ban_svc.model import OPEN, ActionSpec, Matter, State
from ban_svc.tables import Action

# Proposals are few and must not pass each other: whether somebody is proposed already is asked of all of them.
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('ban.propose', 0))")


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed: `text` is the spec exactly as it was sent, `digest` is of the whole recommendation (D1).

    `named` are accounts of those whom the case names besides, who sign nothing; `case_kind` is what the case's event says it is about.
    """

    course: Course
    evaluator: str
    digest: str
    kind: Kind
    spec: ActionSpec | None = None
    text: Mapping[str, Any] | None = None
    case_id: UUID | None = None
    case_kind: Kind | None = None
    notice_id: UUID | None = None
    recommendation_id: UUID | None = None
    request_ids: tuple[UUID, ...] = ()
    optional: frozenset[Level] = field(default_factory=frozenset)
    named: tuple[str, ...] = ()


async def propose(edge: Edge, proposal: Proposal) -> Action:
    """Store an action and open its chain; the same text on the same case is the same action.

    Raises:
        Refused: with every reason why it may not be proposed.
    """
    if edge.actor is not None:
        rules.may_work_on(proposal.kind, edge.actor.roles).or_refuse()
    await edge.session.execute(_ONE_AT_A_TIME)
    if (same := await _same(edge, proposal)) is not None:
        return same
    if proposal.spec is not None and rules.is_of_others(proposal.spec):
        return await record_of_others(edge, _made(edge, proposal), proposal.spec, proposal.text or {})
    matter = await matter_of(
        edge, proposal.spec, proposal.course, case=proposal.case_id, notice=proposal.notice_id, case_kind=proposal.case_kind
    )
    subjects = subjects_of(edge.runtime, proposal.spec)
    against = proposal.spec.individual_id if proposal.spec else None
    own = await aimed_at(edge, proposal.evaluator, named=subjects, individual_id=against)
    _ask(proposal, replace(matter, proposer_named=bool(own)))
    action = _made(edge, proposal)
    await write_spec(edge, action, proposal.spec, proposal.text, matter)
    edge.session.add(action)
    await edge.session.flush()
    seen = rules.remarks(proposal.spec, proposal.course, on=edge.now.date()) if proposal.spec else ()
    announce(edge, action, "proposed", None, remarks=seen)
    return action


async def propose_or_send_back(edge: Edge, proposal: Proposal) -> Action:
    """Store what was recommended; what the law does not let be proposed goes back to its evaluator with the reasons, as returned (D2).

    Only its text is kept then: it names nobody and nothing until it is amended, so that it stands in no other proposal's way. A text that
    says where reported material lies is not kept either (D20).
    """
    # Taken here too: what a savepoint locks is free again when it is undone.
    await edge.session.execute(_ONE_AT_A_TIME)
    try:
        async with edge.savepoint():
            return await propose(edge, proposal)
    except Refused as refused:
        if proposal.kind not in ACTION_KINDS:
            raise
        reasons = refused.reasons
    if not may_choose(proposal.kind, proposal.optional, on=edge.now.date()):
        proposal = replace(proposal, optional=frozenset())
    action = _made(edge, proposal)
    await seal_spec(edge, action, None if rules.is_kept_apart(reasons) else proposal.text)
    edge.session.add(action)
    await edge.session.flush()
    announce(edge, action, "proposed", None)
    await send_back(edge, action, reasons)
    return action


async def send_back(edge: Edge, action: Action, reasons: Iterable[Reason]) -> None:
    """Return an action to its evaluator, with what the law has against it in the trail."""
    # The database takes every action as a proposal first.
    await edge.session.flush()
    prior = action.public()
    action.state, action.review_state, action.open_level = State.RETURNED, "returned", None
    announce(edge, action, "returned", prior, remarks=reasons)


async def write_spec(edge: Edge, action: Action, spec: ActionSpec | None, text: Mapping[str, Any] | None, matter: Matter) -> None:
    """Put what a text says into the action's columns, as far as they may be known without opening it."""
    await seal_spec(edge, action, text)
    if spec is None:
        return
    action.subjects, action.individual_id = subjects_of(edge.runtime, spec), spec.individual_id
    action.ranges = named_ranges(edge, action.id, spec)
    action.disclosure = rules.disclosure_of(spec)
    action.emergency, action.irrevocable = bool(spec.emergency), bool(spec.irrevocable)
    action.part_of, action.enforces, action.escalates = spec.part_of, spec.enforces, list(spec.escalates or ())
    action.starts_at, action.expires_at = spec.starts_at, rules.ends_at(spec, matter.enforces)


def _made(edge: Edge, proposal: Proposal) -> Action:
    """Put the row together, without its text."""
    on = edge.now.date()
    chain = chain_for(proposal.kind, proposal.course, optional=proposal.optional, on=on)
    action = Action(
        id=new_id(),
        case_id=proposal.case_id,
        case_kind=proposal.case_kind,
        notice_id=proposal.notice_id,
        recommendation_id=proposal.recommendation_id,
        request_ids=list(proposal.request_ids),
        kind=proposal.kind,
        course=proposal.course,
        state=State.PROPOSED,
        evaluator=proposal.evaluator,
        digest=proposal.digest,
        policy_date=on,
        optional_levels=sorted(proposal.optional),
        levels=list(chain.column),
        approvals=chain.approvals,
        named=hashed(edge.runtime, proposal.named),
        disclosure="confidential",
        open_level=chain.levels[0],
        proposed_at=edge.now,
    )
    new_data_key(edge, action.id)
    return action


def _ask(proposal: Proposal, matter: Matter) -> None:
    """Refuse what the law does not let be proposed."""
    if proposal.spec is not None:
        rules.may_propose(proposal.spec, matter).or_refuse()
        return
    if proposal.course is Course.ACT:
        refuse("nothing_proposed", "A recommendation to act says what should be done; this one names no action.", "R19")
    rules.may_carry_out(proposal.kind, matter).or_refuse()


async def _same(edge: Edge, proposal: Proposal) -> Action | None:
    """Find the action that this very proposal made already."""
    query = select(Action).where(
        col(Action.case_id) == proposal.case_id, col(Action.digest) == proposal.digest, col(Action.state).in_(OPEN | {State.RECORDED})
    )
    if proposal.recommendation_id is not None:
        made = select(Action).where(col(Action.recommendation_id) == proposal.recommendation_id)
        if (found := (await edge.session.scalars(made)).first()) is not None:
            return found
    return (await edge.session.scalars(query)).first()
