"""Changing a decision in force: proposed, signed by the chain or by two people, put into force (R29-R31, R102, R103, D26)."""

from ban_svc.actions.modification.proposal import confirm_modification, enact_modification, propose_modification, withdraw_modification
from ban_svc.actions.modification.release import released_of
from ban_svc.actions.modification.review import (
    had_part,
    is_modification_approved,
    is_of_modification,
    latest_modification,
    review_of_modification,
    sign_modification,
)
from ban_svc.actions.modification.text import texts_of

__all__ = [
    "confirm_modification",
    "enact_modification",
    "had_part",
    "is_modification_approved",
    "is_of_modification",
    "latest_modification",
    "propose_modification",
    "released_of",
    "review_of_modification",
    "sign_modification",
    "texts_of",
    "withdraw_modification",
]
