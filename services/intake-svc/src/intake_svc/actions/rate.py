"""How many requests of one sender come in within a minute; minors at risk and threats to life are never too many (R50)."""

from chassis.edge import Edge
from chassis.http.limits import limits_of
from kernel.workdays import calendar_day

from intake_svc.model.case import Priority
from intake_svc.model.filing import Filing
from intake_svc.rules import request as rules
from intake_svc.settings import settings


def is_urgent(edge: Edge, asked: Filing) -> bool:
    """Tell whether it is about minors at risk or a threat to life, by its kind, where it came in, or what its grounds name."""
    named = rules.named_by(asked.brought.named, on=calendar_day(edge.now))
    return rules.priority_of(rules.case_kind(asked.kind, asked.channel, named)) is Priority.URGENT


def spend_sender(edge: Edge, asked: Filing) -> None:
    """Count a request against the limit of its sender.

    Raises:
        TooMany: they sent too many within a minute.
    """
    sender = asked.sender.email or asked.sender.wiki_user
    if sender is not None:
        spend(edge, sender)


def spend(edge: Edge, sender: str) -> None:
    """Count one against whoever is known by this address or account, written the one way that they are compared in.

    Raises:
        TooMany: they sent too many within a minute.
    """
    limits_of(edge.runtime).spend("sender", edge.runtime.keyring.hash("intake.sender", sender).hex(), settings().requests_per_minute)
