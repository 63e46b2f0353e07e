"""The words of a decision about a person: what is proposed, where it stands, what a rule may ask about (R1, R10, R59)."""

from ban_svc.model.facts import BanFacts, Matter
from ban_svc.model.spec import AccountRef, ActionSpec, Justification, Scope
from ban_svc.model.state import CARRIED, ENDED, IN_FORCE, MOVES, OPEN, ActingAccount, Effect, State

__all__ = [
    "CARRIED",
    "ENDED",
    "IN_FORCE",
    "MOVES",
    "OPEN",
    "AccountRef",
    "ActingAccount",
    "ActionSpec",
    "BanFacts",
    "Effect",
    "Justification",
    "Matter",
    "Scope",
    "State",
]
