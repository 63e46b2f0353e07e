"""When a letter counts as received, and by whom (R87, D5, D10, 17 U.S.C. 512(c)(3)(A))."""

from datetime import datetime

from kernel.decision import Decision, Reason
from kernel.workdays import calendar_day

from dmca_svc.model import Channel
from dmca_svc.rules.numbers import POLICY


def may_be_received_at(said: datetime | None, *, now: datetime, by_legal: bool, evidence: str | None) -> Decision:
    """A letter counts from its first receipt; only Legal, with evidence, records that it came earlier than now (R87, D5)."""
    if said is None:
        return Decision()
    oldest = POLICY.value("oldest_receipt", on=calendar_day(now))
    return Decision.of(
        (said > now, Reason("received_in_future", "A letter cannot have been received later than now.", "D5")),
        (
            said <= now and calendar_day(said) < oldest,
            Reason("received_too_early", f"No letter was received before {oldest.isoformat()}.", "R96"),
        ),
        (not by_legal, Reason("receipt_is_legals", "Only Legal records that a letter was received earlier than now.", "D10")),
        (
            not (evidence or "").strip(),
            Reason("evidence_missing", "An earlier receipt needs its evidence: say what shows it, such as the mail's own stamp.", "D10"),
        ),
    )


def received_by_agent(channel: Channel, *, received_at: datetime, now: datetime, passed_on_at: datetime | None) -> datetime | None:
    """The designated agent has a letter when it arrives at legal@ or, passed on from another address, at that moment; a form does not
    reach the agent by itself (D10, 17 U.S.C. 512(c)(2)).
    """  # noqa: D205 - the rule is one sentence
    if channel is Channel.LEGAL:
        return received_at
    if channel is Channel.FORWARDED:
        return passed_on_at or now
    return None
