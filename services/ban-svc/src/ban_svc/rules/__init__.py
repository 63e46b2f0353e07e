"""The law of decisions about persons: facts in, a Decision with every reason out (R4-R36, R59-R67, R83-R92, D1, D15, D16)."""

from ban_svc.rules.check import may_ask_check
from ban_svc.rules.effect import acting_account, address_until, disclosure_of, effects_of, ends_at
from ban_svc.rules.enactment import may_be_done, may_enact, may_enforce
from ban_svc.rules.kind import may_carry_out
from ban_svc.rules.proposal import may_propose, remarks
from ban_svc.rules.review import is_under_review, may_amend, may_recuse, may_withdraw

__all__ = [
    "acting_account",
    "address_until",
    "disclosure_of",
    "effects_of",
    "ends_at",
    "is_under_review",
    "may_amend",
    "may_ask_check",
    "may_be_done",
    "may_carry_out",
    "may_enact",
    "may_enforce",
    "may_propose",
    "may_recuse",
    "may_withdraw",
    "remarks",
]
