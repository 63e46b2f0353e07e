"""The chain at work: signatures in turn, returns and their answers, recusals, withdrawal (R19, R113, R115, D1, D2)."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from chassis.edge import Edge, new_id
from kernel.actor import Performer
from kernel.decision import Decision, Refused, refuse
from kernel.digest import digest
from kernel.kinds import Kind
from kernel.review import Chain, Course, Level, Review, ReviewState, Verdict, chain_for, may_sign, open_level, state_of
from sqlmodel import col, select

from ban_svc import rules
from ban_svc.actions.change import announce, note_in_trail
from ban_svc.actions.delegation import delegations_of
from ban_svc.actions.emergency import chain_ended, signature_came
from ban_svc.actions.matter import aimed_at, matter_of_action, roles_of, sub_hash
from ban_svc.actions.modification import had_part, withdraw_modification
from ban_svc.actions.proposal import send_back, write_spec
from ban_svc.actions.text import open_spec, seal_spec, write_note
from ban_svc.model import IN_FORCE, ActionSpec, State
from ban_svc.tables import Action, Delegation, Recusal, Signature

_AFTER = {
    ReviewState.OPEN: State.IN_REVIEW,
    ReviewState.APPROVED: State.APPROVED,
    ReviewState.DECLINED: State.DECLINED,
    ReviewState.RETURNED: State.RETURNED,
}


def chain_of(action: Action) -> Chain:
    """Give the chain that the action was proposed with: the law of that day."""
    optional = frozenset(Level(level) for level in action.optional_levels)
    return chain_for(Kind(action.kind), Course(action.course), optional=optional, on=action.policy_date)


async def signatures_of(edge: Edge, action: Action) -> list[Signature]:
    """Read the signatures over the present text, in the order they were given."""
    mine = select(Signature).where(Signature.action_id == action.id, Signature.digest == action.digest).order_by(col(Signature.ordinal))
    return list(await edge.session.scalars(mine))


async def review_of(edge: Edge, action: Action) -> Review:
    """Gather the facts of the review of the present text, as they stand for whoever acts now."""
    signatures = await signatures_of(edge, action)
    recused = await edge.session.scalars(select(Recusal.by).where(Recusal.action_id == action.id))
    involved = await involved_of(edge, action, edge.by.id)
    return review_facts(action, signatures, recused=frozenset(recused), involved=involved)


async def involved_of(edge: Edge, action: Action, *people: str) -> frozenset[str]:
    """Tell who of these people is aimed at by the action, by whichever account, or named in its case, whoever noticed (R115)."""
    aimed = await aimed_at(edge, *people, named=action.subjects, individual_id=action.individual_id)
    return aimed | frozenset(person for person in people if sub_hash(edge.runtime, person) in action.named)


def review_facts(
    action: Action, signatures: Iterable[Signature], *, recused: frozenset[str] = frozenset(), involved: frozenset[str] = frozenset()
) -> Review:
    """Put a review together from its rows."""
    return Review(
        kind=Kind(action.kind),
        course=Course(action.course),
        chain=chain_of(action),
        digest=action.digest,
        evaluator=action.evaluator,
        signatures=tuple(signature.facts() for signature in signatures),
        recused=recused,
        involved=involved,
        emergency_enactor=action.performed_by if action.emergency else None,
    )


async def sign(edge: Edge, action_id: UUID, *, level: Level, verdict: Verdict, digest: str, note: str) -> Action:
    """Sign one level in its turn, in the role of its name, or for somebody who delegated it.

    Raises:
        Refused: with every reason why this person may not sign this level of this text now.
    """
    action = await edge.lock(Action, action_id, "action")
    review = await review_of(edge, action)
    roles = roles_of(edge)
    delegation, for_another = None if level.role in roles else await _delegation(edge, action, review, level), Decision()
    if delegation is not None:
        for_another = await _may_sign_for(edge, action, review, delegation)
    held = level.role in roles or delegation is not None
    asked = may_sign(review, by=edge.by.id, level=level, verdict=verdict, digest=digest, role_held=held)
    under_review = rules.was_decided_here(action.origin) & rules.is_under_review(
        State(action.state), verdict=verdict, unsigned=not review.signatures
    )
    (rules.may_work_on(Kind(action.kind), roles) & under_review & asked & for_another).or_refuse()
    edge.by = Performer(role=level.role.value, id=edge.by.id)
    prior, written = action.public(), await write_note(edge, action, "review", note)
    signature = Signature(
        id=new_id(),
        action_id=action.id,
        digest=digest,
        level=level,
        by=edge.by.id,
        verdict=verdict,
        ordinal=len(review.signatures) + 1,
        note_id=written.id,
        delegation_id=delegation.id if delegation else None,
        at=edge.now,
    )
    edge.session.add(signature)
    await edge.session.flush()
    review = await review_of(edge, action)
    if action.state not in IN_FORCE:
        action.state = State.IN_REVIEW
    action.reviewed_level, action.review_verdict = level, verdict
    action.review_state, action.open_level = state_of(review), open_level(review)
    action.authorised_by = [one.level for one in review.signatures if one.verdict is Verdict.APPROVE]
    await signature_came(edge, action)
    announce(edge, action, "review_recorded", prior, remarks=rules.diverges(verdict))
    await _conclude(edge, action, state_of(review))
    return action


async def _delegation(edge: Edge, action: Action, review: Review, level: Level) -> Delegation | None:
    """Find the delegation under which this person signs: one by somebody who may sign it, where there is one."""
    found = await delegations_of(edge, level, edge.by.id)
    free = [one for one in found if await _may_sign_for(edge, action, review, one)]
    return next(iter(free or found), None)


async def _may_sign_for(edge: Edge, action: Action, review: Review, delegation: Delegation) -> Decision:
    return rules.may_sign_for(delegation.facts(), review, involved=await involved_of(edge, action, delegation.by))


async def amend(
    edge: Edge, action_id: UUID, *, note: str, spec: ActionSpec | None = None, text: Mapping[str, Any] | None = None, **recommended: Any
) -> Action:
    """Answer a return; the text has a new digest, and every signature starts anew (D1).

    `recommended` is `recommendation_id` and `evaluator` where a new recommendation on the case is the answer.

    Raises:
        Refused: with every reason.
    """
    action = await edge.lock(Action, action_id, "action")
    by = recommended.get("evaluator", edge.by.id)
    new_kind = spec.kind if spec else Kind(action.kind)
    rules.may_amend(State(action.state), kind=Kind(action.kind), new_kind=new_kind, by=by, evaluator=action.evaluator).or_refuse()
    # Where no text is sent the one there is must be lawful as it stands: the law may be what sent it back.
    spec = spec or await open_spec(edge, action)
    matter = await matter_of_action(edge, action, spec)
    if spec is not None:
        rules.may_propose(spec, matter).or_refuse()
    elif action.course == Course.ACT:
        refuse("nothing_proposed", "A recommendation to act says what should be done; this one names no action.", "R19")
    prior = action.public()
    await _reword(edge, action, note, text, recommended)
    await write_spec(edge, action, spec, text, matter)
    announce(edge, action, "amended", prior, remarks=rules.remarks(spec, Course(action.course), on=edge.now.date()) if spec else ())
    return action


async def _reword(edge: Edge, action: Action, note: str, text: Mapping[str, Any] | None, recommended: Mapping[str, Any]) -> None:
    """Give the text its new digest and open the chain anew, without a signature."""
    await write_note(edge, action, "amendment", note)
    action.amendment += 1
    # The old digest covers all that is not said again: course, evaluator, levels, and the spec where none is sent.
    covered = {"amends": action.digest, "amendment": action.amendment, "note": note, "spec": dict(text or {})}
    action.digest = digest(covered)
    action.recommendation_id = recommended.get("recommendation_id", action.recommendation_id)
    action.state, action.review_state, action.open_level = State.PROPOSED, ReviewState.OPEN, chain_of(action).levels[0]
    action.reviewed_level = action.review_verdict = None
    action.authorised_by = []


async def amend_or_send_back(
    edge: Edge, action_id: UUID, *, note: str, spec: ActionSpec | None, text: Mapping[str, Any] | None, **recommended: Any
) -> Action:
    """Take a new recommendation as the answer to a return; what the law does not let be proposed goes back again, with the reasons (D2).

    Its text is kept as the one that went back, but for one that says where reported material lies (D20).
    """
    try:
        async with edge.savepoint():
            return await amend(edge, action_id, note=note, spec=spec, text=text, **recommended)
    except Refused as refused:
        reasons = refused.reasons
    action = await edge.lock(Action, action_id, "action")
    by, kind = recommended["evaluator"], spec.kind if spec else Kind(action.kind)
    rules.may_amend(State(action.state), kind=Kind(action.kind), new_kind=kind, by=by, evaluator=action.evaluator).or_refuse()
    prior = action.public()
    apart = rules.is_kept_apart(reasons)
    await _reword(edge, action, rules.LOCATION.says if apart else note, text, recommended)
    await seal_spec(edge, action, None if apart else text)
    action.subjects = action.ranges = []
    announce(edge, action, "amended", prior)
    await send_back(edge, action, reasons)
    return action


async def withdraw(edge: Edge, action_id: UUID, *, note: str) -> Action:
    """Take a proposal back, or a modification of what is in force; it counts as neither upheld nor refused.

    Raises:
        Refused: with every reason.
    """
    action = await edge.lock(Action, action_id, "action")
    if action.state in IN_FORCE:
        await withdraw_modification(edge, action, note=note)
        return action
    rules.may_withdraw(State(action.state), by=edge.by.id, evaluator=action.evaluator).or_refuse()
    prior = action.public()
    await write_note(edge, action, "withdrawal", note)
    action.state, action.open_level = State.WITHDRAWN, None
    announce(edge, action, "withdrawn", prior)
    return action


async def recuse(edge: Edge, action_id: UUID, *, why: str) -> Action:
    """Step aside before signing or enacting, or from what follows on a decision in force.

    It changes nothing that others may know, so it has a row in the trail and no event.

    Raises:
        Refused: with every reason.
    """
    action = await edge.lock(Action, action_id, "action")
    review = await review_of(edge, action)
    by = edge.by.id
    signed = any(signature.by == by for signature in review.signatures) or await had_part(edge, action, by)
    aside = rules.may_recuse(State(action.state), by=by, evaluator=action.evaluator, signed=signed, recused=by in review.recused)
    (rules.may_work_on(Kind(action.kind), roles_of(edge)) & aside).or_refuse()
    note = await write_note(edge, action, "recusal", why)
    edge.session.add(Recusal(id=new_id(), action_id=action.id, by=by, note_id=note.id, at=edge.now))
    note_in_trail(edge, action, "recused", prior_state=action.state)
    return action


async def _conclude(edge: Edge, action: Action, outcome: ReviewState) -> None:
    """Say how the review ended, when it has. An emergency measure that is approved stands; one that is declined is reversed."""
    if outcome is ReviewState.OPEN:
        return
    prior = action.public()
    if action.state in IN_FORCE:
        await chain_ended(edge, action, outcome)
        return
    action.state = _AFTER[outcome]
    if outcome is ReviewState.DECLINED:
        action.decided_at = action.issued_at = edge.now
        action.issuance = 1
        announce(edge, action, "declined", prior)
    elif outcome is ReviewState.APPROVED:
        announce(edge, action, "approved", prior)
    else:
        announce(edge, action, "returned", prior)
