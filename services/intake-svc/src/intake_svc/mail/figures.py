"""How much mail came, where, and what it was taken as."""

from chassis.metrics import registry
from prometheus_client import Counter

_arrived = Counter("office_intake_mail", "Mail that arrived, once in each mailbox.", ("mailbox", "taken_as"), registry=registry)


def count(mailbox: str, taken_as: str) -> None:
    """Count one mail that is committed."""
    _arrived.labels(mailbox, taken_as).inc()
