"""What a notice lacks is asked for, and what comes joins it (D8, 17 U.S.C. 512(c)(3)(B)(ii))."""

from collections.abc import Collection
from datetime import datetime

from kernel.deadline import Target, at_risk_at
from kernel.decision import Decision, Reason
from kernel.workdays import add_business_days, calendar_day, end_of_day

from dmca_svc.model import UNDECIDED, NoticeFacts, State
from dmca_svc.reading import Verdict
from dmca_svc.rules.numbers import POLICY

_STATUTE = "17 U.S.C. 512(c)(3)(B)(ii)"


def may_request_cure(notice: NoticeFacts) -> Decision:
    """Of a notice that names work, material and contact but lacks another element the complainant is asked for what is missing; not of a
    defective one, and not again while the answer may still come (D8, 17 U.S.C. 512(c)(3)(B)(ii)).
    """  # noqa: D205 - the rule is one sentence
    return Decision.of(
        (
            notice.state not in {State.RECEIVED, State.CURE_REQUESTED, State.COMPLIANT},
            Reason("not_in_evaluation", f"The notice is {notice.state}; what it lacks is asked for before its review.", _STATUTE),
        ),
        (
            notice.verdict is None,
            Reason("not_assessed", "Nobody has judged the elements of this notice yet; a person does, not the reader.", "D8"),
        ),
        (
            notice.verdict is Verdict.COMPLIANT,
            Reason("nothing_missing", "The notice has all six elements; there is nothing to ask for.", "D8"),
        ),
        (
            notice.verdict is Verdict.DEFECTIVE,
            Reason("not_curable", "Work, material or contact is missing: it is answered, not mended.", _STATUTE),
        ),
        (
            notice.cure_open and not notice.cure_lapsed,
            Reason("cure_asked_already", "The complainant has been asked, and the answer may still come.", "D8"),
        ),
    )


def may_take_cure(notice: NoticeFacts, *, automatic: bool) -> Decision:
    """As long as nothing is decided, what the complainant sends to complete the notice joins it, whether it was asked for or not; what a
    machine answered by itself completes nothing (D8).
    """  # noqa: D205 - the rule is one sentence
    return Decision.of(
        (
            notice.state not in UNDECIDED,
            Reason("decided_already", f"The notice is {notice.state}; what comes now is a notice of its own.", "D8"),
        ),
        (
            notice.verdict is Verdict.COMPLIANT,
            Reason("nothing_missing", "The notice has all six elements; there is nothing left to complete.", "D8"),
        ),
        (automatic, Reason("automatic_letter", "By its headers no person wrote this mail; it completes nothing.", "D8")),
    )


def contact_due(received_at: datetime) -> Target:
    """The sender of a notice that can be mended is contacted within two business days of its receipt (D8).

    Raises:
        ValueError: a time without its zone.
    """
    day = calendar_day(received_at)
    until = end_of_day(add_business_days(day, POLICY.value("cure_contact", on=day)["business_days"]))
    return Target(until, at_risk_at(received_at, until, on=day))


def lapses_at(asked_at: datetime) -> datetime:
    """A cure is awaited for ten business days from the request; then a person decides, and nothing closes by itself (D8)."""
    day = calendar_day(asked_at)
    return end_of_day(add_business_days(day, POLICY.value("cure_lapses", on=day)["business_days"]))


def awaits_contact(notice: NoticeFacts, *, read: Verdict | None, asked: bool) -> Decision:
    """Contact is due for a notice that was found curable or, until a person has judged it, that was read as curable, as long as nobody has
    asked for what is missing (D8).
    """  # noqa: D205 - the rule is one sentence
    return Decision.of(
        (notice.state is not State.RECEIVED, Reason("not_in_evaluation", f"The notice is {notice.state}.", "D8")),
        (
            (notice.verdict or read) is not Verdict.CURABLE,
            Reason("not_curable", "It lacks nothing, or what cannot be mended.", "D8"),
        ),
        (asked, Reason("cure_asked_already", "The complainant has been asked.", "D8")),
    )


def statutory_at(first: datetime, cures: Collection[datetime], *, wanting: bool) -> datetime:
    """The statute counts from the receipt of the text that has all elements: the letter's own, or that of the last cure when the notice
    was found wanting before; the policy's clock keeps the first receipt (D8).
    """  # noqa: D205 - the rule is one sentence
    return max(cures) if cures and wanting else first
