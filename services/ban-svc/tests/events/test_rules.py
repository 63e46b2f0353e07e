"""The law of events and of their lists, asked through its cases (R36-R38, R95, D18)."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from ban_svc import rules
from ban_svc.model.event import LIST_MOVES, EventFacts, Grant, ListState, Organiser
from ban_svc.rules import event_list as law
from hypothesis import given
from hypothesis import strategies as st
from kernel.actor import Role
from kernel.cases import Case, load_cases
from kernel.names import canonical_user

CASES = Path(__file__).parents[1] / "cases"


NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


PARTY = EventFacts("birthday", ("NL",), Organiser.FOUNDATION, date(2026, 11, 20), date(2026, 11, 22))


def plain(name: str) -> str:
    return canonical_user(name)


@pytest.mark.parametrize("case", load_cases(CASES / "event_lists.toml"), ids=str)
def test_event_lists(case: Case) -> None:
    facts = dict(case.given)
    changes = dict(facts.get("grant", {}))
    until = datetime.fromisoformat(changes.get("until", "2026-11-23T00:00:00Z"))
    people = tuple(changes.get("recipients", ["steffi", "omar"]))
    grant = Grant(PARTY, people, ListState(changes.get("state", "proposed")), "steffi", until)
    now = datetime.fromisoformat(facts["now"]) if "now" in facts else NOW
    asked = {
        "grant": lambda: law.may_grant(grant, now=now),
        "confirm": lambda: law.may_confirm_grant(grant, by=facts["by"], now=now),
        "read": lambda: law.may_read_list(grant, by=facts["by"], now=now),
        "photograph": lambda: law.may_see_photograph(grant, by=facts["by"], now=now, listed=facts["listed"]),
    }[facts["ask"]]()
    assert [reason.code for reason in asked.reasons] == case.expect["refused"]
    assert all(reason.cite for reason in asked.reasons)


@pytest.mark.parametrize(
    ("roles", "facts", "codes"),
    [
        ({Role.EVENT_STEWARD}, {"granted": True}, []),
        ({Role.EVENT_STEWARD}, {}, ["grant_missing"]),
        ({Role.EVENT_STEWARD}, {"granted": True, "past": True}, ["past_is_for_audit"]),
        ({Role.AUDITOR}, {"past": True}, []),
        ({Role.AUDITOR, Role.EVENT_STEWARD}, {"past": True}, []),
        ({Role.TOOLING}, {"granted": True}, ["event_is_for_stewards"]),
    ],
)
def test_who_may_ask_about_an_event(roles: set[Role], facts: dict[str, bool], codes: list[str]) -> None:
    decision = rules.may_ask_about_event(frozenset(roles), **{"past": False, "granted": False, **facts})
    assert [reason.code for reason in decision.reasons] == codes


def test_only_a_global_ban_is_left_out_and_once() -> None:
    assert law.may_leave_out(globally=True, left_out=False).granted
    assert [reason.code for reason in law.may_leave_out(globally=False, left_out=True).reasons] == ["not_left_out", "left_out_already"]


def test_an_event_ends_after_it_starts_and_lies_ahead() -> None:
    assert law.may_hold_event(PARTY, now=NOW).granted
    backwards = EventFacts("birthday", ("NL",), Organiser.FOUNDATION, date(2026, 11, 2), date(2026, 11, 1))
    assert [reason.code for reason in law.may_hold_event(backwards, now=NOW).reasons] == ["event_ends_first", "event_over"]


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cf")), min_size=1, max_size=20)


@given(names=st.lists(NAMES, min_size=1, max_size=5), mark=st.binary(min_size=law.MARK_BYTES, max_size=law.MARK_BYTES))
def test_every_line_of_a_copy_tells_whose_it_was(names: list[str], mark: bytes) -> None:
    copied = law.marked(names, mark)
    assert [law.marks_in(line) for line in copied] == [[mark]] * len(names)
    assert law.marks_in(json.dumps(copied, ensure_ascii=False)) == [mark]
    assert law.marks_in("".join(names)) == []


def test_a_marked_name_still_compares() -> None:
    (marked,) = law.marked(["Loud visitor"], bytes(range(8)))
    assert marked != "Loud visitor"
    assert canonical_user(marked) == "Loud visitor"


async def test_the_database_knows_the_same_moves(office: Any) -> None:
    for old in LIST_MOVES:
        for new in LIST_MOVES:
            (row,) = await office.desk.sql("SELECT legal_list_move($1, $2) AS may", old.value, new.value)
            assert row["may"] == (old == new or new in LIST_MOVES[old])
