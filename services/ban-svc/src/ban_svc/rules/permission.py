"""Explicit permission of the Foundation: a scoped exception to a ban, with an end, that the check obeys (R16, D26)."""

from datetime import datetime

from kernel.decision import Decision, Reason
from kernel.kinds import Kind

from ban_svc.model import LifeFacts, Scope, WaitingFacts
from ban_svc.rules.lift import is_in_force, may_act_on

EXCEPTED = frozenset({Kind.GLOBAL_BAN, Kind.EVENT_BAN, Kind.INTERACTION_BAN})


def may_permit(facts: LifeFacts, scope: Scope, until: datetime, *, waiting: WaitingFacts | None, by: str) -> Decision:
    """A banned person may take part only by explicit permission, which is narrower than the ban and has an end (R16, D26)."""
    named = any((scope.countries, scope.places, scope.projects, scope.events))
    return (
        is_in_force(facts)
        & may_act_on(facts)
        & Decision.of(
            (
                facts.kind not in EXCEPTED,
                Reason("nothing_to_except", f"A {facts.kind} forbids no participation; there is nothing to except from it.", "R16"),
            ),
            (
                scope.everywhere,
                Reason("exception_is_everywhere", "An exception from everything is no exception; lift the ban instead.", "R16"),
            ),
            (
                not scope.everywhere and not named,
                Reason("exception_empty", "Name the projects, events or places for which the exception is.", "R16"),
            ),
            (
                waiting is not None and waiting.by != by,
                Reason("proposed_already", "Somebody else's proposal waits for a second person; confirm that one.", "D26"),
            ),
        )
        & is_ahead(until, facts.now)
    )


def is_ahead(until: datetime, now: datetime) -> Decision:
    """An exception whose end has come opens nothing, also when it was proposed in time (R16)."""
    return Decision.of((until <= now, Reason("ends_in_the_past", "The end lies in the past; name one in the future.", "R16")))


def wikis_of(scope: Scope) -> tuple[str, ...]:
    """The check of a wiki obeys an exception that names it and nothing offline beside it, for fields combine by *and* (R16, R28)."""
    offline = any((scope.countries, scope.places, scope.events))
    return () if offline or scope.everywhere else tuple(sorted(set(scope.projects or ())))
