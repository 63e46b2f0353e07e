"""Enacting (R19, R20, R50, R90, R91, R113, D1, D3, D4)."""

from collections.abc import Set as AbstractSet

from kernel.actor import Role
from kernel.decision import Decision, Reason
from kernel.kinds import Kind
from kernel.review import Course, Review, may_enact_on

from ban_svc.model import IN_FORCE, ActionSpec, Matter, State
from ban_svc.rules.proposal import may_propose
from ban_svc.rules.review import may_work_on

_ACTS_FIRST = frozenset({State.PROPOSED, State.IN_REVIEW})


def may_enact(review: Review, state: State, *, by: str, roles: AbstractSet[Role], emergency: bool = False) -> Decision:
    """An enforcer enacts what the whole chain approved, once; never whoever evaluated it, is aimed at or stepped aside. An emergency is
    enacted before its signatures by somebody who gives none of them, and a measure of child protection by the named group, also by whoever
    proposed it (R19, R50, R91, R113, D1, D3, D4).
    """  # noqa: D205 - the rule is one sentence
    group = review.kind is Kind.CHILD_PROTECTION
    first = emergency and state in _ACTS_FIRST
    signed = Decision.of((review.course is Course.NO_ACTION, NOTHING_TO_ENACT)) if first else may_enact_on(review)
    return (
        signed
        & may_perform(review.kind, roles)
        & Decision.of(
            (state in IN_FORCE, Reason("enacted_already", "It is enacted already.", "R20")),
            (
                not first and state is not State.APPROVED and state not in IN_FORCE,
                Reason("not_approved", f"The action is {state}; only what its chain approved is enacted.", "R113"),
            ),
            (
                by == review.evaluator and not group,
                Reason("evaluator_enacts", "Whoever evaluated the matter does not enact it.", "D1"),
            ),
            (
                emergency and any(by == signature.by for signature in review.signatures),
                Reason("signer_enacts", "You have signed a level of this emergency; somebody who signs none enacts it.", "D4"),
            ),
            (by in review.involved, Reason("involved", "A person named in the case or aimed at by it does not enact it.", "D1")),
            (by in review.recused, Reason("recused", "You have stepped aside from this matter.", "D1")),
        )
    )


def may_perform(kind: Kind, roles: AbstractSet[Role]) -> Decision:
    """Enforcers put decisions into force and carry them out, and the named group those that protect children (R90, R91, D4)."""
    return may_work_on(kind, roles) & Decision.of(
        (
            kind is not Kind.CHILD_PROTECTION and Role.ENFORCER not in roles,
            Reason("role_missing", "This is done in the role enforcer; your token does not carry it.", "R91"),
        )
    )


NOTHING_TO_ENACT = Reason("no_action", "The recommendation is not to act; there is nothing to enact.", "D2")


def may_be_done(spec: ActionSpec, matter: Matter) -> Decision:
    """What the law asked of the proposal must still hold at the moment of enactment (R20, R29, D15)."""
    return may_propose(spec, matter)
