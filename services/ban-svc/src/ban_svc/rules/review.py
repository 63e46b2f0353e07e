"""What the evaluator and the signers may do besides signing, which is the kernel's question (D1, D2, R115)."""

from collections.abc import Set as AbstractSet

from kernel.actor import Role
from kernel.decision import Decision, Reason
from kernel.kinds import Kind
from kernel.review import Verdict

from ban_svc.model import IN_FORCE, OPEN, State


def may_amend(state: State, *, kind: Kind, new_kind: Kind, by: str, evaluator: str) -> Decision:
    """The evaluator answers a return by an amendment, of the same kind; it voids every signature (D1, D2)."""
    return Decision.of(
        (by != evaluator, Reason("not_the_evaluator", "Only whoever evaluated the matter amends the recommendation.", "D1")),
        (
            state is not State.RETURNED,
            Reason("not_returned", "No level has returned it; what is under review is not changed behind those who signed.", "D1"),
        ),
        (new_kind is not kind, Reason("kind_changed", "Another kind has another chain; withdraw this and recommend that.", "D2")),
    )


def may_withdraw(state: State, *, by: str, evaluator: str) -> Decision:
    """The evaluator may take a proposal back as long as it is neither decided against nor enacted (D2, R111)."""
    return Decision.of(
        (by != evaluator, Reason("not_the_evaluator", "Only whoever evaluated the matter withdraws the recommendation.", "D1")),
        (state not in OPEN, Reason("not_open", f"The action is {state}; only an open proposal can be withdrawn.", "R106")),
    )


def may_recuse(state: State, *, by: str, evaluator: str, signed: bool, recused: bool) -> Decision:
    """Whoever is conflicted steps aside before signing, also from what follows on a decision in force; the evaluator withdraws instead (D1,
    D4, D26, R115).
    """  # noqa: D205 - the rule is one sentence
    return Decision.of(
        (state not in OPEN | IN_FORCE, Reason("not_open", f"The action is {state}; there is nothing left to step aside from.", "R115")),
        (by == evaluator, Reason("evaluator_recuses", "You evaluated the matter; withdraw it and let another evaluate.", "D1")),
        (signed, Reason("signed_already", "You had part in this already; ask the next level to return it instead.", "D1")),
        (recused, Reason("recused", "You have stepped aside from this already.", "D1")),
    )


def is_under_review(state: State, *, verdict: Verdict, unsigned: bool) -> Decision:
    """What was taken back is not signed any more, what the law sent back to its evaluator not yet, and what is in force already is approved
    or not, for what was done is not worded anew (D2, D4).
    """  # noqa: D205 - the rule is one sentence
    return Decision.of(
        (state is State.WITHDRAWN, Reason("withdrawn", "The proposal was withdrawn; nothing more is signed.", "D2")),
        (
            state is State.RETURNED and unsigned,
            Reason("returned", "The law does not let it be proposed as it stands; its evaluator answers with an amendment first.", "D2"),
        ),
        (
            state in IN_FORCE and verdict is Verdict.RETURN,
            Reason("in_force_already", "The measure is in force already; approve it, or dissent with your note.", "D4"),
        ),
    )


def diverges(verdict: Verdict) -> tuple[Reason, ...]:
    """Where a level does not agree, that is put on record and passed on to the next with its note (D2)."""
    return Decision.of(
        (verdict is Verdict.DISSENT, Reason("divergence", "This level does not agree; the next reads its note before it signs.", "D2"))
    ).reasons


def may_work_on(kind: Kind, roles: AbstractSet[Role]) -> Decision:
    """Only the named group works on child protection (D4, D20)."""
    outside = kind is Kind.CHILD_PROTECTION and Role.CHILD_PROTECTION not in roles
    return Decision.of((outside, Reason("not_in_named_group", "Only the named group works on child protection.", "D4")))
