"""Two requests of one matter and their cases, taken through any steps in any order: states, events and audit rows agree (R60, R87, R88)."""

import json
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

from chassis.testing import Desk
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from intake_svc.model.case import CASE_MOVES, CaseState
from intake_svc.model.request import REQUEST_MOVES, RequestState

REQUESTS, CASES = "/intake/v1/requests", "/intake/v1/cases"
EVA: dict[str, Any] = {"role": "evaluator", "sub": "eva"}
PIA: dict[str, Any] = {"role": "team_peer", "sub": "pia"}
DESK: dict[str, Any] = {"role": "requester_desk", "sub": "desk-1"}
NOTE = {"note": "A step."}
REQUEST_STEPS: dict[str, tuple[str, Any, dict[str, Any]]] = {
    "complete": ("completion", {"summary": "What was missing."}, DESK),
    "withdraw": ("withdrawal", NOTE, DESK),
    "part": ("joining/end", NOTE, EVA),
    "pass on": ("forwarding", {"document": "notice", **NOTE}, EVA),
    "defer it": ("resolution", {"how": "deferred", **NOTE}, EVA),
    "confirm it": ("resolution/confirmation", NOTE, PIA),
}
CASE_STEPS: dict[str, tuple[str, Any, dict[str, Any]]] = {
    "take": ("assignment", {"assignee": "eva"}, EVA),
    "defer": ("resolution", {"how": "deferred", **NOTE}, EVA),
    "refuse": ("resolution", {"how": "refused", "grounds": ["bad_faith"], **NOTE}, EVA),
    "settle": ("resolution", {"how": "resolved_before_action", **NOTE}, EVA),
    "end as withdrawn": ("resolution", {"how": "withdrawn", **NOTE}, EVA),
    "confirm": ("resolution/confirmation", NOTE, PIA),
    "reopen": ("reopening", NOTE, EVA),
    "recommend": ("recommendations", {"course": "no_action", "rationale": "Nothing holds."}, EVA),
    "expand": ("expansions", NOTE, EVA),
    "extend": ("extensions", {"cause": "new_information", **NOTE}, EVA),
    "make it an event ban": ("kind", {"kind": "event_ban", "reason": "It was there."}, EVA),
    "make it another": ("kind", {"kind": "conduct_warning", "reason": "It was less."}, EVA),
    "hand over": ("hand-overs", {"team": "legal", **NOTE}, EVA),
    "hand back": ("hand-overs", {"team": "trust_and_safety", **NOTE}, {"role": "team_manager", "sub": "max"}),
    "hold": ("holds", {"reason": "A court asked."}, {"role": "legal", "sub": "lea", "reason": "a hold"}),
}
MATTER: dict[str, Any] = {
    "kind": "event_ban",
    "summary": "Another matter.",
    "subjects": [{"user": "Second one"}],
    "grounds": ["harassment_at_events"],
    "evidence": [{"text": "Seen there."}],
    "local_attempts_waiver": "It happened off the wikis.",
}
TIMES = {"a day passes": timedelta(days=1), "two months pass": timedelta(days=62), "a year passes": timedelta(days=400)}
SPLITS = {"split a matter off": {"matter": MATTER}, "split it off": {}}
QUEUE = """SELECT id::text FROM "case" WHERE kind <> 'child_protection' AND kind <> 'staff_complaint'
           ORDER BY CASE WHEN state IN ('decided', 'closed') THEN 2 WHEN priority = 'urgent' THEN 0 ELSE 2 END, due_at, id LIMIT 200"""
STEP = st.tuples(st.sampled_from(["join", *TIMES, *SPLITS, *REQUEST_STEPS, *CASE_STEPS]), st.sampled_from([0, 1]))


# Steps that a few walks at random may leave out, in an order in which each is lawful.
EACH_ONCE = [
    *((step, 0) for step in ("a day passes", "take", "extend", "expand", "hold", "make it an event ban", "hand over", "hand back")),
    *(("join", 1), ("split a matter off", 0), ("part", 1), ("complete", 1), ("take", 0), ("defer", 0), ("confirm", 0), ("reopen", 0)),
    *((step, 0) for step in ("two months pass", "defer", "confirm", "a year passes", "reopen")),
]


@example(first_whole=True, steps=EACH_ONCE)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(first_whole=st.booleans(), steps=st.lists(STEP, min_size=5, max_size=14))
async def test_any_steps_in_any_order_leave_a_whole_record(apart: Desk, first_whole: bool, steps: list[tuple[str, int]]) -> None:
    desk, about = apart, {"subjects": [{"user": f"Walk {uuid4().hex}"}]}
    ids = [await _file(desk, about, whole=whole) for whole in (first_whole, True)]
    received = [await _received(desk, request_id) for request_id in ids]
    for step, which in steps:
        answer = await _take(desk, step, ids, which)
        assert answer is None or answer.status_code in {200, 201, 404, 409}, (step, answer.text)
    # A date that had passed when its case was opened again is acted on at once.
    await desk.settle()
    assert await desk.findings() == []
    assert [await _received(desk, request_id) for request_id in ids] == received
    queue = (await desk.get(f"{CASES}?sort=due&limit=200", role="auditor")).json()["items"]
    assert [one["id"] for one in queue] == [row["id"] for row in await desk.sql(QUEUE)]
    for request_id in [*ids, *await _split_off(desk, ids)]:
        row = await _row(desk, request_id)
        await _moved_as_the_law_has_it(desk, request_id, "request", REQUEST_MOVES, RequestState)
        if row["case_id"] is not None:
            await _moved_as_the_law_has_it(desk, str(row["case_id"]), "case", CASE_MOVES, CaseState)


async def _file(desk: Desk, about: dict[str, Any], *, whole: bool) -> str:
    body = {
        "kind": "global_ban",
        "channel": "ca",
        "requester": {"standing_as": "community"},
        "grounds": ["harassment_multiple_projects"],
        "evidence": [{"text": "It went on by mail."}],
        "local_attempts_waiver": "It happens off the wikis.",
        **about,
        **({"summary": "It goes on."} if whole else {}),
    }
    answer = await desk.post(REQUESTS, body, **DESK)
    return str(answer.json()["id"])


async def _take(desk: Desk, step: str, ids: list[str], which: int) -> Any:
    if step in TIMES:
        await desk.advance(TIMES[step])
        return None
    if step == "join":
        return await desk.post(f"{REQUESTS}/{ids[which]}/joining", {"to": ids[1 - which], **NOTE}, **EVA)
    if step in REQUEST_STEPS:
        path, body, who = REQUEST_STEPS[step]
        return await desk.post(f"{REQUESTS}/{ids[which]}/{path}", body, **who)
    case_id = (await _row(desk, ids[which]))["case_id"]
    if step in SPLITS:
        body = {"request_id": ids[which], **NOTE, **SPLITS[step]}
        return None if case_id is None else await desk.post(f"{CASES}/{case_id}/splits", body, **EVA)
    path, body, who = CASE_STEPS[step]
    if step == "extend":
        body = {**body, "until": f"{desk.runtime.clock.law() + timedelta(days=365):%Y-%m-%dT00:00:00Z}"}
    return None if case_id is None else await desk.post(f"{CASES}/{case_id}/{path}", body, **who)


async def _row(desk: Desk, request_id: str) -> Any:
    (row,) = await desk.sql("SELECT case_id, state FROM request WHERE id::text = $1", request_id)
    return row


async def _received(desk: Desk, request_id: str) -> Any:
    (row,) = await desk.sql("SELECT received_at FROM request WHERE id::text = $1", request_id)
    return row["received_at"]


async def _split_off(desk: Desk, ids: list[str]) -> list[str]:
    """Give what was split off these letters; each has the receipt of its letter, and its own case counts from it."""
    rows = await desk.sql(
        """SELECT r.id::text, r.received_at, letter.received_at AS letter_at, c.received_at AS counts
           FROM request r JOIN request letter ON letter.id = r.letter_id JOIN "case" c ON c.id = r.key_id
           WHERE letter.id::text = ANY($1)""",
        ids,
    )
    assert all(row["received_at"] == row["letter_at"] == row["counts"] for row in rows)
    return [row["id"] for row in rows]


async def _moved_as_the_law_has_it(desk: Desk, aggregate_id: str, noun: str, moves: Any, states: Any) -> None:
    rows = await desk.sql(
        """SELECT convert_from(payload, 'UTF8')::jsonb AS event FROM outbox
           WHERE stream = 'office_actions.' || $2 || '_change.v1' AND position($1 in key) > 0 ORDER BY version""",
        aggregate_id,
        noun,
    )
    events = [json.loads(row["event"]) for row in rows]
    assert [event["version"] for event in events] == [*range(1, len(events) + 1)]
    (row,) = await desk.sql(f'SELECT to_jsonb(r) AS now FROM "{noun}" r WHERE id::text = $1', aggregate_id)
    now, last = json.loads(row["now"]), events[-1][noun]
    # What stands is what was said last: nothing that others see changes without a word.
    assert {name: last.get(name) for name in ("state", "team", "kind")} == {name: now[name] for name in ("state", "team", "kind")}
    said = [states(event[noun]["state"]) for event in events]
    assert all(new is old or new in moves[old] for old, new in pairwise(said)), said
