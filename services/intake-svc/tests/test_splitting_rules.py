"""Which matters get a case of their own, and when a case passes to the other team, by the cases that counsel can edit (R86-R88, D12)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from intake_svc.model.case import CaseFacts, CaseState, Priority
from intake_svc.model.request import Channel, RequestFacts, RequestState, Team
from intake_svc.rules import splitting as rules
from intake_svc.rules.request import priority_of
from kernel.cases import Case, load_cases
from kernel.decision import Decision, Reason
from kernel.kinds import Kind

CASES = Path(__file__).parent / "cases"
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
LACKS = Decision.of((True, Reason("summary_missing", "It has none.", "R88")))


def case_of(told: dict[str, Any]) -> CaseFacts:
    assignee = told.get("assignee", "eva") or None
    return CaseFacts(
        kind=Kind(told.get("kind", "global_ban")),
        state=CaseState(told.get("state", "evaluating")),
        assignee=assignee,
        assigned_until=NOW + timedelta(days=1) if assignee else None,
        open_actions=frozenset(told.get("open", [])),
        resolution=told.get("resolution", False),
    )


@pytest.mark.parametrize("example", load_cases(CASES / "splitting.toml"), ids=str)
def test_splitting(example: Case) -> None:
    told = dict(example.given)
    state = RequestState(told.get("letter", "complete"))
    letter = RequestFacts(Kind.GLOBAL_BAN, Channel.CA, state, frozenset(), "desk", has_case=True, case_kind=Kind.GLOBAL_BAN)
    matter = Kind(told.get("matter", "conduct_warning"))
    urgent = not told.get("joined") and priority_of(matter) is Priority.URGENT
    decision = rules.may_split(case_of(told), urgent=urgent, by="eva", now=NOW)
    if told.get("joined"):
        decision &= rules.may_leave(letter, had_case=told.get("had_case", True))
    else:
        decision &= rules.may_be_matter(letter, matter, Decision() if told.get("complete", True) else LACKS, urgent=urgent)
    assert [one.code for one in decision.reasons] == example.expect["refused"]


@pytest.mark.parametrize("example", load_cases(CASES / "hand_overs.toml"), ids=str)
def test_hand_overs(example: Case) -> None:
    told = dict(example.given)
    to, leads = Team(told.get("to", "legal")), told.get("leads", False)
    decision = rules.may_pass_to_team(case_of(told), Team.TRUST_AND_SAFETY, to, by="eva", leads=leads, now=NOW)
    assert [one.code for one in decision.reasons] == example.expect["refused"]


@pytest.mark.parametrize(("known", "removed", "goes"), [(True, False, True), (False, False, False), (True, True, False)])
def test_only_what_lies_with_the_case_goes_along(*, known: bool, removed: bool, goes: bool) -> None:
    assert bool(rules.may_carry(known=known, removed=removed)) is goes
