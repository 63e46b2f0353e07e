"""How a review stands, step by step, and whether it lets the action be enacted (R19, R113, D2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kernel.decision import Decision, Reason
from kernel.review.chain import Course, Level
from kernel.review.signature import Hearing, Review, ReviewState, Signature, Verdict, hear


class StepState(StrEnum):
    """Where one level stands."""

    WAITING = "waiting"
    OPEN = "open"
    APPROVED = "approved"
    DISSENTED = "dissented"
    RETURNED = "returned"
    SKIPPED = "skipped"


_SAID = {Verdict.APPROVE: StepState.APPROVED, Verdict.DISSENT: StepState.DISSENTED, Verdict.RETURN: StepState.RETURNED}


@dataclass(frozen=True, slots=True)
class Step:
    """One level as the wire shows it; `by` and `at` once it has signed. The note is the service's to add: it is case text."""

    level: Level
    required: bool
    state: StepState
    by: str | None = None
    at: datetime | None = None


def state_of(review: Review) -> ReviewState:
    """A review is open until every level is heard, one returns it, or Legal or the last level dissents (D2)."""
    return hear(review).state


def approvals_of(review: Review) -> int:
    """Count the approvals besides the evaluator (D2)."""
    return sum(signature.verdict is Verdict.APPROVE for signature in hear(review).counted)


def open_level(review: Review) -> Level | None:
    """Return the level whose turn it is; none when the review has ended."""
    return hear(review).open_level


def steps_of(review: Review) -> tuple[Step, ...]:
    """Return every level of the kind's column in the order asked; one that is not asked, or no more, is skipped."""
    hearing = hear(review)
    said = {signature.level: signature for signature in hearing.counted}
    return tuple(_step(review, hearing, level, said.get(level)) for level in review.chain.everyone)


def may_enact_on(review: Review) -> Decision:
    """An action is enacted only when every level was heard, Legal, where it is asked, and the last level approved, and enough others
    than the evaluator did: three for a global ban, two for others, one for a CheckUser (R19, R113, D2, D3).
    """  # noqa: D205 - the rule is one sentence
    hearing = hear(review)
    verdicts = {signature.level: signature.verdict for signature in hearing.counted}
    approvals = approvals_of(review)
    needed = review.chain.approvals
    must_approve = [level for level in hearing.levels if level is Level.LEGAL or level is hearing.levels[-1]]
    return Decision.of(
        (review.course is Course.NO_ACTION, Reason("no_action", "The recommendation is not to act; there is nothing to enact.", "D2")),
        (
            hearing.state is ReviewState.RETURNED,
            Reason("returned", "A level sent the recommendation back; the evaluator answers with an amendment first.", "D2"),
        ),
        *((level not in verdicts, Reason("level_not_heard", f"The level {level} has not been heard.", "R113")) for level in hearing.levels),
        *(
            (verdicts.get(level) is Verdict.DISSENT, Reason("must_approve", f"The level {level} must approve and did not.", "D2"))
            for level in must_approve
        ),
        (
            approvals < needed,
            Reason(
                "too_few_approvals",
                f"It needs {needed} approval(s) besides the evaluator and has {approvals}.",
                review.chain.cite if review.chain.cite in ("R19", "D3") else "D2",
            ),
        ),
    )


def _step(review: Review, hearing: Hearing, level: Level, signature: Signature | None) -> Step:
    """Show one level."""
    required = level in hearing.levels and level not in review.chain.optional
    if signature:
        return Step(level, required, _SAID[signature.verdict], signature.by, signature.at)
    if level is hearing.open_level:
        return Step(level, required, StepState.OPEN)
    asked = hearing.state is ReviewState.OPEN and level in hearing.levels
    return Step(level, required, StepState.WAITING if asked else StepState.SKIPPED)
