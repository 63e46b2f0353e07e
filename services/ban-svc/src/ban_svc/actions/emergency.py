"""An emergency measure after it was enacted: the signatures that must follow, late or declined (D3, D4)."""

from chassis.edge import Edge
from chassis.ticker import cancel, schedule
from kernel.deadline import Target
from kernel.kinds import Kind
from kernel.review import ReviewState
from sqlmodel import col, select

from ban_svc import rules
from ban_svc.actions.change import announce
from ban_svc.actions.owed import undo
from ban_svc.model import IN_FORCE, State
from ban_svc.tables import Action, Signature

CHAIN, SECOND, REVERSAL = "chain", "second_signature", "reversal"
_DEADLINES = tuple(f"action.{measures}_{what}" for measures in (SECOND, CHAIN) for what in ("at_risk", "due"))


async def enacted_first(edge: Edge, action: Action) -> None:
    """Ask for the signatures of a measure that was just enacted before them, each with its date."""
    targets = rules.signatures_due(Kind(action.kind), edge.now)
    if await _signed(edge, action):
        targets.pop(SECOND, None)
    for measures, target in targets.items():
        schedule(edge, aggregate_id=action.id, kind=f"action.{measures}_at_risk", due_at=target.at_risk_at)
        schedule(edge, aggregate_id=action.id, kind=f"action.{measures}_due", due_at=target.target_at)
    first = next(iter(targets))
    _set_clock(action, first, targets[first], "running")


async def signature_came(edge: Edge, action: Action) -> None:
    """Go on to the clock of the whole chain once a second person has signed a measure in force."""
    if action.state not in IN_FORCE or action.clock_measures != SECOND or action.enacted_at is None:
        return
    await cancel(edge, action.id, f"action.{SECOND}_at_risk", f"action.{SECOND}_due")
    target = rules.signatures_due(Kind(action.kind), action.enacted_at)[CHAIN]
    _set_clock(action, CHAIN, target, "at_risk" if edge.now >= target.at_risk_at else "running")


async def chain_ended(edge: Edge, action: Action, outcome: ReviewState) -> None:
    """Say how the chain of a measure in force ended: approved, it stands; declined, what was done is owed back the same day (D4)."""
    prior = action.public()
    await cancel(edge, action.id, *_DEADLINES)
    action.clock_state = "stopped"
    if outcome is ReviewState.APPROVED:
        announce(edge, action, "approved", prior)
        return
    await cancel(edge, action.id, "action.expires")
    await undo(edge, action, by_the_clock=False)
    action.state, action.ended_at = State.DECLINED, edge.now
    action.decided_at = action.issued_at = edge.now
    if action.effects_waiting:
        target = rules.reversal_due(edge.now)
        schedule(edge, aggregate_id=action.id, kind=f"action.{REVERSAL}_due", due_at=target.target_at)
        _set_clock(action, REVERSAL, target, "running")
    announce(edge, action, "declined", prior)


async def grow_late(edge: Edge, action: Action, measures: str, state: str) -> None:
    """Say that signatures, or a reversal, are nearly late or late. It is a breach on record and never an undo."""
    if not await _waits(edge, action, measures) or action.enacted_at is None:
        return
    prior = action.public()
    target = _target(action, measures)
    _set_clock(action, measures, target, state)
    announce(edge, action, "breached" if state == "breached" else "at_risk", prior)


async def _waits(edge: Edge, action: Action, measures: str) -> bool:
    if measures == REVERSAL:
        return action.state == State.DECLINED and action.effects_waiting > 0
    pending = action.state in IN_FORCE and action.review_state == ReviewState.OPEN
    return pending and (measures == CHAIN or not await _signed(edge, action))


def _target(action: Action, measures: str) -> Target:
    if action.enacted_at is None or (measures == REVERSAL and action.ended_at is None):
        raise ValueError("a clock without its beginning")
    if measures == REVERSAL and action.ended_at is not None:
        return rules.reversal_due(action.ended_at)
    return rules.signatures_due(Kind(action.kind), action.enacted_at)[measures]


async def _signed(edge: Edge, action: Action) -> bool:
    signed = select(Signature.id).where(col(Signature.action_id) == action.id, col(Signature.digest) == action.digest).limit(1)
    return (await edge.session.scalar(signed)) is not None


def _set_clock(action: Action, measures: str, target: Target, state: str) -> None:
    action.clock_measures, action.clock_state = measures, state
    action.clock_target_at, action.clock_at_risk_at = target.target_at, target.at_risk_at
