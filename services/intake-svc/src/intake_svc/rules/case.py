"""Who may see a case, take it, extend its clock and recommend on it, and what ends it (R96-R100, R113, R115, D1, D5)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from kernel import deadline
from kernel.actor import Actor, Role
from kernel.decision import Decision, Reason
from kernel.kinds import Kind
from kernel.review import Course, Level, may_choose

from intake_svc.model.case import UNDECIDED, CaseFacts, CaseState, Proposal
from intake_svc.rules import POLICY

SEES_ALL = frozenset({Role.TEAM_MANAGER, Role.AUDITOR})
HEARS_COMPLAINTS = frozenset({Role.LEGAL, Role.AUDITOR})
SIGNERS = frozenset(level.role for level in Level)
REVIEWED = frozenset(CaseState) - {CaseState.OPEN, CaseState.EVALUATING}


def may_read_case(case: CaseFacts, reader: Actor, *, now: datetime, led_by: frozenset[str] = frozenset()) -> Decision:
    """A case is seen by whoever has it or recommended on it, by any evaluator while nobody has it, by the levels that sign once it is in
    review, by a team peer while a resolution waits for one, by their manager and by the auditor; one of child protection by the named
    group alone, and a complaint about staff never by those complained of or whom they lead, and by Legal and the auditor alone until it
    is on record who they are (R95, R113, R123, D2, D4, D20).

    `led_by` are those who lead the reader, directly or through others, where the case is a complaint about staff.
    """  # noqa: D205 - the rule is one sentence
    hidden = Reason("not_yours", "You may see the cases that you have, sign or look after.", "R95")
    if reader.holds(Role.SERVICE):
        return Decision()
    if case.kind is Kind.CHILD_PROTECTION:
        return Decision.of((not reader.holds(Role.CHILD_PROTECTION), hidden))
    if is_complained_of(case, reader.sub, led_by=led_by):
        return Decision.of((True, hidden))
    if case.kind is Kind.STAFF_COMPLAINT and (reader.roles & HEARS_COMPLAINTS or not case.complained_of):
        return Decision.of((not reader.roles & HEARS_COMPLAINTS, hidden))
    holder = case.held_by(now)
    evaluates = reader.holds(Role.EVALUATOR) and (holder is None or reader.sub in {holder, case.recommended_by})
    signs = bool(reader.roles & SIGNERS) and case.state in REVIEWED
    confirms = reader.holds(Role.TEAM_PEER) and case.resolution
    return Decision.of((not (evaluates or signs or confirms or reader.roles & SEES_ALL), hidden))


def is_complained_of(case: CaseFacts, sub: str, *, led_by: frozenset[str]) -> bool:
    """A complaint is never handled or seen by the person complained of, nor by whom they lead (R123)."""
    return bool(case.complained_of & (led_by | {sub}))


def may_touch(case: CaseFacts, actor: Actor, *, led_by: frozenset[str] = frozenset()) -> Decision:
    """Only the named group works on a case of child protection, and on a complaint about staff nobody whom it is about or whom they lead,
    nor anybody but Legal before it is on record who they are (R123, D4).
    """  # noqa: D205 - the rule is one sentence
    outside = case.kind is Kind.CHILD_PROTECTION and not actor.holds(Role.CHILD_PROTECTION)
    unnamed = case.kind is Kind.STAFF_COMPLAINT and not case.complained_of and not actor.holds(Role.LEGAL)
    return Decision.of(
        (outside, Reason("not_in_named_group", "Only the named group works on child protection.", "D4")),
        (
            unnamed or is_complained_of(case, actor.sub, led_by=led_by),
            Reason("complained_of", "Whom a complaint is about, and whom they lead, neither see nor handle it.", "R123"),
        ),
    )


def may_be_given(case: CaseFacts, assignee: str, *, led_by: frozenset[str]) -> Decision:
    """A complaint about staff is given to nobody whom it is about, nor to anybody whom they lead (R123)."""
    return Decision.of(
        (
            is_complained_of(case, assignee, led_by=led_by),
            Reason("complained_of", "Whom a complaint is about, and whom they lead, neither see nor handle it.", "R123"),
        )
    )


def lease(asked: timedelta | None, *, on: date) -> timedelta:
    """An assignment lasts as long as it says, or as the longest guideline when it says nothing (R96)."""
    return asked if asked is not None else timedelta(days=POLICY.value("lease_days", on=on))


def may_assign(case: CaseFacts, *, by: str, term: timedelta, now: datetime, on: date, taken_from: str | None = None) -> Decision:
    """An undecided case that nobody has is given to one evaluator for a time; whoever has it may hand it over or renew it, and another
    takes it over for a reason, naming whom they take it from (R99, R113).
    """  # noqa: D205 - the rule is one sentence
    holder = case.held_by(now)
    longest = POLICY.value("longest_lease_days", on=on)
    return Decision.of(
        (case.state not in UNDECIDED, Reason("case_decided", "The case is decided; there is nothing left to evaluate.", "R106")),
        (
            taken_from is None and holder is not None and holder != by,
            Reason("case_taken", "Somebody has this case; they hand it over, or their time with it ends.", "R113"),
        ),
        (
            taken_from is not None and holder != taken_from,
            Reason("holder_changed", "Somebody else has the case by now, or nobody; look again before you take it over.", "R113"),
        ),
        (
            not timedelta(0) < term <= timedelta(days=longest),
            Reason("lease_out_of_bounds", f"An assignment lasts more than no time and at most {longest} days.", "R113"),
        ),
    )


def may_give_back(case: CaseFacts, *, by: str, now: datetime) -> Decision:
    """Whoever has a case may give it back before their time with it ends (R113)."""
    return Decision.of((case.held_by(now) != by, Reason("not_assignee", "Only the evaluator who has the case gives it back.", "R113")))


def may_extend(case: CaseFacts, *, until: datetime, cause: str, by: str, now: datetime) -> Decision:
    """A clock may be extended for one of the accepted causes by a named author, and its first target stays on record (R98, D5)."""
    return deadline.may_extend(case.clock, until=until, cause=cause, by=by, now=now)


def may_recommend(case: CaseFacts, proposal: Proposal, *, by: str, now: datetime, on: date) -> Decision:
    """Whoever has the case recommends to act, which says how, or not to act, which is recorded too; a DMCA notice is no action of a case,
    and one recommendation is judged before the next (R59, R99, R113, D24).
    """  # noqa: D205 - the rule is one sentence
    kind = proposal.spec_kind or case.kind
    levels = frozenset(Level(level) for level in proposal.optional_levels)
    return Decision.of(
        (case.state not in UNDECIDED, Reason("case_decided", "The case is decided; there is nothing left to evaluate.", "R106")),
        (
            case.held_by(now) != by,
            Reason("not_assignee", "Only the evaluator who has the case recommends; take it on first.", "R113"),
        ),
        (
            case.state is CaseState.IN_REVIEW and not _lost(case, now=now, on=on),
            Reason("in_review", "A recommendation is in review; it is decided, returned or withdrawn before the next.", "R113"),
        ),
        (
            proposal.course is Course.ACT and proposal.spec_kind is None,
            Reason("action_missing", "A recommendation to act says which action, in `action`.", "R113"),
        ),
        (
            proposal.spec_kind is Kind.DMCA,
            Reason("dmca_is_no_action", "A DMCA notice is dmca-svc's alone; no case recommends on it.", "R40"),
        ),
    ) & (may_choose(kind, levels, on=on) if levels and kind is not Kind.DMCA else Decision())


def _lost(case: CaseFacts, *, now: datetime, on: date) -> bool:
    """Tell whether the recommendation in force has become no action for so long that it may be made anew."""
    if not case.awaits_action or case.open_actions or case.recommended_at is None:
        return False
    return now >= case.recommended_at + timedelta(minutes=POLICY.value("lost_recommendation_minutes", on=on))


def goes_back(case: CaseFacts, action: str) -> bool:
    """A case goes back to evaluation when an action is returned or withdrawn and nothing else on it is in review or on its way (D2)."""
    return case.state is CaseState.IN_REVIEW and not case.awaits_action and not case.open_actions - {action}


def is_decided_by_action(case: CaseFacts) -> bool:
    """A case is decided by the first of its actions that is enacted or declined, and its clock stops then (R101, R106)."""
    return case.state in UNDECIDED
