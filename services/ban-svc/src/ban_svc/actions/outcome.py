"""What an appeal decided about an action: carried out, or answered with why it cannot be (R101, R102, D13, D14)."""

from uuid import UUID

from chassis.edge import Edge
from kernel.decision import Decision

from ban_svc import rules
from ban_svc.actions.change import announce, note_in_trail
from ban_svc.actions.expiry import end
from ban_svc.actions.life import life_of, lock_with_blocks
from ban_svc.model import IN_FORCE, Outcome, State
from ban_svc.tables import Action, AppealOutcome


async def apply_outcome(edge: Edge, action_id: UUID, *, appeal_id: UUID, outcome: Outcome, issuance: int | None) -> None:
    """Overturn what an appeal overturned; a remand leaves it in force until it is decided anew; nothing is heard twice."""
    action, blocks = await lock_with_blocks(edge, action_id)
    if await edge.session.get(AppealOutcome, appeal_id) is not None:
        return
    decision = rules.may_apply(await life_of(edge, action), outcome, issuance=issuance)
    codes = [reason.code for reason in decision.reasons]
    edge.session.add(AppealOutcome(appeal_id=appeal_id, action_id=action.id, outcome=outcome, codes=codes, at=edge.now))
    await edge.session.flush()
    if not decision:
        _refuse(edge, action, appeal_id, decision)
    elif outcome == "overturned":
        await _overturn(edge, action, blocks, appeal_id)
    else:
        note_in_trail(edge, action, f"appeal_{outcome}", prior_state=action.state)


async def _overturn(edge: Edge, action: Action, blocks: list[Action], appeal_id: UUID) -> None:
    """End a decision in force and the range blocks that enforce it; a decision not to act just falls, and its case is reopened."""
    if action.state in IN_FORCE:
        for one in (action, *blocks):
            one.appeal_id = appeal_id
            await end(edge, one, "overturned", edge.now)
        return
    prior = action.public()
    action.appeal_id, action.state, action.ended_at = appeal_id, State.OVERTURNED, edge.now
    announce(edge, action, "overturned", prior)


def _refuse(edge: Edge, action: Action, appeal_id: UUID, decision: Decision) -> None:
    """Say which outcome could not be carried out, and why: a person decides what follows."""
    prior = action.public()
    action.refused_appeal, action.refused_codes = appeal_id, [reason.code for reason in decision.reasons]
    announce(edge, action, "outcome_refused", prior, remarks=decision.reasons)
