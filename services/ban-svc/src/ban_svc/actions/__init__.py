"""What can be done with a decision about a person: each locks, asks a rule, changes, and says so (DESIGN 3)."""

from ban_svc.actions.delegation import delegate, end_delegation
from ban_svc.actions.effects import Effects, effects_of
from ban_svc.actions.emergency import grow_late
from ban_svc.actions.enactment import enact, forget_addresses
from ban_svc.actions.enforcement import Look, Receipt, enforce, look_again, tell_failure
from ban_svc.actions.expiry import expire
from ban_svc.actions.lift import confirm_lift, propose_lift
from ban_svc.actions.modification import (
    confirm_modification,
    enact_modification,
    is_modification_approved,
    is_of_modification,
    propose_modification,
    sign_modification,
)
from ban_svc.actions.notice import release_notice, withhold_notice
from ban_svc.actions.outcome import apply_outcome
from ban_svc.actions.owed import owners_of
from ban_svc.actions.party import individuals_with, is_party, names_of, subject_of
from ban_svc.actions.permission import confirm_permission, propose_permission
from ban_svc.actions.proposal import Proposal, propose, propose_or_send_back
from ban_svc.actions.recorded import import_ban
from ban_svc.actions.refusal import turn_down
from ban_svc.actions.review import amend, amend_or_send_back, recuse, sign, withdraw

__all__ = [
    "Effects",
    "Look",
    "Proposal",
    "Receipt",
    "accounts_of",
    "amend",
    "amend_or_send_back",
    "apply_outcome",
    "confirm_lift",
    "confirm_modification",
    "confirm_permission",
    "delegate",
    "effects_of",
    "enact",
    "enact_modification",
    "end_delegation",
    "enforce",
    "expire",
    "forget_addresses",
    "grow_late",
    "import_ban",
    "individuals_with",
    "is_modification_approved",
    "is_of_modification",
    "is_party",
    "look_again",
    "names_of",
    "owners_of",
    "propose",
    "propose_lift",
    "propose_modification",
    "propose_or_send_back",
    "propose_permission",
    "recuse",
    "release_notice",
    "sign",
    "sign_modification",
    "subject_of",
    "tell_failure",
    "turn_down",
    "withdraw",
    "withhold_notice",
]
