"""Who judges, how they are drawn, what their votes make: counsel's cases, and what holds for every seed and vote (D13, D14)."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from appeals_svc import rules
from appeals_svc.model import (
    ANSWERABLE,
    OUTCOME_OF,
    SEAT_MOVES,
    Ballot,
    Naming,
    Outcome,
    PanelFacts,
    Participation,
    Route,
    SeatFacts,
    SeatState,
    State,
    Vote,
)
from hypothesis import given
from hypothesis import strategies as st
from kernel.actor import Role
from kernel.cases import Case, load_cases
from kernel.decision import Decision

CASES = Path(__file__).parent / "cases"
DAY, TARGET = date(2026, 3, 2), datetime(2026, 3, 2, 12, tzinfo=UTC)
MEMBERS = [UUID(int=number) for number in range(1, 11)]


def codes(decided: Decision) -> list[str]:
    return [reason.code for reason in decided.reasons]


def panel(given: Any, state: str) -> PanelFacts:
    seats = tuple(SeatFacts(SeatState(word.split()[0]), word.endswith("voted")) for word in given.get("seats", ()))
    route = Route(given.get("route", "committee"))
    foreign, closed = given.get("foreign", False), given.get("closed", False)
    return PanelFacts(State(given.get("state", state)), route, seats, closed, foreign, TARGET)


def part(given: Any) -> list[Participation]:
    return [Participation(sub, "evaluator") for sub in given.get("part", ())]


def seat(given: Any, facts: PanelFacts) -> SeatFacts | None:
    return facts.seats[given["mine"]] if "mine" in given else None


@pytest.mark.parametrize("case", load_cases(CASES / "panel.toml"), ids=str)
def test_who_is_seated(case: Case) -> None:
    given, facts, by = case.given, panel(case.given, "accepted"), case.given.get("by", "fay")
    before = frozenset(given.get("before", ()))
    role = Role(given["role"]) if "role" in given else None
    asked = {
        "seat": lambda: rules.may_seat(facts, by, part(given), DAY),
        "draw": lambda: rules.may_draw(facts, given.get("named", []), given.get("found", 5), DAY),
        "name": lambda: rules.may_name(facts, Naming(by, tuple(given["named"]), before), part(given), DAY),
        "clear": lambda: rules.may_clear(facts, facts.seats, by, part(given)),
        "recuse": lambda: rules.may_recuse(facts, seat(given, facts)),
        "read": lambda: rules.may_read_file(seat(given, facts), role, by, part(given)),
    }[given["ask"]]()
    assert codes(asked) == case.expect["reasons"]


@pytest.mark.parametrize("case", load_cases(CASES / "votes.toml"), ids=str)
def test_votes_and_answers(case: Case) -> None:
    given, facts, by = case.given, panel(case.given, "in_panel"), case.given.get("by", "fay")
    if given["ask"] == "result":
        result = rules.result_of([Ballot(Vote(vote), tuple(conditions)) for vote, conditions in given["votes"]])
        assert (result.outcome, list(result.conditions)) == (case.expect["outcome"], case.expect["conditions"])
        return
    ballot = Ballot(Vote(given.get("vote", "ratify")), tuple(given.get("conditions", ())))
    at = TARGET if given.get("late") else TARGET - timedelta(seconds=1)
    asked = {
        "vote": lambda: rules.may_vote(facts, seat(given, facts), ballot),
        "answer": lambda: rules.may_answer(facts, by, part(given), at),
        "alone": lambda: rules.may_answer_alone(facts, by, part(given)),
    }[given["ask"]]()
    assert codes(asked) == case.expect["reasons"]


@pytest.mark.parametrize("case", load_cases(CASES / "committee.toml"), ids=str)
def test_the_committee_and_the_appellant(case: Case) -> None:
    given = case.given
    used, sits = given.get("pseudonym_used", False), given.get("sits_already", False)
    state = State(given.get("state", "with_counsel"))
    asked = {
        "enrol": lambda: rules.may_enrol(sitting=given.get("sitting", 0), pseudonym_used=used, sits_already=sits, on=DAY),
        "depart": lambda: rules.may_depart(sits=given["sits"]),
        "withdraw": lambda: rules.may_withdraw(state, closed=given.get("closed", False)),
        "translate": lambda: rules.may_translate(state, foreign=given.get("foreign", False), translated=given.get("translated", False)),
        "open": lambda: rules.are_open(opened=given["opened"]),
    }[given["ask"]]()
    assert codes(asked) == case.expect["reasons"]


@pytest.mark.parametrize(("locale", "foreign"), [(None, False), ("en", False), ("en-GB", False), ("de", True), ("enq", True)])
def test_an_appeal_may_come_in_any_language(locale: str | None, foreign: bool) -> None:
    assert rules.is_foreign(locale) == foreign


@given(votes=st.lists(st.sampled_from(Vote), min_size=1, max_size=9))
def test_nothing_but_more_than_half_changes_a_decision(votes: list[Vote]) -> None:
    counts = Counter(votes)
    outcome = rules.result_of([Ballot(vote) for vote in votes]).outcome
    winners = [OUTCOME_OF[vote] for vote in Vote if counts[vote] > len(votes) - counts[vote]]
    assert outcome == (winners[0] if winners else Outcome.RATIFIED)


@given(seed=st.binary(min_size=32, max_size=32), order=st.permutations(MEMBERS), out=st.integers(0, 4))
def test_the_lot_asks_nothing_but_the_seed_and_replaces_in_its_own_order(seed: bytes, order: list[UUID], out: int) -> None:
    five = rules.drawn(seed, order, 5)
    assert five == rules.drawn(seed, MEMBERS, 5)
    assert len(set(five)) == 5
    # Whoever steps back is replaced by the sixth; nobody else's seat moves.
    left = [member for member in MEMBERS if member != five[out]]
    assert rules.drawn(seed, left, 5) == (*five[:out], *five[out + 1 :], rules.drawn(seed, MEMBERS, 6)[5])


def test_over_many_seeds_every_member_sits_equally_often() -> None:
    draws = 4000
    sits = Counter(member for number in range(draws) for member in rules.drawn(number.to_bytes(32, "big"), MEMBERS, 5))
    expected = draws / 2
    # Chi-squared with nine degrees of freedom; above 27.9 a fair lot comes once in a thousand times. The seeds are fixed.
    assert sum((sits[member] - expected) ** 2 / (draws * 0.25) for member in MEMBERS) * 9 / 10 < 27.9


def test_seats_and_votes_by_route_and_what_counts_as_seated() -> None:
    assert {route: (rules.seats_of(route, DAY), rules.quorum_of(route, DAY)) for route in Route} == {
        Route.COMMITTEE: (5, 3),
        Route.STAFF: (2, 2),
        Route.CA: (2, 2),
        Route.COUNSEL: (2, 2),
    }
    cleared, waiting = SeatFacts(SeatState.CLEARED), SeatFacts(SeatState.WAITING)
    three = PanelFacts(State.ACCEPTED, Route.COMMITTEE, (cleared,) * 3)
    assert rules.is_seated(three, DAY, more=False)
    assert not rules.is_seated(three, DAY, more=True)
    assert not rules.is_seated(PanelFacts(State.ACCEPTED, Route.COMMITTEE, (cleared,) * 4 + (waiting,)), DAY, more=False)
    assert not rules.is_seated(PanelFacts(State.ACCEPTED, Route.COMMITTEE, (cleared,) * 2), DAY, more=False)
    assert rules.is_seated(PanelFacts(State.ACCEPTED, Route.COMMITTEE, (cleared,) * 5), DAY, more=True)


def test_the_votes_open_when_everybody_has_voted_and_they_make_the_quorum() -> None:
    voted, silent = SeatFacts(SeatState.CLEARED, voted=True), SeatFacts(SeatState.CLEARED)
    gone, waiting = SeatFacts(SeatState.RECUSED), SeatFacts(SeatState.WAITING)
    wanted = {
        (voted,) * 5: True,
        (voted,) * 4 + (silent,): False,
        (voted,) * 4 + (gone, waiting): False,
        (voted,) * 4 + (gone,): True,
        (voted,) * 2 + (gone,): False,
    }
    assert {seats: rules.all_in(PanelFacts(State.IN_PANEL, Route.COMMITTEE, seats), DAY) for seats in wanted} == wanted


def test_a_seat_once_left_is_left() -> None:
    assert {state for state, moves in SEAT_MOVES.items() if not moves} == {SeatState.EXCLUDED, SeatState.RECUSED}
    assert set(SEAT_MOVES) == set(SeatState)
    assert {State.ACCEPTED, State.IN_PANEL} == ANSWERABLE
