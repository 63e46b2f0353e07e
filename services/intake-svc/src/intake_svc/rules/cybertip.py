"""A report to NCMEC is a legal duty that waits for no signature; not to report needs three persons (R52-R56, D21)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from kernel.decision import Decision, Reason

from intake_svc.model.cybertip import NotRequired, Step, TipFacts, TipState, Waiving
from intake_svc.rules import POLICY

_NAMED = Reason("not_a_named_reader", "Only readers who were named one by one decide about a report.", "D20")
_FINISHED = Reason("reported_already", "It was reported, and NCMEC's receipt is on record.", "D21")
_UNDER_WAY = Reason("report_under_way", "A report is under way; what becomes of it is seen first.", "D21")


def may_report(tip: TipFacts, *, named: bool, incident: str, on: date) -> Decision:
    """One of the named readers decides that it is reported and sends it, without a chain; neither a lock-out nor a deferral, a refusal, no
    action, or a number that NCMEC gave the requester stops it (R55, R56, D21).
    """  # noqa: D205 - the rule is one sentence
    return Decision.of(
        (not named, _NAMED),
        (tip.state is TipState.FINISHED, _FINISHED),
        (tip.step is Step.SENDING, _UNDER_WAY),
        (
            incident not in POLICY.value("cybertip_incidents", on=on),
            Reason("no_such_incident", "Name one of the violations that the law lists.", "D21"),
        ),
    )


def may_waive(tip: TipFacts, what: Waiving, *, named: bool) -> Decision:
    """One of the named readers may propose not to report: nothing prohibited is apparent, it is educational discussion that promotes
    nothing, or it organises a school's event and approaches no minor for anything else (R52, R53, R54, D21).
    """  # noqa: D205 - the rule is one sentence
    return Decision.of(
        (not named, _NAMED),
        (tip.state is not TipState.OPEN, _FINISHED if tip.state is TipState.FINISHED else _over()),
        (tip.step is Step.SENDING, _UNDER_WAY),
        (tip.waived_by is not None, Reason("waiver_waits", "A decision not to report waits for its confirmations already.", "D21")),
        (
            what.ground is NotRequired.EDUCATIONAL_DISCUSSION and what.promotes,
            Reason("promotes", "Educational discussion is allowed; what promotes or titillates is not.", "R52"),
        ),
        (
            what.ground is NotRequired.SCHOOL_EVENT and what.approaches,
            Reason("approaches_minors", "Organising a school's event is allowed; approaching minors for more is not.", "R54"),
        ),
    )


def may_confirm_waiver(tip: TipFacts, *, by: str, named: bool, legal: bool) -> Decision:
    """A decision not to report needs a second person of the group and Legal: three persons in all (D21)."""
    return Decision.of(
        (tip.waived_by is None, Reason("nothing_waived", "Nobody proposed not to report.", "D21")),
        (not legal and not named, _NAMED),
        (by in {tip.waived_by, tip.second, tip.counsel}, Reason("own_proposal", "Three persons decide not to report.", "D21")),
        (tip.step is Step.SENDING, _UNDER_WAY),
        (
            tip.second is not None and not legal,
            Reason("legal_confirms", "A second reader confirmed it; Legal is missing.", "D21"),
        ),
        (legal and tip.counsel is not None, Reason("second_confirms", "Legal confirmed it; a second named reader is missing.", "D21")),
    )


def waived(tip: TipFacts) -> bool:
    """A case is not reported once one of the group, a second one and Legal have said so (D21)."""
    return None not in {tip.waived_by, tip.second, tip.counsel}


def asked_again_at(tip: TipFacts, now: datetime, *, on: date) -> datetime:
    """An undecided case is asked about within hours, and what is decided and not received within fewer, until it is done (R50, D21)."""
    hours = POLICY.value("cybertip_hours", on=on)
    return now + timedelta(hours=hours["decide" if tip.step is Step.UNDECIDED else "receive"])


def dropped_at(opened_at: datetime, *, on: date) -> datetime:
    """A report that nobody finishes is dropped by NCMEC after its time, and counts as none (D21)."""
    return opened_at + timedelta(hours=POLICY.value("cybertip_dropped_hours", on=on))


def _over() -> Reason:
    return Reason("duty_is_over", "It was decided not to report; report it if that was wrong.", "D21")
