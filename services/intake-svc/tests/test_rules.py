"""The law of intake, by the cases that counsel can edit, and what holds for every request (R50, R60, R86-R100, R113)."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from intake_svc.model.case import CASE_MOVES, CaseFacts, CaseState, Priority, Proposal
from intake_svc.model.request import REQUEST_MOVES, Channel, Need, Part, RequestFacts, RequestState
from intake_svc.rules import POLICY, case, request
from kernel.actor import Actor, Role
from kernel.cases import Case, load_cases
from kernel.deadline import Clock, target
from kernel.decision import Decision
from kernel.kinds import REQUEST_KINDS, Kind
from kernel.review import Course

CASES = Path(__file__).parent / "cases"
ON = date(2026, 11, 2)
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
KINDS = st.sampled_from(sorted(REQUEST_KINDS))
CHANNELS = st.sampled_from(list(Channel))
PARTS = st.frozensets(st.sampled_from(list(Part)))


def codes(decision: Decision) -> list[str]:
    return [reason.code for reason in decision.reasons]


def facts(given: Mapping[str, Any], **more: Any) -> CaseFacts:
    assignee = given.get("assignee", more.pop("assignee", None)) or None
    until = None if assignee is None else NOW + timedelta(days=-1 if given.get("lease_over") else 1)
    return CaseFacts(
        kind=Kind(given.get("kind", "global_ban")),
        state=CaseState(given.get("state", more.pop("state", "open"))),
        assignee=assignee,
        assigned_until=until,
        recommended_by=given.get("recommended_by"),
        recommended_at=NOW - timedelta(minutes=given.get("minutes", 5)) if given.get("awaits") else None,
        awaits_action=given.get("awaits", False),
        open_actions=frozenset(given.get("open", [])),
        resolution=given.get("resolution", False),
        complained_of=frozenset(given.get("complained_of", [])),
    )


@pytest.mark.parametrize("example", load_cases(CASES / "completeness.toml"), ids=str)
def test_completeness(example: Case) -> None:
    kind, channel = Kind(example.given["kind"]), Channel(example.given.get("channel", "form"))
    named = request.named_by(example.given.get("named", []), on=ON)
    asked = request.asked_as(kind, channel, request.case_kind(kind, channel, named))
    missing = request.is_complete(asked, channel, frozenset(map(Part, example.given["parts"])), on=ON)
    opens = None if request.waits_for_parts(kind, channel, missing, named) else request.case_kind(kind, channel, named)
    answer = {"missing": codes(missing), "team": request.owner_of(asked, on=ON)} | ({"case": opens} if opens else {})
    assert answer == example.expect


@pytest.mark.parametrize("example", load_cases(CASES / "remarks.toml"), ids=str)
def test_remarks(example: Case) -> None:
    noted = request.remarks(Kind(example.given["kind"]), Channel(example.given["channel"]), on=ON)
    assert [reason.code for reason in noted] == example.expect["noted"]


@pytest.mark.parametrize("example", load_cases(CASES / "readers.toml"), ids=str)
def test_readers(example: Case) -> None:
    reader = Actor(example.given["by"], frozenset(map(Role, example.given["roles"])))
    led_by = frozenset(example.given.get("led_by", []))
    decision = case.may_read_case(facts(example.given, assignee="eva", state="evaluating"), reader, now=NOW, led_by=led_by)
    assert decision.granted is example.expect["sees"]


@pytest.mark.parametrize("example", load_cases(CASES / "assignments.toml"), ids=str)
def test_assignments(example: Case) -> None:
    term = timedelta(days=example.given.get("days", 28))
    taken_from = example.given.get("taken_from")
    decision = case.may_assign(facts(example.given), by=example.given["by"], term=term, now=NOW, on=ON, taken_from=taken_from)
    assert codes(decision) == example.expect["refused"]


@pytest.mark.parametrize("example", load_cases(CASES / "recommendations.toml"), ids=str)
def test_recommendations(example: Case) -> None:
    spec = example.given.get("spec", "global_ban")
    proposal = Proposal(
        Course(example.given.get("course", "act")), Kind(spec) if spec else None, frozenset(example.given.get("levels", []))
    )
    held = facts(example.given, assignee="eva", state="evaluating")
    decision = case.may_recommend(held, proposal, by=example.given.get("by", "eva"), now=NOW, on=ON)
    assert codes(decision) == example.expect["refused"]


@given(KINDS, CHANNELS, PARTS, PARTS)
def test_more_parts_never_make_a_request_less_complete(kind: Kind, channel: Channel, parts: frozenset[Part], more: frozenset[Part]) -> None:
    fewer = request.is_complete(kind, channel, parts, on=ON)
    assert set(request.is_complete(kind, channel, parts | more, on=ON).reasons) <= set(fewer.reasons)


@given(KINDS, CHANNELS, PARTS)
def test_only_a_person_at_risk_opens_a_case_early_and_a_notice_opens_none(kind: Kind, channel: Channel, parts: frozenset[Part]) -> None:
    complete = request.is_complete(kind, channel, parts, on=ON)
    opens = request.case_kind(kind, channel)
    urgent = request.priority_of(opens) is Priority.URGENT
    assert (opens is None) == (kind is Kind.DMCA)
    assert request.waits_for_parts(kind, channel, complete) == (not complete and not urgent)
    assert urgent == (kind is Kind.CHILD_PROTECTION or (channel is Channel.EMERGENCY and kind is not Kind.DMCA))


@given(KINDS, CHANNELS)
def test_every_kind_can_be_completed(kind: Kind, channel: Channel) -> None:
    assert request.is_complete(kind, channel, frozenset(Part), on=ON)
    assert set(POLICY.value(kind, on=ON)["needs"]) <= {*Need}


@pytest.mark.parametrize(
    ("state", "added", "refused"),
    [
        (RequestState.INCOMPLETE, {Part.SUMMARY}, []),
        (RequestState.INCOMPLETE, set(), ["nothing_added"]),
        (RequestState.COMPLETE, {Part.SUMMARY}, ["nothing_missing"]),
        (RequestState.FORWARDED, set(), ["nothing_missing", "nothing_added"]),
        (RequestState.LAPSED, {Part.SUMMARY}, ["request_over"]),
        (RequestState.REFUSED, {Part.SUMMARY}, ["request_over"]),
    ],
)
def test_what_is_missing_may_be_sent_later(state: RequestState, added: set[Part], refused: list[str]) -> None:
    filed = RequestFacts(Kind.OTHER, Channel.FORM, state, frozenset(), "desk", has_case=False)
    assert codes(request.may_complete(filed, frozenset(added))) == refused


@pytest.mark.parametrize(
    ("kind", "by", "role", "sees"),
    [
        (Kind.OTHER, "desk", Role.REQUESTER_DESK, True),
        (Kind.OTHER, "another desk", Role.REQUESTER_DESK, False),
        (Kind.OTHER, "eva", Role.EVALUATOR, True),
        (Kind.OTHER, "tool", Role.TOOLING, False),
        (Kind.CHILD_PROTECTION, "desk", Role.REQUESTER_DESK, True),
        (Kind.CHILD_PROTECTION, "ada", Role.AUDITOR, False),
        (Kind.CHILD_PROTECTION, "nora", Role.CHILD_PROTECTION, True),
        (Kind.CHILD_PROTECTION, "notify-svc", Role.SERVICE, True),
    ],
)
def test_who_sees_a_request(kind: Kind, by: str, role: Role, sees: bool) -> None:
    filed = RequestFacts(kind, Channel.FORM, RequestState.COMPLETE, frozenset(), "desk", has_case=True)
    assert request.may_read_request(filed, Actor(by, frozenset({role}))).granted is sees


def test_the_agent_has_a_letter_when_it_is_received_at_legal_or_else_passed_on() -> None:
    later = NOW + timedelta(hours=3)
    assert request.received_by_agent_at(Channel.LEGAL, letter_at=NOW, forwarded_at=later) == NOW
    assert request.received_by_agent_at(Channel.CA, letter_at=NOW, forwarded_at=later) == later


def test_only_the_named_group_works_on_child_protection() -> None:
    matter = CaseFacts(Kind.CHILD_PROTECTION, CaseState.OPEN)
    assert codes(case.may_touch(matter, Actor("eva", frozenset({Role.EVALUATOR})))) == ["not_in_named_group"]
    assert case.may_touch(matter, Actor("nora", frozenset({Role.EVALUATOR, Role.CHILD_PROTECTION})))
    assert case.may_touch(CaseFacts(Kind.GLOBAL_BAN, CaseState.OPEN), Actor("eva", frozenset({Role.EVALUATOR})))


def test_a_complaint_about_staff_is_handled_by_nobody_whom_it_is_about_or_whom_they_lead() -> None:
    eva, lea = Actor("eva", frozenset({Role.EVALUATOR})), Actor("lea", frozenset({Role.EVALUATOR, Role.LEGAL}))
    unnamed = CaseFacts(Kind.STAFF_COMPLAINT, CaseState.OPEN)
    assert codes(case.may_touch(unnamed, eva)) == ["complained_of"]
    assert case.may_touch(unnamed, lea)
    named = CaseFacts(Kind.STAFF_COMPLAINT, CaseState.OPEN, complained_of=frozenset({"max"}))
    assert case.may_touch(named, eva)
    assert codes(case.may_touch(named, eva, led_by=frozenset({"max"}))) == ["complained_of"]
    assert case.may_be_given(named, "eva", led_by=frozenset())
    assert codes(case.may_be_given(named, "max", led_by=frozenset())) == ["complained_of"]


def test_an_assignment_that_names_no_time_lasts_as_long_as_the_longest_guideline() -> None:
    assert case.lease(None, on=ON) == timedelta(days=28)
    assert case.lease(timedelta(hours=1), on=ON) == timedelta(hours=1)


def test_an_extension_is_judged_by_the_clock_of_the_case() -> None:
    due = target(Kind.GLOBAL_BAN, NOW)
    assert due is not None
    running = CaseFacts(Kind.GLOBAL_BAN, CaseState.OPEN, clock=Clock(NOW, due))
    assert case.may_extend(running, until=due.target_at + timedelta(days=1), cause="unforeseen", by="eva", now=NOW)
    assert codes(case.may_extend(running, until=due.target_at, cause="holiday", by="eva", now=NOW)) == ["cause_not_accepted", "not_later"]
    assert codes(case.may_extend(CaseFacts(Kind.OTHER, CaseState.OPEN), until=NOW, cause="unforeseen", by="eva", now=NOW)) == ["no_clock"]


@pytest.mark.parametrize(
    ("given", "back"),
    [
        ({"state": "in_review", "open": ["a"]}, True),
        ({"state": "in_review", "open": ["a", "b"]}, False),
        ({"state": "in_review", "open": [], "awaits": True}, False),
        ({"state": "evaluating", "open": ["a"]}, False),
        ({"state": "decided", "open": ["a"]}, False),
    ],
)
def test_a_case_goes_back_when_nothing_else_on_it_is_in_review(given: dict[str, Any], back: bool) -> None:
    assert case.goes_back(facts(given), "a") is back


def test_the_first_final_action_decides_and_nothing_leaves_a_decided_case() -> None:
    decides = {state for state in CaseState if case.is_decided_by_action(CaseFacts(Kind.OTHER, state))}
    assert decides == {state for state, reached in CASE_MOVES.items() if CaseState.DECIDED in reached}
    assert CaseState.DECIDED not in CASE_MOVES
    assert RequestState.FORWARDED not in REQUEST_MOVES
