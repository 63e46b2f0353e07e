"""The review chain: who signs, in which order, and what a signature is worth (R19, R66, R113, D1, D2, D3, D24)."""

from kernel.review.chain import MATRIX, Chain, Course, Level, chain_for, may_choose
from kernel.review.outcome import Step, StepState, approvals_of, may_enact_on, open_level, state_of, steps_of
from kernel.review.signature import Review, ReviewState, Signature, Verdict, may_sign

__all__ = [
    "MATRIX",
    "Chain",
    "Course",
    "Level",
    "Review",
    "ReviewState",
    "Signature",
    "Step",
    "StepState",
    "Verdict",
    "approvals_of",
    "chain_for",
    "may_choose",
    "may_enact_on",
    "may_sign",
    "open_level",
    "state_of",
    "steps_of",
]
