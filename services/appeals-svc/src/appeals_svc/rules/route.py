"""Who answers an appeal: the committee, staff, ca@ or counsel alone (R32, R108, R109, D13, D14)."""

from __future__ import annotations

from datetime import UTC, datetime

from appeals_svc.model import AppellantRole, Channel, DecisionFacts, DecisionKind, Route
from appeals_svc.rules.numbers import POLICY
from appeals_svc.rules.window import ca_is_open, in_time, issuance_at, window_of


def route_of(facts: DecisionFacts, role: AppellantRole, channel: Channel, at: datetime) -> Route:
    """The committee answers appeals about the behaviour of specific users, counsel alone those about child protection, staff all
    others; where ca@ is open, it answers what was sent to it and what comes too late for appeals@ (R32, R108, R109, D13, D14).
    """  # noqa: D205 - the rule is one sentence
    issuance = issuance_at(facts.terms, at)
    late = issuance is not None and not in_time(window_of(facts, issuance), at)
    if ca_is_open(facts, role, at) and (channel is Channel.CA or late):
        return Route.CA
    taken = facts.kind is DecisionKind.ACTION and facts.acts
    declined = facts.kind is DecisionKind.ACTION and not facts.acts
    name = "route_action_taken" if taken else "route_action_declined" if declined else f"route_{facts.kind}"
    routes = POLICY.value(name, on=at.astimezone(UTC).date())
    return Route(routes.get(facts.matter, routes["default"]))


def routes_of(facts: DecisionFacts, role: AppellantRole, at: datetime) -> tuple[Route, ...]:
    """Where ca@ is open and the six months run, the banned person chooses between ca@ and appeals@ (R32, D14)."""
    return tuple(dict.fromkeys(route_of(facts, role, channel, at) for channel in (Channel.MAIL, Channel.CA)))
