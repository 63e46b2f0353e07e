"""Ending a decision that has served its purpose, by two people (R30, D4, D26)."""

from kernel.decision import Decision, Reason
from kernel.kinds import Kind

from ban_svc.model import LifeFacts, Route, WaitingFacts
from ban_svc.rules.numbers import POLICY


def may_lift(facts: LifeFacts, *, waiting: WaitingFacts | None, by: str) -> Decision:
    """A decision in force is lifted when it has served its purpose; a manager proposes it, and one proposal waits at a time (R30, D26)."""
    return (
        is_in_force(facts)
        & may_act_on(facts)
        & Decision.of(
            (
                facts.kind not in POLICY.value("liftable", on=facts.now.date()),
                Reason("nothing_to_lift", f"A {facts.kind} is over once it is done; there is nothing to lift.", "R30"),
            ),
            (
                waiting is not None and waiting.by != by,
                Reason("proposed_already", "Somebody else's proposal waits for a second person; confirm that one.", "D26"),
            ),
        )
    )


def may_confirm(facts: LifeFacts, waiting: WaitingFacts | None, *, by: str, manages: bool) -> Decision:
    """A lift, a permission or a narrowing takes the manager and one more: whoever proposed it does not confirm it (D26)."""
    return (
        is_in_force(facts)
        & may_act_on(facts)
        & Decision.of(
            (waiting is None, Reason("nothing_waits", "Nothing of the kind waits for a second person.", "D26")),
            (
                waiting is not None and waiting.by == by,
                Reason("confirms_own", "You proposed it; another team manager or a director confirms it.", "D26"),
            ),
            (
                waiting is not None and not waiting.manages and not manages,
                Reason(
                    "manager_missing", "It takes the manager and one more; an evaluator proposed it, so a team manager confirms it.", "D26"
                ),
            ),
            (
                waiting is not None and waiting.route is Route.CHAIN,
                Reason(
                    "chain_decides", "It burdens the person, so the levels of the kind's chain sign it, and an enforcer enacts it.", "D26"
                ),
            ),
        )
    )


def may_turn_down(facts: LifeFacts, waiting: WaitingFacts | None, *, by: str) -> Decision:
    """Whoever may be the second person may say no instead, also when the decision has ended meanwhile; whoever proposed it may take it
    back. What burdens the person is for the levels of the chain to return or dissent from (D2, D26).
    """  # noqa: D205 - the rule is two sentences
    if waiting is not None and waiting.by == by:
        return Decision()
    return may_act_on(facts) & Decision.of(
        (waiting is None, Reason("nothing_waits", "Nothing of the kind waits for a second person.", "D26")),
        (
            waiting is not None and waiting.route is Route.CHAIN,
            Reason("chain_decides", "It burdens the person, so the levels of the kind's chain return it, or dissent.", "D26"),
        ),
    )


def is_in_force(facts: LifeFacts) -> Decision:
    """Only what is in force is lifted, modified or excepted from; what ended by the clock has ended (R29)."""
    ended = facts.expires_at is not None and facts.now >= facts.expires_at
    says = "has expired" if ended else f"is {facts.state}"
    return Decision.of((not facts.in_force(), Reason("not_in_force", f"The action {says}; only what is in force is changed.", "R29")))


def may_act_on(facts: LifeFacts) -> Decision:
    """Nobody aimed at or recused changes a decision, and a child-protection measure is the named group's alone (R115, D1, D4)."""
    return Decision.of(
        (facts.involved, Reason("involved", "A person named in the case or aimed at by it decides nothing about it.", "D1")),
        (facts.recused, Reason("recused", "You have stepped aside from this matter.", "D1")),
        (
            facts.kind is Kind.CHILD_PROTECTION and not facts.named_group,
            Reason("named_group_alone", "A child-protection measure is changed by the named group alone.", "D4"),
        ),
    )
