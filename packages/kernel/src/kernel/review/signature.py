"""One signature, one person, over a digest of exactly what was recommended (D1, D2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kernel.decision import Decision, Reason
from kernel.kinds import Kind
from kernel.review.chain import Chain, Course, Level


class Verdict(StrEnum):
    """What a level says: yes; no, on record, and the next is asked; or back to evaluation with a question (D2)."""

    APPROVE = "approve"
    DISSENT = "dissent"
    RETURN = "return"


class ReviewState(StrEnum):
    """Where a review stands."""

    OPEN = "open"
    APPROVED = "approved"
    DECLINED = "declined"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Signature:
    """One person's verdict at one level over one digest; `by` is the token's `sub`, `at` is UTC."""

    level: Level
    by: str
    verdict: Verdict
    digest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Review:
    """The facts of one review: what is recommended, by whom, who signed, in the order they did.

    An amendment makes a new digest, and with it a new review without signatures (D1). `recused` and `involved` are the `sub`s of those
    who stepped aside, and of those named in the case or aimed at by it; `emergency_enactor` enacted the measure before its review (D3, D4),
    and stays unset where enactment follows the review.
    """

    kind: Kind
    course: Course
    chain: Chain
    digest: str
    evaluator: str
    signatures: tuple[Signature, ...] = ()
    recused: frozenset[str] = frozenset()
    involved: frozenset[str] = frozenset()
    emergency_enactor: str | None = None


@dataclass(frozen=True, slots=True)
class Hearing:
    """A review read from its start: the signatures that count, the levels asked, who is asked now, and how it stands."""

    counted: tuple[Signature, ...]
    levels: tuple[Level, ...]
    open_level: Level | None
    state: ReviewState


def hear(review: Review) -> Hearing:
    """Read the signatures in order; one counts only from the level asked at that moment, by a person who may sign it (D1, D2).

    What does not count is passed over, so that a signature that slipped past another guard approves nothing here.
    """
    counted: list[Signature] = []
    hearing = _standing(review, ())
    for signature in review.signatures:
        if hearing.state is not ReviewState.OPEN:
            break
        fits = signature.level is hearing.open_level and signature.digest == review.digest
        if fits and _is_free(review, signature.by) and all(signature.by != earlier.by for earlier in counted):
            counted.append(signature)
            hearing = _standing(review, tuple(counted))
    return hearing


def may_sign(review: Review, *, by: str, level: Level, verdict: Verdict, digest: str, role_held: bool) -> Decision:  # noqa: ARG001 - a verdict is free; the caller names it so that the question reads whole
    """A level signs in its turn, in its role, over exactly what was recommended; nobody signs twice, and the evaluator, who enacted
    an emergency measure, those involved and those recused sign nothing (D1, D2).
    """  # noqa: D205 - the rule is one sentence
    hearing = hear(review)
    is_open = hearing.state is ReviewState.OPEN
    in_chain = level in hearing.levels
    return Decision.of(
        (not is_open, Reason("review_closed", f"This review is {hearing.state}; nothing more is signed in it.", "D2")),
        (not role_held, Reason("role_missing", f"The level {level} is signed in the role {level.role}, which you do not hold.", "R91")),
        (not in_chain, Reason("level_not_in_chain", f"The level {level} is not asked in this review.", "R113")),
        (
            is_open and in_chain and level is not hearing.open_level,
            Reason("not_in_turn", f"The levels are asked in turn: it is the turn of {hearing.open_level}, not of {level}.", "R113"),
        ),
        (by == review.evaluator, Reason("evaluator_signs", "Whoever evaluated the matter signs no level of its review.", "D1")),
        (
            any(by == earlier.by for earlier in hearing.counted),
            Reason("signed_already", "You have signed a level of this recommendation; nobody signs two.", "D1"),
        ),
        (by in review.involved, Reason("involved", "A person named in the case or aimed at by it signs no level.", "D1")),
        (
            by == review.emergency_enactor,
            Reason("enactor_signs", "Whoever enacted an emergency measure signs no level of its review.", "D1"),
        ),
        (by in review.recused, Reason("recused", "You have recused yourself from this matter.", "D1")),
        (
            digest != review.digest,
            Reason("stale_digest", "The recommendation was changed since you read it; read it again and sign what it says now.", "D1"),
        ),
    )


def _is_free(review: Review, by: str) -> bool:
    """Tell whether the person neither evaluated nor enacted it, and is neither involved nor recused (D1)."""
    return by not in (review.evaluator, review.emergency_enactor) and by not in review.involved | review.recused


def _standing(review: Review, counted: tuple[Signature, ...]) -> Hearing:
    """Say how the review stands after the signatures that count.

    Not to act ends declined in every case but a return: by the short chain when all agree, by the whole column when one does not (D2).
    """
    chain = review.chain
    dissented = any(signature.verdict is Verdict.DISSENT for signature in counted)
    levels = chain.column if dissented else chain.levels
    if not counted:
        return Hearing(counted, levels, levels[0], ReviewState.OPEN)
    latest = counted[-1]
    if latest.verdict is Verdict.RETURN:
        return Hearing(counted, levels, None, ReviewState.RETURNED)
    if latest.verdict is Verdict.DISSENT and latest.level in (Level.LEGAL, levels[-1]):
        return Hearing(counted, levels, None, ReviewState.DECLINED)
    waiting = [level for level in levels if all(level is not signature.level for signature in counted)]
    if waiting:
        return Hearing(counted, levels, waiting[0], ReviewState.OPEN)
    approvals = sum(signature.verdict is Verdict.APPROVE for signature in counted)
    approved = review.course is Course.ACT and approvals >= chain.approvals
    return Hearing(counted, levels, None, ReviewState.APPROVED if approved else ReviewState.DECLINED)
