"""Which matters get a case of their own, and when a case passes to the other team (R50, R86-R88, R113, D12, D20)."""

from __future__ import annotations

from datetime import datetime

from kernel.decision import Decision, Reason
from kernel.kinds import CASE_KINDS, Kind

from intake_svc.model.case import UNDECIDED, CaseFacts, CaseState
from intake_svc.model.request import RequestFacts, RequestState, Team

SPLIT_OFF = Reason("split_off", "A matter that was in this case has a case of its own now.", "R88")
"""What the trail of both cases says."""
HANDED_OVER = Reason("handed_over", "The case is the other team's from now on; its clock counts on.", "R86")
"""What the trail of a case says that passed between the teams."""

_ELSEWHERE = frozenset({RequestState.WITHDRAWN, RequestState.FORWARDED, RequestState.LAPSED})
_LANE = Reason("lanes_apart", "Child protection is kept apart: set the case to it, or file the matter anew in words of your own.", "D20")
_COMPLAINT = Reason("stays_staff_complaint", "Who may see a complaint about staff depends on its kind: file it anew as what it is.", "R123")


def may_split(case: CaseFacts, *, urgent: bool, by: str, now: datetime) -> Decision:
    """Matters that are not one are parted while their case is undecided and no decision is under way, by whoever has it; a threat to life
    waits for none of that, and a case of child protection or a complaint about staff stays whole (R50, R88, R113, R123, D20).
    """  # noqa: D205 - the rule is one sentence
    under_way = case.state is CaseState.IN_REVIEW or bool(case.open_actions) or case.awaits_action
    return Decision.of(
        (case.kind is Kind.CHILD_PROTECTION, _LANE),
        (case.kind is Kind.STAFF_COMPLAINT, _COMPLAINT),
        (
            not urgent and case.state not in UNDECIDED,
            Reason("case_decided", "The case is decided; what else it told of is filed as a request of its own.", "R106"),
        ),
        (
            not urgent and case.state in UNDECIDED and under_way,
            Reason("in_review", "Something is in review on this case; it is decided, returned or withdrawn first.", "R113"),
        ),
        (not urgent and case.resolution and case.state in UNDECIDED, _ENDING),
        (not urgent and case.held_by(now) not in {None, by}, _TAKEN),
    )


def may_be_matter(letter: RequestFacts, kind: Kind, complete: Decision, *, urgent: bool) -> Decision:
    """Each matter of a mixed letter is judged alone: it brings what its kind asks for, and is none that has another way in (R40, R50, R88,
    D12, D20).
    """  # noqa: D205 - the rule is one sentence
    return Decision.of(
        (kind is Kind.CHILD_PROTECTION, _LANE),
        (kind is Kind.STAFF_COMPLAINT, _COMPLAINT),
        (kind not in CASE_KINDS, Reason("dmca_is_no_action", "A notice goes to dmca-svc as it was written: pass the letter on.", "R40")),
        (
            not urgent and letter.state in _ELSEWHERE,
            Reason("request_over", "The letter was taken back, passed on or lapsed; nothing in it is asked any more.", "R111"),
        ),
        (
            not urgent and not complete,
            Reason("matter_incomplete", "The matter lacks what its kind must bring; say why, or ask for it first.", "R88"),
        ),
    )


def may_leave(request: RequestFacts, *, had_case: bool) -> Decision:
    """A request that joined a case has its own again when it is another matter; one that lacked parts and never had a case waits for them
    instead (R88).
    """  # noqa: D205 - the rule is one sentence
    joined = request.state is RequestState.DUPLICATE
    return Decision.of(
        (not joined, Reason("not_joined", "This request has joined no case; say which matter of its letter is split off.", "R88")),
        (
            joined and not had_case,
            Reason("waits_for_parts", "It lacks parts and would wait for them: end its joining instead.", "R88"),
        ),
    )


def may_carry(*, known: bool, removed: bool) -> Decision:
    """What goes along with a matter is a note or evidence of the case that it leaves, as it stands there (D20, D27)."""
    return Decision.of(
        (
            not known or removed,
            Reason("not_to_carry", "Name notes and evidence of this case alone, and none that was removed.", "D20"),
        )
    )


def may_pass_to_team(case: CaseFacts, team: Team, to: Team, *, by: str, leads: bool, now: datetime) -> Decision:
    """An undecided case passes to the other team by a word of whoever has it, or of a manager, while no decision is under way; its receipt
    and its clock stay (R86, R87, R113, D5).
    """  # noqa: D205 - the rule is one sentence
    under_way = case.state is CaseState.IN_REVIEW or bool(case.open_actions) or case.awaits_action
    undecided = case.state in UNDECIDED
    return Decision.of(
        (not undecided, Reason("case_decided", "The case is decided; there is nothing left to evaluate.", "R106")),
        (team is to, Reason("same_team", "The case is this team's already.", "R86")),
        (
            undecided and under_way,
            Reason("in_review", "Something is in review on this case; it is decided, returned or withdrawn first.", "R113"),
        ),
        (undecided and case.resolution, _ENDING),
        (not leads and case.held_by(now) not in {None, by}, _TAKEN),
    )


_ENDING = Reason("ending_proposed", "A peer is asked to confirm how this case ends; that is confirmed or replaced first.", "D2")
_TAKEN = Reason("case_taken", "Somebody has this case; it is theirs to do, or they hand it over.", "R113")
