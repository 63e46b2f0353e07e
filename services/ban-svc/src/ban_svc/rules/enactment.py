"""Enacting, and the receipts that show it (R19, R20, R90, R91, R113, D1)."""

from kernel.decision import Decision, Reason
from kernel.kinds import Kind
from kernel.review import Course, Review, may_enact_on

from ban_svc.model import IN_FORCE, ActionSpec, Matter, State
from ban_svc.rules.proposal import may_propose


def may_enact(review: Review, state: State, *, by: str) -> Decision:
    """An enforcer enacts what the whole chain approved, once; never whoever evaluated it, is aimed at or stepped aside (R19, R113, D1)."""
    return may_enact_on(review) & Decision.of(
        (state in IN_FORCE, Reason("enacted_already", "It is enacted already.", "R20")),
        (
            state is not State.APPROVED and state not in IN_FORCE,
            Reason("not_approved", f"The action is {state}; only what its chain approved is enacted.", "R113"),
        ),
        (by == review.evaluator, Reason("evaluator_enacts", "Whoever evaluated the matter does not enact it.", "D1")),
        (by in review.involved, Reason("involved", "A person named in the case or aimed at by it does not enact it.", "D1")),
        (by in review.recused, Reason("recused", "You have stepped aside from this matter.", "D1")),
    )


def may_be_done(spec: ActionSpec, matter: Matter) -> Decision:
    """What the law asked of the proposal must still hold at the moment of enactment (R20, R29, D15)."""
    return may_propose(spec, matter)


def may_enforce(state: State, kind: Kind, course: Course, *, by: str, evaluator: str, known: bool, waiting: bool) -> Decision:
    """A receipt is taken from an enforcer, never the evaluator, for an effect of an action in force that still waits (R91, R113, D1)."""
    return Decision.of(
        (
            state not in IN_FORCE or course is Course.NO_ACTION,
            Reason("not_in_force", f"The action is {state}; only what is in force is carried out on wikis.", "R113"),
        ),
        (by == evaluator, Reason("evaluator_enforces", "Whoever evaluated the matter does not carry it out.", "D1")),
        (not known, Reason("no_such_effect", f"This {kind} has no such effect on that wiki; see `enforcement` of the action.", "R14")),
        (known and not waiting, Reason("receipt_there", "This effect has its receipt already.", "R113")),
    )
