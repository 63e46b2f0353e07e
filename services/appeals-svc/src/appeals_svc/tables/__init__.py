"""What this service keeps: decisions as the bus told of them, who took part, what was delivered, the appeals and who judges them."""

from appeals_svc.tables.appeal import Appeal
from appeals_svc.tables.columns import Base
from appeals_svc.tables.decision import CaseFile, Decision, Participant, Receipt, Step, Term
from appeals_svc.tables.panel import Ballot, Member, Panel, Seat
from appeals_svc.tables.ruling import Ruling

__all__ = [
    "Appeal",
    "Ballot",
    "Base",
    "CaseFile",
    "Decision",
    "Member",
    "Panel",
    "Participant",
    "Receipt",
    "Ruling",
    "Seat",
    "Step",
    "Term",
]
