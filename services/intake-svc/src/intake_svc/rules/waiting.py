"""How long a request waits for its parts, when its sender is reminded, and who may take it back (R88, R111, D6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from kernel.deadline import in_office_hours
from kernel.decision import Decision, Reason
from kernel.kinds import Kind
from kernel.workdays import calendar_day

from intake_svc.model.request import OVER, RequestFacts, RequestState
from intake_svc.rules import POLICY


@dataclass(frozen=True, slots=True)
class Wait:
    """When the sender of an incomplete request is reminded, and when the request lapses (UTC)."""

    reminder_at: datetime
    lapses_at: datetime


def wait_for(kind: Kind, received_at: datetime) -> Wait:
    """An incomplete request waits for the time that was in force when it came in, with one reminder on the way (R88)."""
    on = calendar_day(received_at)
    periods = POLICY.value("waiting", on=on) | POLICY.value("waiting_of_kinds", on=on).get(kind, {})
    reminder = received_at + timedelta(days=periods["reminder_days"])
    return Wait(in_office_hours(reminder), received_at + timedelta(days=periods["lapse_days"]))


def may_withdraw(request: RequestFacts) -> Decision:
    """Whoever asked may take the request back while it is not over; what it told of minors or threats to life is acted on all the same
    (R50, R111).
    """  # noqa: D205 - the rule is one sentence
    return Decision.of(
        (request.state in OVER, Reason("request_over", "This request is over already; for a new matter file a new one.", "R88")),
        (
            request.state is RequestState.FORWARDED,
            Reason("passed_on", "The letter was passed on; it is taken back where it went.", "R87"),
        ),
    )
