"""What an evaluator goes through before recommending, and what is open when they do (R59, R60, R73, R99, R113)."""

from collections.abc import Mapping
from datetime import date

from kernel.decision import Decision, Reason
from kernel.kinds import Kind
from kernel.review import Course

from intake_svc.model.case import UNDECIDED, CaseFacts, CaseState
from intake_svc.model.evaluation import Found, Point
from intake_svc.rules import POLICY

SMALLEST_ACTION = "smallest_action"


def checklist(kind: Kind, *, on: date) -> tuple[Point, ...]:
    """What is asked of every case, and of its kind, is counsel's list of the day of first receipt (R73, R113)."""
    lists, points = POLICY.value("checklist", on=on), POLICY.value("checklist_points", on=on)
    return tuple(Point(code, points[code]["asks"], points[code]["cite"]) for code in (*lists.get(kind, ()), *lists["every"]))


def may_find(case: CaseFacts, code: str, *, by_holder: bool, on: date) -> Decision:
    """Whoever has the case says what they found, point by point, until a recommendation is in review; a later finding stands beside the
    earlier one (R99, R113).
    """  # noqa: D205 - the rule is one sentence
    return Decision.of(
        (
            case.state is not CaseState.EVALUATING,
            Reason("not_evaluated_now", "Findings are added while the case is in evaluation.", "R113"),
        ),
        (not by_holder, Reason("not_assignee", "Only the evaluator who has the case says what was found; take it on first.", "R113")),
        (
            code not in {point.code for point in checklist(case.kind, on=on)},
            Reason("no_such_point", "The checklist of this kind has no such point.", "R113"),
        ),
    )


def may_grow(state: CaseState) -> Decision:
    """What is asked may grow, and separate reports may be named, until the case is decided (R98, R99, R106)."""
    return Decision.of((state not in UNDECIDED, Reason("case_decided", "The case is decided; file anew what goes beyond it.", "R106")))


def may_be_report(*, own: bool) -> Decision:
    """A report that led to a measure is another request than those that the case serves (R59)."""
    return Decision.of((own, Reason("not_separate", "This request is one of the case's own; a separate report is another one.", "R59")))


def open_points(kind: Kind, found: Mapping[str, Found], *, course: Course, asked_directly: bool, reports: int, on: date) -> Decision:
    """A recommendation is taken with what is still open, and whoever signs is told: points without a finding, an action that is not the
    smallest one, and a secondary action that was asked for directly and rests on no separate report (R59, R60, R73, R113).
    """  # noqa: D205 - the rule is one sentence
    missing = [point for point in checklist(kind, on=on) if point.code not in found]
    return Decision.of(
        (
            bool(missing),
            Reason(
                "checklist_open",
                "Open on the checklist: " + "; ".join(point.asks for point in missing),
                "R113",
            ),
        ),
        (
            course is Course.ACT and found.get(SMALLEST_ACTION) is Found.NOT_MET,
            Reason("not_the_smallest", "The evaluator found that a smaller action would do.", "R73"),
        ),
        (
            course is Course.ACT and asked_directly and reports == 0,
            Reason("no_separate_report", "A secondary action was asked for directly, and no separate report led to it.", "R59"),
        ),
    )
