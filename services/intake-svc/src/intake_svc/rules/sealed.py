"""Who opens the sealed record of a case of child protection, how long it is preserved, and who destroys its key (R50, D4, D20, D27)."""

from datetime import date, datetime

from kernel.decision import Decision, Reason
from kernel.months import months_after

from intake_svc.model.sealed import SealedFacts
from intake_svc.rules import POLICY

_DESTROYED = Reason("record_destroyed", "The key of this record was destroyed; the certificate says when and why.", "D20")
_HELD = Reason("held", "A legal hold lies on this case: release the hold first.", "D27")
_DUTY = Reason("duty_is_open", "Whether it is reported to NCMEC is not decided, or the report is not received yet.", "D21")


def may_name_reader(sub: str, *, by: str, named: bool) -> Decision:
    """Who reads sealed records is named one by one, by somebody else, and once (D4, D20)."""
    return Decision.of(
        (sub == by, Reason("names_themselves", "Somebody else names you as a reader.", "D4")),
        (named, Reason("named_already", "They are named as a reader already.", "D4")),
    )


def may_end_reader(*, named: bool) -> Decision:
    """Who is named as a reader stays one until somebody ends it (D4)."""
    return Decision.of((not named, Reason("not_named", "They are not named as a reader of sealed records.", "D4")))


def may_open(record: SealedFacts, *, named: bool) -> Decision:
    """A sealed record is opened by a reader who was named, while its key is there (D4, D20)."""
    return Decision.of(
        (not named, Reason("not_a_named_reader", "Sealed records are opened by readers who were named one by one.", "D20")),
        (record.destroyed, _DESTROYED),
    )


def preserved_until(over_at: datetime, *, on: date) -> datetime:
    """What was reported is preserved for the time that the law asks for, from the completed report, and as long where the duty ended
    otherwise (18 U.S.C. 2258A(h), D20).
    """  # noqa: D205 - the rule is one sentence
    return months_after(over_at, POLICY.value("preservation_months", on=on))


def may_end_by_term(record: SealedFacts, *, now: datetime) -> Decision:
    """When its time is over the key of a record is destroyed, unless a hold lies on its case (D20, D27)."""
    return Decision.of(
        (record.destroyed, _DESTROYED),
        (record.duty_open or record.preserve_until is None, _DUTY),
        (
            record.preserve_until is not None and now < record.preserve_until,
            Reason("preserved", "The law asks that it is preserved until its date.", "18 U.S.C. 2258A(h)"),
        ),
        (record.held, _HELD),
    )


def may_ask_destruction(record: SealedFacts, *, named: bool) -> Decision:
    """On the verified request of law enforcement one of the named readers asks for the destruction before its time, once the duty to report
    is over, and unless a hold lies on the case (D20, D27).
    """  # noqa: D205 - the rule is one sentence
    return Decision.of(
        *((True, reason) for reason in may_open(record, named=named).reasons),
        (record.duty_open, _DUTY),
        (record.held, _HELD),
        (record.asked_by is not None, Reason("destruction_asked", "Its destruction waits for a second person already.", "D20")),
    )


def may_destroy(record: SealedFacts, *, by: str, named: bool) -> Decision:
    """A second named reader confirms a destruction that law enforcement asked for, and the key is destroyed then (D20, D27)."""
    return Decision.of(
        *((True, reason) for reason in may_open(record, named=named).reasons),
        (record.asked_by is None, Reason("no_destruction_asked", "Nobody asked for its destruction.", "D20")),
        (record.asked_by == by, Reason("own_proposal", "A second person confirms what you proposed.", "D20")),
        (record.held, _HELD),
    )
