"""A case turns out to be of another kind: its receipt stays, and what becomes of its clock is said (R50, R87, R96, R99, D5)."""

from datetime import datetime
from enum import StrEnum

from kernel.deadline import Target, target
from kernel.decision import Decision, Reason
from kernel.kinds import CASE_KINDS, Kind

from intake_svc.model.case import UNDECIDED, CaseFacts, CaseState


class ClockFate(StrEnum):
    """What became of a clock when the kind of its case changed."""

    KEPT = "kept"
    STARTED = "started"
    ENDED = "ended"
    CHANGED = "changed"
    NONE = "none"


def may_change_kind(case: CaseFacts, to: Kind) -> Decision:
    """A request for one measure may be a matter of another kind: until a recommendation is in review the kind is set right, but child
    protection and a complaint about staff stay what they are, and a DMCA notice is no case (R40, R99, R123, D4, D20).
    """  # noqa: D205 - the rule is one sentence
    return Decision.of(
        (case.state not in UNDECIDED, Reason("case_decided", "The case is decided; there is nothing left to evaluate.", "R106")),
        (
            case.state is CaseState.IN_REVIEW or bool(case.open_actions),
            Reason("in_review", "Something is in review on this case; it is decided, returned or withdrawn first.", "R113"),
        ),
        (to is case.kind, Reason("same_kind", "The case is of this kind already.", "R99")),
        (to not in CASE_KINDS, Reason("dmca_is_no_action", "A DMCA notice is dmca-svc's alone; file it as one.", "R40")),
        (
            case.kind is Kind.CHILD_PROTECTION and to is not case.kind,
            Reason(
                "stays_child_protection",
                "Its record stays in the named group's lane; file what is of another kind anew, in words of your own.",
                "D20",
            ),
        ),
        (
            Kind.STAFF_COMPLAINT in {case.kind, to} and to is not case.kind,
            Reason("stays_staff_complaint", "Who may see a complaint about staff depends on its kind: file it anew as what it is.", "R123"),
        ),
    )


def clock_of(kind: Kind, received_at: datetime) -> Target | None:
    """The clock of the new kind counts from first receipt, however late the kind was found (R87, R96, D5)."""
    return target(kind, received_at)


def fate_of(before: Target | None, after: Target | None) -> ClockFate:
    """What becomes of the clock: kept where the target is the same, changed where it is another, started or ended where only one of the
    two kinds has one; a target that counted before stays on record (D5).
    """  # noqa: D205 - the rule is one sentence
    if before is None:
        return ClockFate.NONE if after is None else ClockFate.STARTED
    if after is None:
        return ClockFate.ENDED
    return ClockFate.KEPT if before == after else ClockFate.CHANGED


def told_of_clock(fate: ClockFate) -> Reason:
    """Whoever changes the kind of a case is told what became of its clock (D5)."""
    says = {
        ClockFate.KEPT: "The clock runs on to the same target.",
        ClockFate.STARTED: "A clock runs now, counted from first receipt.",
        ClockFate.ENDED: "The new kind has no clock; the target that counted stays on record.",
        ClockFate.CHANGED: "The clock has another target now, counted from first receipt; the one before stays on record.",
        ClockFate.NONE: "Neither kind has a clock.",
    }
    return Reason(f"clock_{fate}", says[fate], "D5")


def may_explain_breach(*, breached: bool) -> Decision:
    """A breach is a record with a cause of the policy, named by a person (R97, R98, D5)."""
    return Decision.of((not breached, Reason("not_breached", "This case's clock has passed no target that still counts.", "R97")))
