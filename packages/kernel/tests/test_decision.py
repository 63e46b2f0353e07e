"""Decisions, actors and kinds: the words of every rule's answer (DESIGN 2, R90, R91)."""

import pickle

import pytest
from kernel.actor import Actor, Performer, Role
from kernel.decision import Decision, Reason, Refused
from kernel.kinds import ACTION_KINDS, CASE_KINDS, REQUEST_KINDS, Kind

LATE = Reason("late", "It is too late.", "R102")
CLOSED = Reason("closed", "It is closed.", "R106")


def test_a_decision_collects_every_ground_that_stands_in_order() -> None:
    decision = Decision.of((True, LATE), (False, Reason("no", "No.", "R1")), (True, CLOSED))
    assert decision.reasons == (LATE, CLOSED)
    assert (decision.granted, bool(decision)) == (False, False)


def test_nothing_against_it_grants() -> None:
    decision = Decision.of((False, LATE))
    assert (decision.granted, bool(decision)) == (True, True)
    decision.or_refuse()


def test_two_decisions_grant_only_together_and_say_a_reason_once() -> None:
    assert (Decision() & Decision()).granted
    assert (Decision((LATE,)) & Decision((CLOSED, LATE))).reasons == (LATE, CLOSED)


def test_a_refusal_carries_every_reason_also_to_another_process() -> None:
    with pytest.raises(Refused, match=r"It is too late. \(R102\); It is closed. \(R106\)") as refused:
        Decision((LATE, CLOSED)).or_refuse()
    there = pickle.loads(pickle.dumps(refused.value))  # noqa: S301 - our own bytes
    assert there.reasons == (LATE, CLOSED)


def test_a_refusal_without_a_reason_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="at least one reason"):
        Refused(())


def test_an_actor_performs_in_the_first_role_declared_that_it_holds() -> None:
    actor = Actor("6f1e", frozenset({Role.LEGAL, Role.EVALUATOR}))
    assert actor.performs([Role.TEAM_PEER, Role.EVALUATOR, Role.LEGAL]) == Performer("evaluator", "6f1e")
    assert (actor.holds(Role.LEGAL), actor.holds(Role.CHIEF)) == (True, False)


def test_an_actor_without_an_allowed_role_is_refused() -> None:
    with pytest.raises(Refused, match="team_peer, chief") as refused:
        Actor("6f1e", frozenset({Role.LEGAL})).performs([Role.TEAM_PEER, Role.CHIEF])
    assert refused.value.reasons[0].code == "role_missing"


def test_a_worker_performs_as_its_service() -> None:
    assert Performer.service("intake") == Performer("service", "intake-svc")


def test_a_dmca_request_opens_no_case_and_makes_no_action() -> None:
    assert Kind.DMCA in REQUEST_KINDS
    assert Kind.DMCA not in CASE_KINDS | ACTION_KINDS
    assert ACTION_KINDS < CASE_KINDS
    assert set(Kind) == CASE_KINDS | REQUEST_KINDS
