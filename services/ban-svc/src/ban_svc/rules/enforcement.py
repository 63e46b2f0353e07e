"""What is done on wikis: receipts, failures, the second look, and what must be undone when a decision ends (R84, R91, R93, R113, D1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from kernel.decision import Decision, Reason
from kernel.kinds import Kind
from kernel.review import Course

from ban_svc.model import IN_FORCE, Effect, EffectState, LookFacts, State
from ban_svc.rules.numbers import POLICY

CARRIED_OUT = IN_FORCE | {State.DECLINED, State.EXPIRED, State.LIFTED, State.OVERTURNED}
"""States in which something may be owed on wikis: what is decided, or what an end undoes."""


def may_enforce(state: State, kind: Kind, course: Course, *, by: str, evaluator: str, known: bool, waiting: bool) -> Decision:
    """A receipt is taken from an enforcer, never the evaluator, for an effect that still waits, failed or was undone (R91, R93, D1)."""
    return Decision.of(
        (
            # What has ended owes only what undoes it.
            (state not in CARRIED_OUT or (state not in IN_FORCE and not known)) or course is Course.NO_ACTION,
            Reason("not_in_force", f"The action is {state}; only what is in force is carried out on wikis.", "R113"),
        ),
        (
            # One of the named group may propose, enact and carry out (D4).
            by == evaluator and kind is not Kind.CHILD_PROTECTION,
            Reason("evaluator_enforces", "Whoever evaluated the matter does not carry it out.", "D1"),
        ),
        (not known, Reason("no_such_effect", f"This {kind} has no such effect on that wiki; see `enforcement` of the action.", "R14")),
        (known and not waiting, Reason("receipt_there", "This effect has its receipt already.", "R113")),
    )


def may_tell_failure(facts: LookFacts) -> Decision:
    """Whoever carries an effect out says so when it cannot be done; what has its receipt is looked at again instead (R93)."""
    return Decision.of(
        (facts.state is None, Reason("no_such_effect", "The action has no such effect on that wiki.", "R14")),
        (
            facts.state in (EffectState.DONE, EffectState.DRIFTED),
            Reason("receipt_there", "This effect has its receipt; say by a second look what became of it.", "R113"),
        ),
    )


def may_look(facts: LookFacts) -> Decision:
    """A second look at what was done is another person's than whoever entered the receipt (R93, D1)."""
    done = facts.state in (EffectState.DONE, EffectState.DRIFTED)
    return Decision.of(
        (facts.state is None, Reason("no_such_effect", "The action has no such effect on that wiki.", "R14")),
        (
            facts.state is not None and not done,
            Reason("no_receipt_yet", "This effect has no receipt yet; there is nothing to look at.", "R113"),
        ),
        (done and facts.by == facts.receipt_by, Reason("looks_at_own", "You entered the receipt; another person looks.", "D1")),
    )


def reversals_of(done: Iterable[Effect], *, by_the_clock: bool, on: date) -> tuple[Effect, ...]:
    """When a decision ends, what was done for it on a wiki is undone there; what has its own end on the wiki ends by itself when the end
    comes by the clock (R29, R30).
    """  # noqa: D205 - the rule is one sentence
    undoing, by_itself = POLICY.value("reversals", on=on), POLICY.value("ends_on_the_wiki", on=on)
    found = []
    for effect in done:
        what, _, place = effect.effect.partition(":")
        if what in undoing and not (by_the_clock and what in by_itself):
            found.append(Effect(effect.wiki, undoing[what] + (f":{place}" if place else "")))
    return tuple(found)


def is_renewed(effect: Effect, *, on: date) -> bool:
    """When the end of a decision moves, what carries its end on the wiki is done anew there (R29, D26)."""
    return effect.effect.partition(":")[0] in POLICY.value("ends_on_the_wiki", on=on)


@dataclass(frozen=True, slots=True)
class UsualRate:
    """How many enactments are usual in how many days."""

    actions: int
    days: int


def usual_rate(*, on: date) -> UsualRate:
    """Office actions are extremely rare: the number that counts as usual is dated data (R110)."""
    value = POLICY.value("usual_rate", on=on)
    return UsualRate(value["actions"], value["days"])


def is_usual(enacted: int, usual: UsualRate) -> Decision:
    """More actions than usual in the usual time are an anomaly, which is told and stops nothing (R110)."""
    return Decision.of(
        (
            enacted > usual.actions,
            Reason("unusual_rate", f"{enacted} actions were enacted in {usual.days} days; {usual.actions} are usual.", "R110"),
        )
    )
