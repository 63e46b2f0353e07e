"""The rows of notices and counter-notices. Texts, titles and parties are sealed, what rules ask about is plain (D17, D20, D27)."""

from dmca_svc.tables.columns import Base
from dmca_svc.tables.counter_notice import AskedPage, Completion, CounterNotice, CourtAction
from dmca_svc.tables.cure import Cure, CureRequest
from dmca_svc.tables.evidence import Evidence
from dmca_svc.tables.hold import PageHold
from dmca_svc.tables.infringer import Infringer, InfringerAccount, InfringerDecision, Misrepresentation, Reversal
from dmca_svc.tables.lumen import LumenSubmission
from dmca_svc.tables.measure import Measure, MeasurePage
from dmca_svc.tables.notice import (
    Announcement,
    Assessment,
    Letter,
    Note,
    Notice,
    Party,
    Recommendation,
    SignatureRow,
)
from dmca_svc.tables.page import NoticePage, PageReceipt
from dmca_svc.tables.uploader import Uploader
from dmca_svc.tables.withdrawal import Concern, Joining, Withdrawal

__all__ = [
    "Announcement",
    "AskedPage",
    "Assessment",
    "Base",
    "Completion",
    "Concern",
    "CounterNotice",
    "CourtAction",
    "Cure",
    "CureRequest",
    "Evidence",
    "Infringer",
    "InfringerAccount",
    "InfringerDecision",
    "Joining",
    "Letter",
    "LumenSubmission",
    "Measure",
    "MeasurePage",
    "Misrepresentation",
    "Note",
    "Notice",
    "NoticePage",
    "PageHold",
    "PageReceipt",
    "Party",
    "Recommendation",
    "Reversal",
    "SignatureRow",
    "Uploader",
    "Withdrawal",
]
