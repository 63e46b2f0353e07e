"""A legal hold on what is kept of a case (D27)."""

from datetime import datetime

from kernel.decision import Decision, Reason

from intake_svc.model.hold import HoldFacts


def may_hold(*, until: datetime | None, known: bool, now: datetime) -> Decision:
    """A hold lies on a record of the case, for a reason, until it is released or until a later day; holds outrank erasure (D27)."""
    return Decision.of(
        (not known, Reason("not_of_this_case", "This case has no such record to hold.", "D27")),
        (until is not None and until <= now, Reason("hold_is_over", "A hold ends in the future, or when it is released.", "D27")),
    )


def may_release(hold: HoldFacts, *, now: datetime) -> Decision:
    """A hold is released once, with a reason; one that has ended by its date needs no release (D27)."""
    return Decision.of((not hold.is_live(now), Reason("held_no_more", "This hold has ended already.", "D27")))
