"""The orders of the queue and the indexes that keep each of them flat, however many cases there are (R50, R100)."""

from typing import Final

from sqlalchemy import Index

from intake_svc.model.case import Priority

RANKS: Final = {Priority.URGENT: 0, Priority.HIGH: 1, Priority.NORMAL: 2}
"""The rank of a case that is not decided; a decided one waits for nobody and has the last."""

FILTERS: Final = ("state", "kind", "team", "assignee", "clock_state")
QUEUES: Final = (
    Index("case_due", "rank", "due_at", "id"),
    Index("case_received", "received_at", "id"),
    *(Index(f"case_due_by_{name}", name, "rank", "due_at", "id") for name in FILTERS),
    *(Index(f"case_received_by_{name}", name, "received_at", "id") for name in FILTERS),
)
"""One index for each filter and order: what is asked for lies together, in the order in which it is shown."""
