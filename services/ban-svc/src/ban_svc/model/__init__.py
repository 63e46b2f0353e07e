"""The words of a decision about a person: what is proposed, where it stands, what a rule may ask about (R1, R10, R59)."""

from ban_svc.model.check_result import CheckResultFacts
from ban_svc.model.facts import BanFacts, DelegationFacts, Matter
from ban_svc.model.imported import BeforeFacts, ImportedBan
from ban_svc.model.life import EffectState, LifeFacts, LookFacts, Nature, Outcome, Route, Term, WaitingFacts
from ban_svc.model.spec import AccountRef, ActionSpec, Justification, Scope
from ban_svc.model.state import BY_OTHERS, CARRIED, EMERGENCIES, ENDED, IN_FORCE, MOVES, OPEN, ActingAccount, Effect, State

__all__ = [
    "BY_OTHERS",
    "CARRIED",
    "EMERGENCIES",
    "ENDED",
    "IN_FORCE",
    "MOVES",
    "OPEN",
    "AccountRef",
    "ActingAccount",
    "ActionSpec",
    "BanFacts",
    "BeforeFacts",
    "CheckResultFacts",
    "DelegationFacts",
    "Effect",
    "EffectState",
    "ImportedBan",
    "Justification",
    "LifeFacts",
    "LookFacts",
    "Matter",
    "Nature",
    "Outcome",
    "Route",
    "Scope",
    "State",
    "Term",
    "WaitingFacts",
]
