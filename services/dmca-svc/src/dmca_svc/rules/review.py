"""Who signs a notice, and where it goes then (R40-R42, R113, D1, D2)."""

from kernel.decision import Decision, Reason
from kernel.review import Level, Review, ReviewState, Verdict, may_sign

from dmca_svc.model import Course, NoticeFacts, State
from dmca_svc.reading import Verdict as Found
from dmca_svc.rules.assessment import state_after


def may_sign_level(
    notice: NoticeFacts, review: Review, *, by: str, level: Level, verdict: Verdict, digest: str, role_held: bool
) -> Decision:
    """Peer, manager and Legal sign in turn, one signature a person, over exactly what was recommended; nobody who judged or recommended
    signs (R42, R113, D1, D2).
    """  # noqa: D205 - the rule is one sentence
    return Decision.of(
        (notice.state is not State.IN_REVIEW, Reason("not_in_review", f"The notice is {notice.state}; there is nothing to sign.", "R40")),
        (
            by in notice.assessed_by and by != review.evaluator,
            Reason("evaluator_signs", "Whoever judged the elements of the notice signs no level of its review.", "D1"),
        ),
    ) & may_sign(review, by=by, level=level, verdict=verdict, digest=digest, role_held=role_held)


def state_after_review(review: ReviewState, course: Course, found: Found, *, cure_open: bool = False) -> State:
    """Approved, the notice is accepted or rejected as recommended; returned or declined it goes back to evaluation (R40, R41, D2)."""
    if review is ReviewState.OPEN:
        return State.IN_REVIEW
    if review is ReviewState.APPROVED:
        return State.ACCEPTED if course is Course.TAKE_DOWN else State.REJECTED
    return state_after(found, cure_open=cure_open)


def given_up(level: Level, verdict: Verdict, course: Course, found: Found) -> tuple[Reason, ...]:
    """Rejecting a compliant notice gives up the safe harbour for its material, and Legal's signature says so (D9, 512(c)(1)(C))."""
    if level is not Level.LEGAL or verdict is not Verdict.APPROVE or course is not Course.REJECT or found is not Found.COMPLIANT:
        return ()
    says = "The notice complies and is rejected: for its material the safe harbour is given up."
    return (Reason("safe_harbour_given_up", says, "17 U.S.C. 512(c)(1)(C)"),)
