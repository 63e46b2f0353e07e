"""Acting first and signing after: the two emergencies, who may enact them, and by when the signatures must follow (R50, D3, D4)."""

from datetime import datetime, timedelta

from kernel.deadline import Target, at_risk_at
from kernel.decision import Decision, Reason
from kernel.kinds import Kind
from kernel.workdays import calendar_day, end_of_day

from ban_svc.model import EMERGENCIES, ActionSpec, Matter
from ban_svc.rules.numbers import POLICY


def may_be_emergency(spec: ActionSpec, matter: Matter) -> Decision:
    """Only a measure of child protection and a CheckUser about a threat of harm may be enacted before their signatures, and a CheckUser
    that somebody asked for directly never (R50, R60, R74, D3, D4).
    """  # noqa: D205 - the rule is one sentence
    if not spec.emergency:
        return Decision()
    checks = spec.kind is Kind.CHECKUSER
    named = POLICY.value("emergency_purposes_checkuser", on=matter.now.date())
    return Decision.of(
        (
            spec.kind not in EMERGENCIES,
            Reason("no_emergency", f"A {spec.kind} is never enacted before it is signed; leave `emergency` out.", "D4"),
        ),
        (
            checks and (spec.checkuser is None or spec.checkuser.purpose not in named),
            Reason("emergency_not_named", f"An emergency CheckUser names its emergency as its purpose: {', '.join(named)}.", "D3"),
        ),
        (
            checks and matter.direct_request,
            Reason("direct_request_is_no_emergency", "A CheckUser that was asked for directly is never an emergency.", "R60"),
        ),
    )


def signatures_due(kind: Kind, enacted_at: datetime) -> dict[str, Target]:
    """A measure of child protection needs a second signature in four hours, and both emergencies their whole chain in 24 (D3, D4)."""
    measures = ("second_signature", "chain") if kind is Kind.CHILD_PROTECTION else ("chain",)
    on = calendar_day(enacted_at)
    due = {measure: enacted_at + timedelta(hours=POLICY.value(f"{measure}_hours", on=on)) for measure in measures}
    return {measure: Target(until, at_risk_at(enacted_at, until, on=on)) for measure, until in due.items()}


def reversal_due(declined_at: datetime) -> Target:
    """What its chain declined is reversed the same day (D4)."""
    on = calendar_day(declined_at)
    until = end_of_day(on)
    return Target(until, at_risk_at(declined_at, until, on=on))
