"""Who may ask whether somebody is banned, from what, and about when (R37, R75, R95, D18)."""

from collections.abc import Set as AbstractSet

from kernel.actor import Role
from kernel.decision import Decision, Reason


def may_ask_check(roles: AbstractSet[Role], *, past: bool) -> Decision:
    """Tooling and the auditor ask about now, a steward about an event alone; about a moment in the past the auditor (R37, R95)."""
    known, steward = bool(roles & {Role.TOOLING, Role.AUDITOR}), Role.EVENT_STEWARD in roles
    return Decision.of(
        (
            not known and not steward,
            Reason("role_missing", "The check answers the roles tooling and auditor; your token has neither.", "R95"),
        ),
        (
            not known and steward,
            Reason("event_not_named", "A steward asks who is banned from an event; name it in `event`.", "R37"),
        ),
        (
            past and Role.AUDITOR not in roles,
            Reason("past_is_for_audit", "What was in force at a moment in the past is answered to the auditor alone.", "R95"),
        ),
    )


def may_ask_about_event(roles: AbstractSet[Role], *, past: bool, granted: bool) -> Decision:
    """Who is banned from an event is answered to a steward whom a grant of its list names and still holds, and to the auditor, who alone
    asks about the past (R37, D18).
    """  # noqa: D205 - the rule is one sentence
    audits, stewards = Role.AUDITOR in roles, Role.EVENT_STEWARD in roles
    return Decision.of(
        (
            not audits and not stewards,
            Reason("event_is_for_stewards", "Event bans are answered to an event's stewards and the auditor; leave `event` out.", "R37"),
        ),
        (
            stewards and not audits and not granted,
            Reason("grant_missing", "No grant of this event's list names you and holds; have one confirmed first.", "D18"),
        ),
        (
            past and stewards and not audits,
            Reason("past_is_for_audit", "What was in force at a moment in the past is answered to the auditor alone.", "R95"),
        ),
    )
