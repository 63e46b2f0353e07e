"""What a CheckUser found: who may keep, read and hold it, and that it is destroyed after ninety days (R74-R77, D19)."""

from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

from kernel.decision import Decision, Reason
from kernel.kinds import Kind

from ban_svc.model import IN_FORCE, CheckResultFacts, State
from ban_svc.rules.numbers import POLICY

PROVES = "A check proves nothing against anybody, and is shown to nobody as a finding about them (R75)."


def result_until(collected_at: datetime) -> datetime:
    """What a check found is destroyed ninety days after it was collected (D19)."""
    days: int = POLICY.value("check_result_days", on=collected_at.date())
    return collected_at + timedelta(days=days)


def may_keep_result(
    kind: Kind, state: State, *, by: str, ran_it: AbstractSet[str], collected_at: datetime, enacted_at: datetime | None, now: datetime
) -> Decision:
    """What a check found is kept by whoever evaluated the matter or ran the check, once the check is in force, with the moment it was
    collected, and never beyond its ninety days (R74, R76, D19).
    """  # noqa: D205 - the rule is one sentence
    if kind is not Kind.CHECKUSER:
        return Decision.of((True, Reason("not_a_check", "Only a CheckUser has results to keep.", "D19")))
    return Decision.of(
        (state not in IN_FORCE, Reason("not_in_force", f"The action is {state}; only a check in force has results.", "R113")),
        (by not in ran_it, Reason("not_of_the_check", "Whoever evaluated the matter or ran the check keeps what it found.", "D19")),
        (collected_at > now, Reason("collected_later", "It cannot have been collected in the future.", "D19")),
        (
            enacted_at is not None and collected_at < enacted_at,
            Reason("collected_before", "It was collected before this check was in force, so it is of no check that was signed for.", "R76"),
        ),
        (result_until(collected_at) <= now, Reason("result_over", "Its time is over; it must not be kept.", "D19")),
    )


def may_read_results(by: str, *, of_the_case: AbstractSet[str]) -> Decision:
    """What a check found is shown to those of the case alone: who evaluated it, signed it, enacted it or ran it (R75, R77, D19)."""
    return Decision.of(
        (by not in of_the_case, Reason("not_of_the_case", "Those who evaluated, signed or ran the check read what it found.", "D19"))
    )


def is_over(facts: CheckResultFacts, now: datetime) -> bool:
    """Past its time it is over by the clock, whether or not it was destroyed already, unless a recorded hold says why not (D19)."""
    return facts.destroyed or (not facts.held and facts.until <= now)


def may_hold_result(facts: CheckResultFacts, *, by: str, now: datetime) -> Decision:
    """A hold says on record why something is kept longer than ninety days, is set before they are over, once, and by somebody else than
    whoever keeps it (D19).
    """  # noqa: D205 - the rule is one sentence
    return Decision.of(
        (is_over(facts, now), Reason("result_over", "Its time is over; what is destroyed cannot be held.", "D19")),
        (facts.held, Reason("held_already", "It is held already.", "D19")),
        (by == facts.kept_by, Reason("holds_own", "You keep this result; somebody else decides that it is kept longer.", "D19")),
    )


def may_release_result(facts: CheckResultFacts) -> Decision:
    """A hold that stands is released with a reason; what is past its ninety days then is destroyed at once (D19)."""
    return Decision.of((not facts.held, Reason("not_held", "No hold stands on it.", "D19")))
