"""Who acts: the token's subject with its roles, and the role in which it did (R90, R91, DESIGN 5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from kernel.decision import refuse


class Role(StrEnum):
    """The roles of staff and their tools that a token may carry; every operation declares which of them it asks for (R90)."""

    REQUESTER_DESK = "requester_desk"
    EVALUATOR = "evaluator"
    TEAM_PEER = "team_peer"
    TEAM_MANAGER = "team_manager"
    DIRECTOR = "director"
    CHIEF = "chief"
    LEGAL = "legal"
    COMMUNICATIONS = "communications"
    EXECUTIVE_DIRECTOR = "executive_director"
    ENFORCER = "enforcer"
    COMMITTEE = "committee"
    FACILITATOR = "facilitator"
    CHILD_PROTECTION = "child_protection"
    EVENT_STEWARD = "event_steward"
    TOOLING = "tooling"
    SERVICE = "service"
    AUDITOR = "auditor"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Performer:
    """Who did it, as the wire shows it: a role and the opaque id of a person or service."""

    role: str
    id: str

    @classmethod
    def service(cls, name: str) -> Performer:
        """Name a worker of a service: `intake` acts as `intake-svc`."""
        return cls(role=Role.SERVICE.value, id=f"{name}-svc")


@dataclass(frozen=True, slots=True)
class Actor:
    """A verified token: its `sub`, which is the person everywhere, and the roles it holds."""

    sub: str
    roles: frozenset[Role]

    def holds(self, role: Role) -> bool:
        """Tell whether the token carries the role."""
        return role in self.roles

    def performs(self, allowed: Sequence[Role]) -> Performer:
        """Act in the first role of `allowed`, in the order the operation declares them, that the token carries.

        Raises:
            Refused: the token carries none of them.
        """
        role = next((role for role in allowed if role in self.roles), None)
        if role is None:
            refuse("role_missing", f"This needs one of the roles {', '.join(allowed)}; your token carries none of them.", "R91")
        return Performer(role=role.value, id=self.sub)
