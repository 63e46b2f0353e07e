"""The rows of intake: requests, cases, their clocks and recommendations; who works here."""

from intake_svc.tables.columns import Base
from intake_svc.tables.matter import FAR, Case, ExtensionRow, Likeness, Recommendation, Request, Supplement
from intake_svc.tables.staff import Staff, StaffEntry

__all__ = [
    "FAR",
    "Base",
    "Case",
    "ExtensionRow",
    "Likeness",
    "Recommendation",
    "Request",
    "Staff",
    "StaffEntry",
    "Supplement",
]
