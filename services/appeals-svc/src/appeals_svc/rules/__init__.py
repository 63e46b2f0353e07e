"""The law of appeals: who may appeal what, until when, who answers it, and what counsel's gate asks (R32, R33, R101-R109, D7, D13, D14)."""

from appeals_svc.rules.eligibility import (
    ALREADY_APPEALED,
    NO_FINAL_DECISION,
    NOT_INVOLVED,
    NOT_VERIFIED,
    REASONS_MISSING,
    Claim,
    Eligibility,
    eligibility_of,
    final_issuance,
    has_appeal,
    is_taken_in,
    may_appeal,
    may_file,
    standing_of,
    still_stands,
)
from appeals_svc.rules.gate import answer_clock, may_decide, may_give_reasons, may_verify, reasons_due
from appeals_svc.rules.numbers import POLICY
from appeals_svc.rules.route import route_of, routes_of
from appeals_svc.rules.window import after_policy, ca_is_open, in_time, informed_at, issuance_at, rests_on_claim, window_of

__all__ = [
    "ALREADY_APPEALED",
    "NOT_INVOLVED",
    "NOT_VERIFIED",
    "NO_FINAL_DECISION",
    "POLICY",
    "REASONS_MISSING",
    "Claim",
    "Eligibility",
    "after_policy",
    "answer_clock",
    "ca_is_open",
    "eligibility_of",
    "final_issuance",
    "has_appeal",
    "in_time",
    "informed_at",
    "is_taken_in",
    "issuance_at",
    "may_appeal",
    "may_decide",
    "may_file",
    "may_give_reasons",
    "may_verify",
    "reasons_due",
    "rests_on_claim",
    "route_of",
    "routes_of",
    "standing_of",
    "still_stands",
    "window_of",
]
