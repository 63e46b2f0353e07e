"""An action from a recommendation or by hand: one text on one case is stored once (R2, R19, R99, D1, matrix row 3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from chassis.crypto import new_data_key
from chassis.edge import Edge, new_id
from kernel.decision import refuse
from kernel.kinds import Kind
from kernel.review import Course, Level, chain_for
from sqlalchemy import text
from sqlmodel import col, select

from ban_svc import rules
from ban_svc.actions.change import announce
from ban_svc.actions.matter import matter_of, subjects_of
from ban_svc.actions.text import seal_spec
from ban_svc.model import OPEN, ActionSpec, Matter, State
from ban_svc.tables import Action

# Proposals are few and must not pass each other: whether somebody is proposed already is asked of all of them.
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('ban.propose', 0))")


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed: `text` is the spec exactly as it was sent, `digest` is of the whole recommendation (D1)."""

    course: Course
    evaluator: str
    digest: str
    kind: Kind
    spec: ActionSpec | None = None
    text: Mapping[str, Any] | None = None
    case_id: UUID | None = None
    notice_id: UUID | None = None
    recommendation_id: UUID | None = None
    request_ids: tuple[UUID, ...] = ()
    optional: frozenset[Level] = field(default_factory=frozenset)


async def propose(edge: Edge, proposal: Proposal) -> Action:
    """Store an action and open its chain; the same text on the same case is the same action.

    Raises:
        Refused: with every reason why it may not be proposed.
    """
    await edge.session.execute(_ONE_AT_A_TIME)
    if (same := await _same(edge, proposal)) is not None:
        return same
    matter = await matter_of(edge, proposal.spec, proposal.course, case=proposal.case_id, notice=proposal.notice_id)
    _ask(proposal, matter)
    on = edge.now.date()
    chain = chain_for(proposal.kind, proposal.course, optional=proposal.optional, on=on)
    action = Action(
        id=new_id(),
        case_id=proposal.case_id,
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
        disclosure="confidential",
        open_level=chain.levels[0],
        proposed_at=edge.now,
    )
    new_data_key(edge, action.id)
    await write_spec(edge, action, proposal.spec, proposal.text, matter)
    edge.session.add(action)
    await edge.session.flush()
    announce(edge, action, "proposed", None, remarks=rules.remarks(proposal.spec) if proposal.spec else ())
    return action


async def write_spec(edge: Edge, action: Action, spec: ActionSpec | None, text: Mapping[str, Any] | None, matter: Matter) -> None:
    """Put what a text says into the action's columns, as far as they may be known without opening it."""
    await seal_spec(edge, action, text)
    if spec is None:
        return
    action.subjects = subjects_of(edge.runtime, spec)
    action.disclosure = rules.disclosure_of(spec)
    action.irrevocable = bool(spec.irrevocable)
    action.part_of, action.enforces, action.escalates = spec.part_of, spec.enforces, list(spec.escalates or ())
    action.starts_at, action.expires_at = spec.starts_at, rules.ends_at(spec, matter.enforces)


def _ask(proposal: Proposal, matter: Matter) -> None:
    """Refuse what the law does not let be proposed."""
    if proposal.spec is not None:
        rules.may_propose(proposal.spec, matter).or_refuse()
        return
    if proposal.course is Course.ACT:
        refuse("nothing_proposed", "A recommendation to act says what should be done; this one names no action.", "R19")
    rules.may_carry_out(proposal.kind).or_refuse()


async def _same(edge: Edge, proposal: Proposal) -> Action | None:
    """Find the action that this very proposal made already."""
    query = select(Action).where(
        col(Action.case_id) == proposal.case_id, col(Action.digest) == proposal.digest, col(Action.state).in_(OPEN)
    )
    if proposal.recommendation_id is not None:
        made = select(Action).where(col(Action.recommendation_id) == proposal.recommendation_id)
        if (found := (await edge.session.scalars(made)).first()) is not None:
            return found
    return (await edge.session.scalars(query)).first()
