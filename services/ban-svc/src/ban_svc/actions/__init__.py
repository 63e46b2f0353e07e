"""What can be done with a decision about a person: each locks, asks a rule, changes, and says so (DESIGN 3)."""

from ban_svc.actions.enactment import enact, expire, forget_addresses
from ban_svc.actions.enforcement import Receipt, enforce
from ban_svc.actions.party import accounts_of, individuals_with, is_party, subject_of
from ban_svc.actions.proposal import Proposal, propose
from ban_svc.actions.review import amend, recuse, sign, withdraw

__all__ = [
    "Proposal",
    "Receipt",
    "accounts_of",
    "amend",
    "enact",
    "enforce",
    "expire",
    "forget_addresses",
    "individuals_with",
    "is_party",
    "propose",
    "recuse",
    "sign",
    "subject_of",
    "withdraw",
]
