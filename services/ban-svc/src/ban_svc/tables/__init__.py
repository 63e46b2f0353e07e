"""The rows of ban-svc: decisions and their chain, persons and their accounts, what the check answers from, what is done on wikis."""

from ban_svc.tables.action import Action, Note, Procedure, Recusal, Signature
from ban_svc.tables.columns import Base
from ban_svc.tables.cover import Cover
from ban_svc.tables.enforcement import Enforcement
from ban_svc.tables.individual import Account, Individual

__all__ = ["Account", "Action", "Base", "Cover", "Enforcement", "Individual", "Note", "Procedure", "Recusal", "Signature"]
