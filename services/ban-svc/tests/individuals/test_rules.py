"""The law of who is one person, asked through its cases (R17, R18, R75, R90, D16, D23)."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from ban_svc.actions.merges import components
from ban_svc.model.individual import LINK_MOVES, MERGE_MOVES, Confidence, Confirming, Link, LinkState, MergeState
from ban_svc.rules import individual as law
from hypothesis import given
from hypothesis import strategies as st
from kernel.cases import Case, load_cases

CASES = Path(__file__).parents[1] / "cases"


ON = date(2026, 11, 2)


NAMED = ("198.51.100.0/24", "2001:db8::/32")


@pytest.mark.parametrize("case", load_cases(CASES / "identities.toml"), ids=str)
def test_identities(case: Case) -> None:
    facts = {"account": "Quiet visitor", "confidence": "confirmed", "evidence": "The same three pages, the same hour.", **dict(case.given)}
    if "address" in facts:
        facts["account"] = None
    for name in ("confidence", "confidence_now"):
        if name in facts:
            facts[name] = Confidence(facts[name])
    decision = law.may_link(Link(staff=frozenset({"Eva"}), named=NAMED, **facts), on=ON)
    assert [reason.code for reason in decision.reasons] == case.expect["refused"]
    assert all(reason.cite for reason in decision.reasons)


async def test_the_database_knows_the_same_moves(office: Any) -> None:
    for name, moves in (("link", LINK_MOVES), ("merge", MERGE_MOVES)):
        for old in moves:
            for new in moves:
                (row,) = await office.desk.sql(f"SELECT legal_{name}_move($1, $2) AS may", old.value, new.value)
                assert row["may"] == (old == new or new in moves[old]), (name, old, new)


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        ({}, []),
        ({"waits": False}, ["nothing_to_confirm"]),
        ({"by": "eva"}, ["confirms_own"]),
        ({"aimed_at": True}, ["involved"]),
    ],
)
def test_a_second_person_confirms(facts: dict[str, Any], codes: list[str]) -> None:
    decision = law.may_confirm(Confirming(**{"waits": True, "proposed_by": "eva", "by": "second", **facts}))
    assert [reason.code for reason in decision.reasons] == codes


@pytest.mark.parametrize(
    ("state", "codes"),
    [
        (LinkState.PROPOSED, []),
        (LinkState.LINKED, []),
        (LinkState.UNLINKED, ["unlinked_already"]),
        (LinkState.SUPERSEDED, ["unlinked_already"]),
        (None, ["named_by_decision"]),
    ],
)
def test_a_link_is_undone_once_and_a_decision_is_not_undone_so(state: LinkState | None, codes: list[str]) -> None:
    assert [reason.code for reason in law.may_unlink(state).reasons] == codes


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        ({}, []),
        ({"same": True, "one_person": True}, ["merges_itself"]),
        ({"one_person": True}, ["merged_already"]),
        ({"waiting": True}, ["merge_waits"]),
    ],
)
def test_two_are_merged_once(facts: dict[str, bool], codes: list[str]) -> None:
    assert [reason.code for reason in law.may_merge(**{"same": False, "one_person": False, "waiting": False, **facts}).reasons] == codes


@pytest.mark.parametrize(
    ("state", "waiting", "codes"),
    [
        (MergeState.STANDING, False, []),
        (MergeState.STANDING, True, ["merge_waits"]),
        (MergeState.SPLIT_PROPOSED, False, ["merge_waits"]),
        (MergeState.SPLIT, False, ["not_merged"]),
        (None, False, ["not_merged"]),
    ],
)
def test_what_was_merged_is_split(state: MergeState | None, waiting: bool, codes: list[str]) -> None:
    assert [reason.code for reason in law.may_split(state, waiting=waiting).reasons] == codes


def test_an_address_lasts_ninety_days_and_no_longer_than_what_names_it() -> None:
    now = datetime(2026, 11, 2, 9, tzinfo=UTC)
    assert law.linked_until(now, None) == now + timedelta(days=90)
    assert law.linked_until(now, now + timedelta(days=2)) == now + timedelta(days=2)
    decisions = [(now, ("192.0.2.0/24",)), (now + timedelta(days=1), ("192.0.2.1",)), (None, ("2001:db8::/32",))]
    assert law.last_end("192.0.2.1", decisions) == now + timedelta(days=1)
    assert law.last_end("2001:db8::1", decisions) is None
    assert law.last_end("203.0.113.1", decisions) is None


def test_what_changed_meanwhile_stands_against_a_confirmation() -> None:
    assert not law.may_still_link(elsewhere=False, over=False).reasons
    codes = [reason.code for reason in law.may_still_link(elsewhere=True, over=True).reasons]
    assert codes == ["linked_to_another", "evidence_too_old"]
    assert [reason.code for reason in law.may_turn_down(waits=False).reasons] == ["nothing_to_confirm"]
    assert law.may_turn_down(waits=True).granted


IDS = [UUID(int=number) for number in range(8)]


@given(st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from(IDS)), max_size=10))
def test_who_counts_as_one_is_who_is_reached_by_merges(pairs: list[tuple[UUID, UUID]]) -> None:
    found = components(IDS, pairs)
    for one in IDS:
        reached, waiting = {one}, [one]
        while waiting:
            here = waiting.pop()
            near = {b for a, b in pairs if a == here} | {a for a, b in pairs if b == here}
            waiting += near - reached
            reached |= near
        assert {other for other in IDS if found[other] == found[one]} == reached
        assert found[one] == min(reached)
