"""A letter that is no formal notice: pointed to the community's own ways, joined to where it belongs, or left unanswered (R39, D8, D9)."""

from datetime import date

from kernel.decision import Decision, Reason

from dmca_svc.model import AnsweredAs, NoticeFacts, State
from dmca_svc.reading import Verdict
from dmca_svc.rules.numbers import POLICY

CODES = {AnsweredAs.VRT: "no_formal_notice", AnsweredAs.JOINED: "joined_elsewhere", AnsweredAs.NO_ANSWER: "not_answered"}
"""What others are told of why such a letter was put away."""
_STATEMENTS = ("good_faith", "accuracy_authority")


def may_answer(
    notice: NoticeFacts, answer: AnsweredAs, *, read: Verdict | None, stated: frozenset[str], joins_itself: bool = False
) -> Decision:
    """A letter that makes neither of the notice's statements, and lacks work, material or contact besides, is no formal notice: one person
    points it to the volunteers with what they will need. A notice that complies or can be mended is never sent away as informal, and a
    defective one goes the way of a rejection, through Legal (R39, R41, D8, D9).

    `read` is the machine's verdict of a letter that it reads as a notice, and counts only until a person has judged; `stated` are the
    elements that the person, or until then the machine, finds. What belongs to another notice joins it whatever its statements are.
    """  # noqa: D205 - the rule is one sentence
    found = notice.verdict or read
    formal = answer is not AnsweredAs.JOINED and any(name in stated for name in _STATEMENTS)
    return Decision.of(
        (
            notice.state not in {State.RECEIVED, State.CURE_REQUESTED, State.COMPLIANT},
            Reason("not_in_evaluation", f"The notice is {notice.state}; a letter is put away before its review.", "R40"),
        ),
        (
            notice.verdict is None and found in {Verdict.COMPLIANT, Verdict.CURABLE},
            Reason("not_assessed", "It was read as a notice; a person judges its elements before it is put away.", "D8"),
        ),
        (
            notice.verdict is not None and notice.verdict is not Verdict.DEFECTIVE,
            Reason("never_informal", f"The notice is {notice.verdict}; such a notice is never sent away as informal.", "D9"),
        ),
        (
            formal and found is Verdict.DEFECTIVE,
            Reason("formal_notice", "It makes a statement of the statute: a defective notice is rejected by the chain.", "R41"),
        ),
        (joins_itself, Reason("joins_itself", "A letter joins another notice, not its own.", "R113")),
    )


def may_join(letter: NoticeFacts, *, joins_itself: bool) -> Decision:
    """A letter that is undecided and no notice itself, such as a retraction, joins the notice that it is about (D10)."""
    return may_answer(letter, AnsweredAs.JOINED, read=None, stated=frozenset(), joins_itself=joins_itself)


def said_of(answer: AnsweredAs, *, on: date) -> Reason:
    """Whoever wrote what is no formal notice is told so, and what the volunteers will need (R39)."""
    code = CODES[answer]
    return Reason(code, POLICY.value("informal_answers", on=on)[code], "R39")
