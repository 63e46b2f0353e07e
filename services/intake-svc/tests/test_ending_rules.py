"""How requests and cases end without an action, wait, join and are passed on, by the cases that counsel can edit (R50, R60, R87, R88)."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from intake_svc.model.case import CaseFacts, CaseState
from intake_svc.model.request import Channel, RequestFacts, RequestState
from intake_svc.model.resolution import Ending, How, ResolutionFacts, ResolutionState
from intake_svc.rules import POLICY, alert, joining, resolution, waiting
from kernel.cases import Case, load_cases
from kernel.decision import Decision
from kernel.kinds import CASE_ONLY_KINDS, REQUEST_KINDS, Kind

CASES = Path(__file__).parent / "cases"
ON = date(2026, 11, 2)
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


def codes(decision: Decision) -> list[str]:
    return [reason.code for reason in decision.reasons]


def case_of(given: Mapping[str, Any], state: str, kind: str = "global_ban") -> CaseFacts:
    assignee = given.get("assignee", "eva") or None
    return CaseFacts(
        kind=Kind(kind),
        state=CaseState(state),
        assignee=assignee,
        assigned_until=NOW + timedelta(days=1) if assignee else None,
        open_actions=frozenset(given.get("open", [])),
        resolution=given.get("resolution", False),
    )


def request_of(state: str, *, kind: str = "global_ban", has_case: bool = True) -> RequestFacts:
    filed = Kind(kind) if Kind(kind) in REQUEST_KINDS else Kind.OTHER
    case_kind = None if filed is Kind.DMCA else Kind(kind)
    return RequestFacts(filed, Channel.FORM, RequestState(state), frozenset(), "desk", has_case=has_case, case_kind=case_kind)


@pytest.mark.parametrize("example", load_cases(CASES / "endings.toml"), ids=str)
def test_endings(example: Case) -> None:
    told = example.given
    ending = Ending(How(told["how"]), frozenset(told.get("grounds", [])))
    ending = Ending(ending.how, resolution.grounds_of(ending.how, ending.grounds))
    states = [RequestState(one) for one in told.get("requests", ["complete"])]
    ends = case_of(told, told.get("state", "evaluating"), told.get("kind", "global_ban"))
    decision = resolution.may_resolve(ends, ending, requests=states, by=told.get("by", "eva"), now=NOW, on=ON)
    assert codes(decision) == example.expect["refused"]


@pytest.mark.parametrize("example", load_cases(CASES / "joining.toml"), ids=str)
def test_joining(example: Case) -> None:
    told = example.given
    kind = told.get("kind", "global_ban")
    own = told.get("own", "evaluating")
    to = told.get("case", "open")
    later = timedelta(hours=1 if told.get("earlier", True) else -1)
    joint = joining.Joint(
        request=request_of(told.get("state", "complete"), kind=kind, has_case=bool(own)),
        received_at=NOW + later,
        own=case_of(told, own, kind) if own else None,
        own_serves=told.get("own_serves", 1),
        first=request_of(told.get("first", "complete")),
        first_received_at=NOW,
        case=case_of({}, to, told.get("case_kind", "global_ban")) if to else None,
    )
    assert codes(joining.may_join(joint)) == example.expect["refused"]


@pytest.mark.parametrize("example", load_cases(CASES / "waiting.toml"), ids=str)
def test_waiting(example: Case) -> None:
    wait = waiting.wait_for(Kind(example.given["kind"]), datetime.fromisoformat(example.given["received"]))
    told = (datetime.fromisoformat(example.expect["reminder"]), datetime.fromisoformat(example.expect["lapses"]))
    assert (wait.reminder_at, wait.lapses_at) == told


@pytest.mark.parametrize(
    ("state", "has_case", "kind", "how", "refused"),
    [
        ("incomplete", False, "global_ban", How.DEFERRED, []),
        ("incomplete", False, "rights_removal", How.RESOLVED_BEFORE_ACTION, []),
        ("complete", True, "global_ban", How.DEFERRED, ["not_waiting"]),
        ("incomplete", False, "dmca", How.DEFERRED, ["notice_is_judged_elsewhere"]),
        ("incomplete", False, "other", How.WITHDRAWN, ["not_withdrawn"]),
        ("incomplete", True, "threat_of_harm", How.DEFERRED, ["not_waiting", "urgent_goes_on"]),
        ("incomplete", False, "staff_complaint", How.DEFERRED, ["not_for_the_community"]),
    ],
)
def test_a_request_that_waits_ends_as_a_case_would(state: str, has_case: bool, kind: str, how: How, refused: list[str]) -> None:
    ending = Ending(how, resolution.grounds_of(how, []))
    assert codes(resolution.may_resolve_request(request_of(state, kind=kind, has_case=has_case), ending, on=ON)) == refused


@pytest.mark.parametrize(
    ("state", "by", "holder", "refused"),
    [
        (ResolutionState.PROPOSED, "pia", "eva", []),
        (ResolutionState.PROPOSED, "pia", None, []),
        (ResolutionState.PROPOSED, "eva", None, ["own_resolution"]),
        (ResolutionState.PROPOSED, "olga", "olga", ["own_resolution"]),
        (ResolutionState.CONFIRMED, "pia", None, ["nothing_proposed"]),
        (None, "pia", None, ["nothing_proposed"]),
    ],
)
def test_a_peer_confirms_what_another_proposed(state: ResolutionState | None, by: str, holder: str | None, refused: list[str]) -> None:
    proposed = ResolutionFacts(Ending(How.DEFERRED), state, "eva") if state else None
    assert codes(resolution.may_confirm(proposed, by=by, holder=holder)) == refused


@given(st.sampled_from(sorted(How)), st.sampled_from(["child_protection", "threat_of_harm"]), st.frozensets(st.text()))
def test_nothing_but_its_settlement_ends_a_matter_about_a_person_at_risk(how: How, kind: str, grounds: frozenset[str]) -> None:
    ends = resolution.may_end(Kind(kind), Ending(how, grounds), on=ON)
    assert how is How.RESOLVED_BEFORE_ACTION or not ends


def test_a_case_is_opened_again_where_a_resolution_closed_it() -> None:
    closed = CaseFacts(Kind.GLOBAL_BAN, CaseState.CLOSED, resolution=True)
    assert resolution.may_reopen(closed)
    for other in (CaseFacts(Kind.GLOBAL_BAN, CaseState.DECIDED), CaseFacts(Kind.GLOBAL_BAN, CaseState.CLOSED)):
        assert codes(resolution.may_reopen(other)) == ["not_closed"]


@pytest.mark.parametrize(
    ("state", "refused"),
    [("complete", []), ("incomplete", []), ("duplicate", []), ("lapsed", ["request_over"]), ("forwarded", ["passed_on"])],
)
def test_who_asked_takes_a_request_back_while_it_is_not_over(state: str, refused: list[str]) -> None:
    assert codes(waiting.may_withdraw(request_of(state))) == refused


@pytest.mark.parametrize(
    ("state", "case", "held", "has_own", "refused"),
    [
        ("duplicate", CaseState.EVALUATING, False, False, []),
        ("duplicate", CaseState.EVALUATING, True, True, []),
        ("duplicate", CaseState.EVALUATING, True, False, ["held_in_its_case"]),
        ("duplicate", CaseState.DECIDED, False, True, ["case_decided"]),
        ("complete", None, False, False, ["not_joined"]),
    ],
)
def test_a_joining_is_undone_while_its_case_is_undecided_and_no_hold_is_lost(
    state: str, case: CaseState | None, refused: list[str], *, held: bool, has_own: bool
) -> None:
    facts = CaseFacts(Kind.GLOBAL_BAN, case) if case else None
    assert codes(joining.may_part(request_of(state), facts, held=held, has_own=has_own)) == refused


@pytest.mark.parametrize(
    ("state", "kind", "own", "serves", "refused"),
    [
        ("complete", "other", CaseState.EVALUATING, 1, []),
        ("incomplete", "other", None, 0, []),
        ("resolved", "other", None, 0, ["not_to_pass_on"]),
        ("complete", "threat_of_harm", CaseState.OPEN, 1, ["urgent_goes_on"]),
        ("incomplete", "dmca", None, 0, ["notice_goes_by_itself"]),
        ("complete", "other", CaseState.IN_REVIEW, 1, ["own_case_has_gone_on"]),
        ("complete", "other", CaseState.OPEN, 2, ["others_joined"]),
    ],
)
def test_a_letter_that_is_a_notice_is_passed_on(state: str, kind: str, own: CaseState | None, serves: int, refused: list[str]) -> None:
    facts = CaseFacts(Kind(kind), own) if own else None
    assert codes(joining.may_pass_on(request_of(state, kind=kind, has_case=own is not None), facts, own_serves=serves)) == refused


def test_what_is_on_record_about_the_authorities_has_happened() -> None:
    assert alert.may_record(NOW, now=NOW)
    assert codes(alert.may_record(NOW + timedelta(minutes=1), now=NOW)) == ["not_yet"]


def test_every_kind_that_only_a_case_has_is_reached_by_a_ground_and_asks_its_parts() -> None:
    assert {*POLICY.value("kinds_by_ground", on=ON)} == {*CASE_ONLY_KINDS}
    assert all(POLICY.value(kind, on=ON)["needs"] for kind in CASE_ONLY_KINDS)


def test_whoever_is_sent_away_is_told_where_to_and_why() -> None:
    assert "info@wikimedia.org" in " ".join(resolution.pointers_for(Kind.PAGE_PROTECTION, on=ON))
    assert all(resolution.pointers_for(kind, on=ON) for kind in REQUEST_KINDS)
    assert {*resolution.SAYS} == {*POLICY.value("refusal_grounds", on=ON)}
    assert resolution.told_because(["bad_faith", "other"]) == ["it was not made in good faith"]
