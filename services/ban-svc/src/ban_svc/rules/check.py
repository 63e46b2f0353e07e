"""Who may ask whether somebody is banned, and about when (R37, R75, R95)."""

from collections.abc import Set as AbstractSet

from kernel.actor import Role
from kernel.decision import Decision, Reason


def may_ask_check(roles: AbstractSet[Role], *, past: bool) -> Decision:
    """Tooling and the auditor ask about now; about a moment in the past the auditor alone (R37, R95)."""
    return Decision.of(
        (
            not roles & {Role.TOOLING, Role.AUDITOR},
            Reason("role_missing", "The check answers the roles tooling and auditor; your token has neither.", "R95"),
        ),
        (
            past and Role.AUDITOR not in roles,
            Reason("past_is_for_audit", "What was in force at a moment in the past is answered to the auditor alone.", "R95"),
        ),
    )
