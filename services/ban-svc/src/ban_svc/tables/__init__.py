"""The rows of ban-svc: decisions and their chain, persons and their accounts, what the check answers from, what is done on wikis."""

from ban_svc.tables.action import Action, Note, Procedure, Recusal, Signature
from ban_svc.tables.check_result import CheckResult, CheckResultHold
from ban_svc.tables.columns import Base
from ban_svc.tables.cover import Cover
from ban_svc.tables.delegation import Delegation
from ban_svc.tables.enforcement import Enforcement, Reversal
from ban_svc.tables.event import Event, EventCopy, EventList, EventOmission
from ban_svc.tables.individual import Account, Identity, Individual, Merge, Photograph
from ban_svc.tables.life import AppealOutcome, Lift, Modification, ModificationSignature, Permission
from ban_svc.tables.rate import UnusualTime
from ban_svc.tables.released import ReleasedAccount

__all__ = [
    "Account",
    "Action",
    "AppealOutcome",
    "Base",
    "CheckResult",
    "CheckResultHold",
    "Cover",
    "Delegation",
    "Enforcement",
    "Event",
    "EventCopy",
    "EventList",
    "EventOmission",
    "Identity",
    "Individual",
    "Lift",
    "Merge",
    "Modification",
    "ModificationSignature",
    "Note",
    "Permission",
    "Photograph",
    "Procedure",
    "Recusal",
    "ReleasedAccount",
    "Reversal",
    "Signature",
    "UnusualTime",
]
