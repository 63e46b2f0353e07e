"""What an appeal decided, as far as it can still be carried out (R101, R102, D13, D14)."""

from kernel.decision import Decision, Reason
from kernel.kinds import Kind

from ban_svc.model import LifeFacts, Outcome, State


def may_apply(facts: LifeFacts, outcome: Outcome, *, issuance: int | None) -> Decision:
    """An appeal ratifies, overturns or remands a decision that stands: in force, or one not to act; what ended meanwhile, was never
    decided, or was issued anew since cannot be undone by it, and the facilitator is told why (R101, R102, R106, D14).
    """  # noqa: D205 - the rule is one sentence
    if outcome == "ratified":
        return Decision()
    over = facts.state in (State.EXPIRED, State.LIFTED, State.OVERTURNED) or (not facts.in_force() and facts.issuance is not None)
    stands = facts.in_force() or facts.state is State.DECLINED
    return Decision.of(
        (
            over and facts.state is not State.DECLINED,
            Reason("ended_already", "The action has ended; there is nothing left to undo.", "R101"),
        ),
        (
            not stands and not over,
            Reason("never_decided", f"The action is {facts.state}; nothing was decided that an appeal could change.", "R106"),
        ),
        (
            issuance is not None and facts.issuance is not None and issuance < facts.issuance,
            Reason(
                "issued_anew",
                "It was modified substantially since, which is a new issuance with its own appeal; decide what follows for that one.",
                "R102",
            ),
        ),
        (
            facts.kind is Kind.CHECKUSER,
            Reason("decides_nothing", "A CheckUser decides nothing about a person; there is nothing to overturn.", "R75"),
        ),
    )
