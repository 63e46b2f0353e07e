"""What may be recommended on a notice, and on which grounds (R40, R41, D8, D9)."""

from collections.abc import Sequence
from datetime import date

from kernel.decision import Decision, Reason

from dmca_svc.model import Course, NoticeFacts
from dmca_svc.model.notice import EVALUATED
from dmca_svc.reading import Verdict
from dmca_svc.rules.numbers import POLICY

OTHER = "other:"


def may_recommend(notice: NoticeFacts, course: Course, grounds: Sequence[str], *, on: date) -> Decision:
    """On a notice that a person has judged, the evaluator recommends to take down what a compliant one names, or to reject it on grounds
    of D9; a defective one, and a curable one whose cure was asked for and did not come in time, is rejected for what it lacks (R40, R41,
    D8, D9).
    """  # noqa: D205 - the rule is one sentence
    removing = course is Course.TAKE_DOWN
    assessed = notice.verdict is not None
    lacking = notice.verdict is Verdict.DEFECTIVE or (notice.verdict is Verdict.CURABLE and notice.cure_lapsed)
    known = POLICY.value("rejection_grounds", on=on)
    unknown = [ground for ground in grounds if ground not in known and not _is_other(ground)]
    return Decision.of(
        (
            notice.state not in EVALUATED,
            Reason("not_in_evaluation", f"The notice is {notice.state}; a recommendation is made before its review.", "R40"),
        ),
        (not assessed, Reason("not_assessed", "Nobody has judged the elements of this notice yet; a person does, not the reader.", "D8")),
        (
            removing and assessed and notice.verdict is not Verdict.COMPLIANT,
            Reason("not_compliant", f"The notice is {notice.verdict}: only one with all six elements is complied with.", "D8"),
        ),
        (
            removing and not notice.pages,
            Reason("no_pages", "The assessment names no page, so there is nothing to take down.", "17 U.S.C. 512(c)(3)(A)(iii)"),
        ),
        (removing and bool(grounds), Reason("grounds_not_asked", "Grounds are those of a rejection; a takedown needs none.", "D9")),
        (
            not removing and not grounds and not lacking,
            Reason("ground_missing", "Rejecting a notice that is compliant or can be mended needs a ground of its own.", "D9"),
        ),
        (
            not removing and bool(unknown),
            Reason("ground_unknown", f"A ground is one of {', '.join(known)}, or `other: TEXT`.", "D9"),
        ),
    )


def rejection(grounds: Sequence[str], *, on: date) -> tuple[Reason, ...]:
    """Every ground of a rejection has its own sentence, which the complainant is told (D9)."""
    known = POLICY.value("rejection_grounds", on=on)
    return tuple(
        Reason("other", ground.removeprefix(OTHER).strip(), "D9") if _is_other(ground) else Reason(ground, known[ground], "D9")
        for ground in grounds
    )


def _is_other(ground: str) -> bool:
    return ground.startswith(OTHER) and bool(ground.removeprefix(OTHER).strip())
