"""What stands before the answer to an appeal: verification, reasons, counsel's gate, 28 days (R104, R107, D13, D14)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from kernel.deadline import Target, at_risk_at
from kernel.decision import Decision, Reason

from appeals_svc.model import Participation, State
from appeals_svc.rules.conflict import took_part
from appeals_svc.rules.numbers import POLICY


def may_give_reasons(state: State, *, missing: bool, due_at: datetime | None, at: datetime) -> Decision:
    """Reasons that are missing are asked for and may come within fourteen days; the filing date is kept (R107, D14)."""
    asked = state is State.INCOMPLETE and missing
    return Decision.of(
        (not asked, Reason("reasons_not_asked", "This appeal waits for no reasons.", "R107")),
        (
            asked and due_at is not None and at >= due_at,
            Reason("reasons_too_late", "The days for giving reasons are over; the appeal can be filed anew while its time runs.", "D14"),
        ),
    )


def may_verify(state: State, *, verified: bool) -> Decision:
    """Who appeals is verified once, while the appeal waits for it (D14)."""
    waits = state in {State.FILED, State.INCOMPLETE}
    return Decision.of(
        (verified, Reason("already_verified", "It is on record how and by whom this appellant was verified.", "D14")),
        (not waits and not verified, Reason("verification_not_awaited", "This appeal does not wait for verification any more.", "D14")),
    )


def may_decide(state: State, counsel: str, participants: Iterable[Participation]) -> Decision:
    """An appeal proceeds only upon approval of legal counsel who evaluated, signed, reported or otherwise touched nothing of what is
    appealed (R104, R115, D13).
    """  # noqa: D205 - the rule is one sentence
    return Decision.of(
        (
            state is not State.WITH_COUNSEL,
            Reason("not_with_counsel", "This appeal is not before counsel: it is not complete, or has been answered.", "R104"),
        ),
        (
            took_part(counsel, participants),
            Reason("counsel_took_part", "You took part in what is appealed; another counsel decides whether the appeal proceeds.", "D13"),
        ),
    )


def reasons_due(filed_at: datetime) -> datetime:
    """Reasons are asked for with fourteen days to answer (D14)."""
    days: int = POLICY.value("reasons_days", on=_day(filed_at))
    return filed_at + timedelta(days=days)


def answer_clock(accepted_at: datetime) -> Target:
    """An accepted appeal is answered within 28 days of counsel's approval, and is at risk at three quarters (D5, D13)."""
    on = _day(accepted_at)
    days: int = POLICY.value("answer_days", on=on)
    until = accepted_at + timedelta(days=days)
    return Target(until, at_risk_at(accepted_at, until, on=on))


def _day(at: datetime) -> date:
    return at.astimezone(UTC).date()
