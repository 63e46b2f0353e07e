"""A delegate signs for a level, by a dated delegation on record (R91, D1)."""

from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

from kernel.decision import Decision, Reason
from kernel.review import Level, Review

from ban_svc.model import DelegationFacts
from ban_svc.rules.numbers import POLICY


def may_delegate(level: Level, *, by: str, held: bool, delegate: str, starts_at: datetime, until: datetime, now: datetime) -> Decision:
    """Whoever holds a level lets one other person sign for it, between two dates not too far apart (R91)."""
    most: int = POLICY.value("delegation_days", on=now.date())
    return Decision.of(
        (not held, Reason("role_missing", f"Only whoever holds the role {level.role} lets somebody sign for the level {level}.", "R91")),
        (by == delegate, Reason("delegates_to_self", "You hold the level yourself; name another person.", "R91")),
        (until <= starts_at, Reason("ends_before_it_starts", "The end must lie after the start.", "R91")),
        (until <= now, Reason("ends_in_the_past", "The end lies in the past; name one in the future.", "R91")),
        (
            until - starts_at > timedelta(days=most),
            Reason("delegation_too_long", f"A delegation lasts at most {most} days; give it anew when it ends.", "R91"),
        ),
    )


def may_end_delegation(delegation: DelegationFacts, *, by: str, now: datetime) -> Decision:
    """Whoever gave a delegation may end it before its time; what was signed under it stays signed (R91)."""
    return Decision.of(
        (by != delegation.by, Reason("not_the_delegator", "Only whoever gave a delegation ends it.", "R91")),
        (
            delegation.ended_at is not None or delegation.until <= now,
            Reason("delegation_over", "The delegation is over already.", "R91"),
        ),
    )


def may_sign_for(delegation: DelegationFacts, review: Review, *, involved: AbstractSet[str]) -> Decision:
    """Nobody signs for a person who could not sign it: who evaluated or enacted it, is named in it, or stepped aside (R115, D1)."""
    out = {review.evaluator, review.emergency_enactor} | review.recused | involved | {one.by for one in review.signatures}
    return Decision.of(
        (
            delegation.by in out,
            Reason("delegator_is_out", "Whoever let you sign for this level has signed another, or may not sign this matter.", "D1"),
        )
    )
