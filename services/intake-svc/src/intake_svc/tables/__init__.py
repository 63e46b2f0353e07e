"""The rows of intake: requests, cases, their clocks and recommendations; who works here."""

from intake_svc.tables.case import FAR, Case, ExtensionRow, Recommendation
from intake_svc.tables.columns import Base
from intake_svc.tables.cybertip import CyberTip, CyberTipAttempt
from intake_svc.tables.evaluation import BreachCause, Finding, KindChange, Report
from intake_svc.tables.evidence import Evidence
from intake_svc.tables.hold import Hold
from intake_svc.tables.mail import Correspondence, Mail
from intake_svc.tables.note import Note
from intake_svc.tables.request import Likeness, Request, Supplement
from intake_svc.tables.resolution import Alert, Joining, Passing, Resolution
from intake_svc.tables.retention import ActionHeard, AppealHeard, Erasure
from intake_svc.tables.sealed import Destruction, LaneReader, SealedEntry, SealedRecord
from intake_svc.tables.sender import ConductRow, LockOut, Sender, WarningRow
from intake_svc.tables.split import HandOver, Split
from intake_svc.tables.staff import Staff, StaffEntry

__all__ = [
    "FAR",
    "ActionHeard",
    "Alert",
    "AppealHeard",
    "Base",
    "BreachCause",
    "Case",
    "ConductRow",
    "Correspondence",
    "CyberTip",
    "CyberTipAttempt",
    "Destruction",
    "Erasure",
    "Evidence",
    "ExtensionRow",
    "Finding",
    "HandOver",
    "Hold",
    "Joining",
    "KindChange",
    "LaneReader",
    "Likeness",
    "LockOut",
    "Mail",
    "Note",
    "Passing",
    "Recommendation",
    "Report",
    "Request",
    "Resolution",
    "SealedEntry",
    "SealedRecord",
    "Sender",
    "Split",
    "Staff",
    "StaffEntry",
    "Supplement",
    "WarningRow",
]
