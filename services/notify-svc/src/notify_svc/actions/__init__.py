"""What can be done with a notification: each locks, asks a rule, changes, and says so (DESIGN 3)."""

from notify_svc.actions.correcting import correct
from notify_svc.actions.telling import cancel, read_letter, receive_by_hand, take_failure, take_receipt, tell

__all__ = ["cancel", "correct", "read_letter", "receive_by_hand", "take_failure", "take_receipt", "tell"]
