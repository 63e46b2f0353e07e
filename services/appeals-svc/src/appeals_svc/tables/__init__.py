"""What this service keeps: decisions as the bus told of them, who took part, what was delivered, and the appeals (R101-R107)."""

from appeals_svc.tables.appeal import Appeal
from appeals_svc.tables.columns import Base
from appeals_svc.tables.decision import CaseFile, Decision, Participant, Receipt, Term

__all__ = ["Appeal", "Base", "CaseFile", "Decision", "Participant", "Receipt", "Term"]
