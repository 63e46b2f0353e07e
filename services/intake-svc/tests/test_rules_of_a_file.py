"""The law of what a case gathers: evidence, kinds, holds, notes, findings, and who reads it whole (R59, R73, R95-R99, D5, D20, D27)."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from intake_svc.model.case import UNDECIDED, CaseFacts, CaseState
from intake_svc.model.evaluation import Found
from intake_svc.model.evidence import NewEvidence, RemovedAs
from intake_svc.model.hold import HoldFacts
from intake_svc.rules import POLICY, counsel, evaluation, evidence, hold, kind, note
from intake_svc.rules.case import may_give_back
from kernel.actor import Actor, Role
from kernel.cases import Case, load_cases
from kernel.decision import Decision
from kernel.kinds import CASE_KINDS, Kind
from kernel.review import Course

CASES = Path(__file__).parent / "cases"
ON = date(2026, 11, 2)
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


def codes(decision: Decision) -> list[str]:
    return [reason.code for reason in decision.reasons]


@pytest.mark.parametrize("example", load_cases(CASES / "evidence.toml"), ids=str)
def test_evidence(example: Case) -> None:
    said = example.given
    state, kind_of = CaseState(said.get("state", "evaluating")), Kind(said.get("kind", "global_ban"))
    facts = CaseFacts(kind_of, state, recommended_by="eva" if said.get("recommended") else None)
    removed = RemovedAs(said["removed_as"]) if "removed_as" in said else None
    if said["ask"] == "takes":
        decision = evidence.takes_evidence(facts.kind)
    elif said["ask"] == "add":
        decision = evidence.may_add(facts, NewEvidence(said.get("size", 1000), said.get("files", 0), known=said.get("known", False)), on=ON)
    elif said["ask"] == "open":
        decision = evidence.may_open(removed)
    else:
        why = RemovedAs(said.get("why", "added_by_mistake"))
        decision = evidence.may_remove(facts, removed, why, by_legal=said.get("by") == "legal", held=said.get("held", False))
    assert codes(decision) == example.expect["refused"]


def test_only_reported_material_has_something_to_follow() -> None:
    assert not evidence.what_follows(RemovedAs.ADDED_BY_MISTAKE).reasons
    [reason] = evidence.what_follows(RemovedAs.REPORTED_MATERIAL).reasons
    assert (reason.code, reason.cite) == ("report_it", "D20")
    assert "reported material" in reason.says


@pytest.mark.parametrize("example", load_cases(CASES / "kinds.toml"), ids=str)
def test_kinds(example: Case) -> None:
    before, to = Kind(example.given["from"]), Kind(example.given["to"])
    state = CaseState(example.given.get("state", "evaluating"))
    decision = kind.may_change_kind(CaseFacts(before, state, open_actions=frozenset(example.given.get("open", []))), to)
    answer: dict[str, Any] = {"refused": codes(decision)}
    if decision:
        answer["clock"] = kind.fate_of(kind.clock_of(before, NOW), kind.clock_of(to, NOW))
        assert kind.told_of_clock(answer["clock"]).code == f"clock_{answer['clock']}"
    assert answer == example.expect


@given(st.sampled_from(sorted(CASE_KINDS)), st.sampled_from(sorted(CASE_KINDS)), st.sampled_from(list(CaseState)))
def test_no_order_of_kinds_leads_out_of_the_lane_or_out_of_a_decision(before: Kind, to: Kind, state: CaseState) -> None:
    if kind.may_change_kind(CaseFacts(before, state), to):
        assert before is not Kind.CHILD_PROTECTION
        assert Kind.STAFF_COMPLAINT not in {before, to}
        assert state in UNDECIDED - {CaseState.IN_REVIEW}


@pytest.mark.parametrize("example", load_cases(CASES / "evaluation.toml"), ids=str)
def test_open_points(example: Case) -> None:
    said, kind_of = example.given, Kind(example.given["kind"])
    points = {point.code: Found.MET for point in evaluation.checklist(kind_of, on=ON)}
    found = points if said["found"] == "all" else {code: Found(one) for code, one in said["found"].items()}
    course, direct = Course(said.get("course", "act")), said.get("direct", False)
    decision = evaluation.open_points(kind_of, found, course=course, asked_directly=direct, reports=said.get("reports", 0), on=ON)
    assert codes(decision) == example.expect["open"]


def test_every_point_of_every_list_is_explained_and_asks_for_the_smallest_action() -> None:
    lists, points = POLICY.value("checklist", on=ON), POLICY.value("checklist_points", on=ON)
    assert {code for codes in lists.values() for code in codes} == set(points)
    assert set(lists) - {"every"} <= set(CASE_KINDS)
    assert all(point["asks"].endswith("?") and point["cite"] for point in points.values())
    for one in CASE_KINDS:
        assert evaluation.SMALLEST_ACTION in {point.code for point in evaluation.checklist(one, on=ON)}


@pytest.mark.parametrize(
    ("state", "point", "holds", "refused"),
    [
        ("evaluating", "prompted", True, []),
        ("evaluating", "prompted", False, ["not_assignee"]),
        ("open", "prompted", False, ["not_evaluated_now", "not_assignee"]),
        ("in_review", "prompted", True, ["not_evaluated_now"]),
        ("evaluating", "rarest", True, ["no_such_point"]),
    ],
)
def test_who_says_what_was_found(state: str, point: str, holds: bool, refused: list[str]) -> None:
    facts = CaseFacts(Kind.GLOBAL_BAN, CaseState(state))
    assert codes(evaluation.may_find(facts, point, by_holder=holds, on=ON)) == refused


def test_what_grows_is_undecided_and_a_separate_report_is_another() -> None:
    assert {state for state in CaseState if evaluation.may_grow(state)} == UNDECIDED
    assert evaluation.may_be_report(own=False)
    assert codes(evaluation.may_be_report(own=True)) == ["not_separate"]


@pytest.mark.parametrize("example", load_cases(CASES / "files.toml"), ids=str)
def test_who_reads_the_file(example: Case) -> None:
    said = example.given
    facts = CaseFacts(Kind(said["kind"]), CaseState.EVALUATING, complained_of=frozenset(said.get("complained_of", [])))
    reader = Actor("lea", frozenset(map(Role, said["roles"])))
    assert counsel.may_read_file(facts, reader, led_by=frozenset(said.get("led_by", []))).granted is example.expect["reads"]


def test_a_hold_ends_once_and_begins_before_it_ends() -> None:
    assert hold.may_hold(until=None, known=True, now=NOW)
    assert codes(hold.may_hold(until=NOW, known=False, now=NOW)) == ["not_of_this_case", "hold_is_over"]
    assert hold.may_release(HoldFacts(), now=NOW)
    for ended in (HoldFacts(released_at=NOW), HoldFacts(until=NOW), HoldFacts(until=NOW - timedelta(days=1))):
        assert codes(hold.may_release(ended, now=NOW)) == ["held_no_more"]
    assert HoldFacts(until=NOW + timedelta(days=1)).is_live(NOW)


def test_a_note_is_corrected_once() -> None:
    assert note.may_correct(known=True, corrected_already=False)
    assert codes(note.may_correct(known=False, corrected_already=False)) == ["no_such_note"]
    assert codes(note.may_correct(known=True, corrected_already=True)) == ["corrected_already"]


def test_a_cause_is_named_for_what_was_breached_and_a_case_given_back_by_who_has_it() -> None:
    assert kind.may_explain_breach(breached=True)
    assert codes(kind.may_explain_breach(breached=False)) == ["not_breached"]
    held = CaseFacts(Kind.OTHER, CaseState.EVALUATING, assignee="eva", assigned_until=NOW + timedelta(days=1))
    assert may_give_back(held, by="eva", now=NOW)
    assert codes(may_give_back(held, by="olga", now=NOW)) == ["not_assignee"]
