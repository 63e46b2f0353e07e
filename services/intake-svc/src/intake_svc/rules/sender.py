"""Whether a sender is warned, locked out, and what is heard from them all the same (R117-R119, R121, D12)."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from kernel.decision import Decision, Reason
from kernel.kinds import Kind

from intake_svc.model.sender import Conduct, Lane, LockOutFacts, SenderFacts, SenderState
from intake_svc.rules import POLICY

_LOCKED_OUT = Reason("locked_out_already", "This sender is locked out; a longer time is a new decision when it has ended.", "D12")
_AIMED_AT_YOU = Reason("aimed_at_you", "It was aimed at you, or this sender complained about you: others decide.", "D12")


def may_count(lane: Lane, conduct: Conduct, *, received_at: datetime, now: datetime, on: date) -> Decision:
    """Conduct towards staff counts by its reason and as serious as that may be; what is asked about minors at risk never counts, and
    reporting a breach or a member of staff is never itself the abuse (R117, R121, D12).
    """  # noqa: D205 - the rule is one sentence
    reasons = POLICY.value("conduct_reasons", on=on)
    known = reasons.get(conduct.reason)
    protected = {lane.kind, lane.case_kind} & set(POLICY.value("protected_reports", on=on))
    return Decision.of(
        (known is None, Reason("reason_unknown", f"A reason is one of {', '.join(sorted(reasons))}.", "R117")),
        (
            known is not None and not known["least"] <= conduct.seriousness <= known["most"],
            Reason("seriousness_out_of_bounds", "The policy says for each reason how serious it is at least and at most.", "R119"),
        ),
        (
            lane.kind is Kind.CHILD_PROTECTION,
            Reason("lane_never_counts", "Nothing that is written to protect a minor is held against who wrote it.", "D12"),
        ),
        (
            bool(protected) and known is not None and known["of_reports"],
            Reason("reporting_is_protected", "Nobody is punished for reporting a breach or a member of staff.", "R121"),
        ),
        (
            not received_at <= conduct.happened_at <= now,
            Reason("not_then", "It happened when the request came in or later, and it has happened.", "R118"),
        ),
    )


def may_warn(sender: SenderFacts) -> Decision:
    """A sender is warned before anything else; whoever is locked out was (R118)."""
    return Decision.of((sender.state is SenderState.LOCKED_OUT, _LOCKED_OUT))


def points_of(conducts: Collection[Conduct], *, now: datetime, on: date) -> int:
    """What was observed counts by seriousness, number, frequency and apparent intent, as long as it is not too old (R119, D12)."""
    numbers = POLICY.value("conduct_points", on=on)
    since = now - timedelta(days=numbers["counted_days"])
    counted = sorted((one for one in conducts if one.happened_at >= since), key=lambda one: one.happened_at)
    if not counted:
        return 0
    points: int = sum(one.seriousness for one in counted) + numbers["each_further"] * (len(counted) - 1)
    points += numbers["intended"] if any(one.intended for one in counted) else 0
    span, many = timedelta(days=numbers["frequent_days"]), numbers["frequent_from"]
    runs = zip(counted, counted[many - 1 :], strict=False)
    return points + (numbers["frequent"] if any(last.happened_at - first.happened_at <= span for first, last in runs) else 0)


def days_for(points: int, *, on: date) -> int | None:
    """The points propose how long, and too few propose nothing (R119, D12)."""
    lengths = POLICY.value("lock_out_lengths", on=on)
    return max((one["days"] for one in lengths if points >= one["points"]), default=None)


def since_warning(sender: SenderFacts, *, now: datetime, on: date) -> tuple[Conduct, ...]:
    """What went on after a warning that was received and still counts, and after the last lock-out (R118)."""
    lasts = timedelta(days=POLICY.value("warning_lasts_days", on=on))
    warned = [at for at in sender.warned_at if at + lasts > now]
    if not warned:
        return ()
    since = max(min(warned), sender.last_lock_out_at or min(warned))
    return tuple(one for one in sender.conducts if one.happened_at > since)


def may_lock_out(sender: SenderFacts, *, by: str, now: datetime, on: date) -> Decision:
    """Communication is refused only where a warning was received and such conduct went on after it, for a time that the points give, by
    nobody at whom it was aimed or about whom the sender complained (R115, R118, R119, D12).
    """  # noqa: D205 - the rule is one sentence
    lasts = timedelta(days=POLICY.value("warning_lasts_days", on=on))
    warned = any(at + lasts > now for at in sender.warned_at)
    gone_on = bool(since_warning(sender, now=now, on=on))
    return Decision.of(
        (sender.state is SenderState.LOCKED_OUT, _LOCKED_OUT),
        (not warned, Reason("not_warned", "No warning that still counts is known to have been received; warn first.", "R118")),
        (warned and not gone_on, Reason("not_continued", "Nothing was observed after the warning, or the last lock-out.", "R118")),
        (
            days_for(points_of(sender.conducts, now=now, on=on), on=on) is None,
            Reason("too_few_points", "What was observed is not enough for the shortest lock-out.", "R119"),
        ),
        (by in sender.complained_of or any(by in one.aimed_at for one in sender.conducts), _AIMED_AT_YOU),
    )


def may_confirm(proposal: LockOutFacts | None, sender: SenderFacts, *, by: str, now: datetime, on: date) -> Decision:
    """A second person confirms a lock-out, while it stands as it was proposed (D12)."""
    if proposal is None:
        return Decision.of((True, Reason("nothing_proposed", "Nothing waits for a confirmation here.", "D12")))
    offered = days_for(points_of(sender.conducts, now=now, on=on), on=on) or 0
    return Decision.of(
        (by == proposal.by, Reason("own_proposal", "Another person confirms a lock-out than who proposed it.", "D12")),
        (
            proposal.days > offered,
            Reason("points_have_fallen", "What was observed no longer gives so long a time; propose it anew.", "R119"),
        ),
    ) & may_lock_out(sender, by=by, now=now, on=on)


def may_lift(sender: SenderFacts) -> Decision:
    """A lock-out that is in force can be lifted before its end, with a reason (D12)."""
    return Decision.of((sender.state is not SenderState.LOCKED_OUT, Reason("not_locked_out", "This sender is not locked out.", "D12")))


def is_always_in(lane: Lane, *, on: date) -> bool:
    """Minors, threats to life, notices, legal process and complaints about staff always come in, whoever sends them (R50, D12)."""
    lanes = POLICY.value("always_in", on=on)
    return lane.channel in lanes["channels"] or lane.kind in lanes["kinds"] or lane.case_kind in lanes["kinds"]


def is_heard(lane: Lane, locked_out_until: datetime | None, *, now: datetime, on: date) -> Decision:
    """Whoever is locked out is not heard until the time is over, but for what always comes in (R118, D12)."""
    out = locked_out_until is not None and now < locked_out_until
    return Decision.of(
        (
            out and not is_always_in(lane, on=on),
            Reason(
                "sender_locked_out",
                "This sender is locked out for a time. Minors at risk, threats to life, legal notices and process, complaints about staff"
                " and appeals are always taken: file it as what it is.",
                "R118",
            ),
        )
    )
