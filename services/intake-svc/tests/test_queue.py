"""The queue: urgent first, every filter and order, whom it is about, and how a case changes hands (R50, R95, R100, R113)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.testing import Desk

CASES = "/intake/v1/cases"
EVA: dict[str, Any] = {"role": "evaluator", "sub": "eva"}
Filed = Callable[..., Awaitable[dict[str, Any]]]
Taken = Callable[..., Awaitable[str]]
Said = Callable[[str], Awaitable[list[tuple[str, int]]]]


def codes(answer: Any) -> list[str]:
    return [reason["code"] for reason in answer.json()["reasons"]]


async def test_a_threat_to_life_comes_before_what_is_due_earlier(desk: Desk, file: Filed, taken: Taken) -> None:
    early = await taken()
    late = (await file(kind="other", channel="emergency", grounds=["Help."]))["case_id"]
    form = {"until": "2091-01-01T00:00:00Z", "cause": "unforeseen", "note": "They are away."}
    taken_on = await desk.post(f"{CASES}/{late}/assignment", {"assignee": "eva"}, **EVA)
    assert taken_on.json()["priority"] == "urgent"
    assert (await desk.post(f"{CASES}/{late}/extensions", form, **EVA)).status_code == 200
    queue = [one["id"] for one in (await desk.get(f"{CASES}?limit=200&assignee=eva", **EVA)).json()["items"]]
    assert queue.index(late) < queue.index(early)
    received = [one["received_at"] for one in (await desk.get(f"{CASES}?limit=200&sort=received", role="auditor")).json()["items"]]
    assert received == sorted(received, key=datetime.fromisoformat)


async def test_every_filter_has_an_index_for_each_order(desk: Desk) -> None:
    kept = {row["indexdef"].partition("btree ")[2] for row in await desk.sql("SELECT indexdef FROM pg_indexes WHERE tablename = 'case'")}
    for name in ("state", "kind", "team", "assignee", "clock_state"):
        assert {f"({name}, rank, due_at, id)", f"({name}, received_at, id)"} <= kept
    assert {"(rank, due_at, id)", "(received_at, id)"} <= kept


async def test_cases_are_found_by_whom_they_are_about_and_the_question_is_logged(desk: Desk, file: Filed) -> None:
    named = (await file(subjects=[{"user": "wandering_example", "wiki": "examplewiki"}, {"ip": "2001:db8::7"}]))["case_id"]
    lane = await file(kind="child_protection", channel="legal_reports", subjects=[{"user": "wandering_example"}])
    manager: dict[str, Any] = {"role": "team_manager", "sub": "max"}
    assert (await desk.get(f"{CASES}?subject=Wandering%20example", **manager)).status_code == 400
    for asked in ("Wandering%20example", "2001:DB8:0::7"):
        found = await desk.get(f"{CASES}?subject={asked}", **manager, reason="a second complaint")
        assert [one["id"] for one in found.json()["items"]] == [named]
    nobody = await desk.get(f"{CASES}?subject=Nobody%20ever", **manager, reason="a second complaint")
    assert nobody.json()["items"] == []
    group = await desk.get(f"{CASES}?subject=Wandering%20example", role="child_protection", reason="a second complaint")
    assert lane["case_id"] not in {one["id"] for one in group.json()["items"]}
    looked = await desk.sql("SELECT aggregate FROM access_log WHERE sub = 'max' AND aggregate = 'subject'")
    assert len(looked) == 3
    assert len(await desk.sql("SELECT 1 FROM access_log WHERE sub = 'max' AND aggregate_id = $1", UUID(named))) == 2
    rows = await desk.sql("SELECT subject_hashes FROM request WHERE id = $1", UUID(lane["id"]))
    assert rows[0]["subject_hashes"] == []
    assert (await desk.get(f"{CASES}?subject=%5B%5D", **manager, reason="x")).status_code == 422


async def test_of_two_who_take_a_case_over_one_has_it_and_the_other_is_told(desk: Desk, taken: Taken, said: Said) -> None:
    case_id = await taken()
    path = f"{CASES}/{case_id}/assignment"
    assert (await desk.post(path, {"assignee": "olga", "taken_from": "eva"}, role="evaluator", sub="olga")).status_code == 422
    takers = ("olga", "otto")
    answers = await asyncio.gather(
        *(desk.post(path, {"assignee": who, "taken_from": "eva", "reason": "She is ill."}, role="evaluator", sub=who) for who in takers)
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    [(has, won), (lost, refused)] = sorted(zip(takers, answers, strict=True), key=lambda one: one[1].status_code)
    assert won.json()["assignee"] == has
    assert codes(refused) == ["holder_changed"]
    assert (await desk.get(f"{CASES}/{case_id}", role="evaluator", sub=lost)).status_code == 404
    notes = (await desk.get(f"{CASES}/{case_id}/notes", role="evaluator", sub=has, reason="mine")).json()["items"]
    assert [(one["topic"], one["text"], one["by"]) for one in notes] == [("take_over", "She is ill.", has)]
    assert await said(case_id) == [("opened", 1), ("assigned", 2), ("assigned", 3)]


async def test_whoever_has_a_case_gives_it_back_before_its_time(desk: Desk, taken: Taken) -> None:
    case_id = await taken()
    path = f"{CASES}/{case_id}/assignment"
    assert (await desk.call("DELETE", path, json={}, role="evaluator", sub="olga")).status_code == 404
    given = await desk.call("DELETE", path, json={"note": "I am away."}, **EVA)
    assert (given.status_code, given.json().get("assignee"), given.json()["version"]) == (200, None, 3)
    assert codes(await desk.call("DELETE", path, json={}, **EVA)) == ["not_assignee"]
    assert (await desk.post(path, {"assignee": "olga"}, role="evaluator", sub="olga")).json()["assignee"] == "olga"


async def test_a_case_that_somebody_has_is_in_no_list_of_those_who_look_for_one(desk: Desk, file: Filed) -> None:
    case_id = (await file(subjects=[{"user": "Held example", "wiki": "examplewiki"}]))["case_id"]
    olga: dict[str, Any] = {"role": "evaluator", "sub": "olga"}
    everybody = (EVA, olga, {"role": "team_manager", "sub": "max"}, {"role": "auditor", "sub": "ada"})

    async def listed(asked: str, *readers: dict[str, Any]) -> list[bool]:
        path = f"{CASES}?subject=Held%20example{asked}"
        lists = [(await desk.get(path, **who, reason="who looks for work")).json()["items"] for who in readers]
        return [[one["id"] for one in cases] == [case_id] for cases in lists]

    assert await listed("&state=open", *everybody) == [True, True, True, True]
    assert (await desk.post(f"{CASES}/{case_id}/assignment", {"assignee": "eva"}, **EVA)).status_code == 200
    # Legal may hold it besides, which keeps what is on record and puts it before nobody.
    held = await desk.post(f"{CASES}/{case_id}/holds", {"reason": "A court asked."}, role="legal", sub="lena")
    assert held.status_code in {200, 201}, held.text
    assert await listed("&state=open", *everybody) == [False, False, False, False]
    assert await listed("", EVA, olga) == [True, False]
    assert (await desk.call("DELETE", f"{CASES}/{case_id}/assignment", json={}, **EVA)).status_code == 200
    assert await listed("", EVA, olga) == [True, True]
