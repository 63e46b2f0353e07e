"""What a service hears: each event once for its reaction, in the order of its key, and no partition ever waits (DESIGN 3)."""

from chassis.inbox.heard import FINAL, OutOfOrder, name_of
from chassis.inbox.member import READ_MOST, Inbox
from chassis.inbox.order import last_versions
from chassis.inbox.reacting import BACK_OFF, BATCH

__all__ = ["BACK_OFF", "BATCH", "FINAL", "READ_MOST", "Inbox", "OutOfOrder", "last_versions", "name_of"]
