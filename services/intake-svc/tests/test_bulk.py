"""A thousand requests in one call: each stands or falls alone, and a repeat finds all of it done or nothing (API: bulk, R50, R87, R88)."""

from typing import Any

import pytest
from chassis.http.limits import Limits
from chassis.testing import Desk, broken_at
from intake_svc.actions.bulk import file_many
from intake_svc.api.forms import RequestForm
from intake_svc.tables import Request
from kernel.actor import Actor, Performer, Role

BULK = "/intake/v1/requests/bulk"


def row(complete: dict[str, Any], number: int | str, **parts: Any) -> dict[str, Any]:
    """Give a request about somebody of its own."""
    requester = {"name": "A. Contributor", "email": f"bulk-{number}@example.org", "standing_as": "community"}
    body = {**complete, "subjects": [{"user": f"Bulk {number}"}], "requester": requester, **parts}
    return {name: part for name, part in body.items() if part is not None}


async def test_each_row_has_its_answer_in_its_place(desk: Desk, complete: dict[str, Any]) -> None:
    rows = [
        row(complete, "a"),
        row(complete, "b", summary=None),
        row(complete, "c", kind="dmca", channel="legal"),
        row(complete, "d", kind="child_protection", subjects=None),
        row(complete, "a", requester={"standing_as": "public"}),
    ]
    answer = await desk.post(BULK, {"requests": rows}, role="requester_desk", sub="desk-1")
    assert answer.status_code == 200, answer.text
    results = answer.json()["results"]
    assert [one["index"] for one in results] == [0, 1, 2, 3, 4]
    found = [one["request"] for one in results]
    assert [one["state"] for one in found] == ["complete", "incomplete", "forwarded", "complete", "complete"]
    assert [reason["code"] for reason in found[1]["missing"]] == ["summary_missing"]
    for one in found:
        assert (await desk.get(f"/intake/v1/requests/{one['id']}", role="requester_desk", sub="desk-1")).json() == one
    case = (await desk.get(f"/intake/v1/cases/{found[0]['case_id']}", role="evaluator")).json()
    assert (case["request_ids"], case["clock"]["state"]) == ([found[0]["id"]], "running")
    seen = (await desk.get(f"/intake/v1/requests/{found[4]['id']}", role="evaluator")).json()
    assert seen["similar_to"] == found[0]["id"]


async def test_what_asks_the_same_as_before_the_call_is_linked_to_it(desk: Desk, complete: dict[str, Any]) -> None:
    first = (await desk.post("/intake/v1/requests", row(complete, "seen"), role="requester_desk", sub="desk-1")).json()
    answer = await desk.post(BULK, {"requests": [row(complete, "seen"), row(complete, "seen")]}, role="requester_desk", sub="desk-1")
    for one in answer.json()["results"]:
        seen = (await desk.get(f"/intake/v1/requests/{one['request']['id']}", role="evaluator")).json()
        assert seen["similar_to"] == first["id"]


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ("a text", "requests.1: "),
        (17, "requests.1: "),
        ([], "requests.1: "),
        ({}, "requests.1.kind: "),
        ({"kind": "no_such_kind"}, "requests.1.kind: "),
        ({"channel": "pigeon"}, "requests.1.channel: "),
        ({"requester": None}, "requests.1: "),
        ({"requester": {"standing_as": "community", "email": "nobody"}}, "requests.1.requester.email: "),
        ({"summary": "x" * 20_001}, "requests.1.summary: "),
        ({"summary": 5}, "requests.1.summary: "),
        ({"subjects": [{"user": "a#b"}]}, "requests.1.subjects.0.user: "),
        ({"subjects": [{"user": "One", "ip": "192.0.2.1"}]}, "requests.1.subjects.0: "),
        ({"pages": [{"wiki": "examplewiki", "title": "x", "revision_id": 0}]}, "requests.1.pages.0.revision_id: "),
        ({"evidence": [{"url": "file:///etc/passwd"}]}, "requests.1.evidence.0.url: "),
        ({"secret_field": 1}, "requests.1: "),
        ({"complained_of": ["eva"]}, "requests.1: "),
    ],
)
async def test_a_broken_row_is_told_what_is_wrong_and_the_others_get_in(
    desk: Desk, complete: dict[str, Any], broken: Any, says: str
) -> None:
    bad = {**row(complete, "broken"), **broken} if isinstance(broken, dict) and broken else broken
    answer = await desk.post(BULK, {"requests": [row(complete, "w"), bad, row(complete, "z")]}, role="requester_desk", sub="desk-1")
    first, second, third = answer.json()["results"]
    assert (first["request"]["state"], third["request"]["state"]) == ("complete", "complete")
    problem = second["problem"]
    assert (problem["status"], problem["type"], "request" in second) == (422, "/problems/malformed", False)
    assert problem["detail"].startswith(says)
    assert "secret_field" not in answer.text
    assert problem["request_id"] == answer.headers["x-request-id"]


async def test_what_the_database_does_not_take_falls_alone(desk: Desk, complete: dict[str, Any]) -> None:
    sound = [RequestForm.model_validate(row(complete, f"db-{number}")).filing() for number in range(3)]
    unstorable = RequestForm.model_validate(row(complete, "db-x", kind="other", grounds=["staff_complaint"])).filing()
    object.__setattr__(unstorable, "complained_of", ("no\x00name",))
    by = Performer(role="requester_desk", id="desk-1")
    actor = Actor("desk-1", frozenset({Role.REQUESTER_DESK}))
    async with desk.runtime.edge("http:file_requests", by=by, actor=actor) as edge:
        answers = await file_many(edge, [sound[0], unstorable, *sound[1:]])
    assert [isinstance(one, Request) for one in answers] == [True, False, True, True]
    for one in answers:
        if isinstance(one, Request):
            assert (await desk.get(f"/intake/v1/requests/{one.id}", role="requester_desk", sub="desk-1")).status_code == 200


async def test_one_sender_has_a_limit_and_what_is_urgent_has_none(
    desk: Desk, complete: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    # In dev mode, in which tests run, limits let everything pass.
    monkeypatch.setitem(desk.runtime.state, "http.limits", Limits(off=False))
    sender = {"email": "many@example.org", "standing_as": "public"}
    rows = [row(complete, f"many-{number}", requester=sender) for number in range(70)]
    urgent = [
        row(complete, "life", requester=sender, channel="emergency"),
        row(complete, "life", requester=sender, kind="other", grounds=["threat_of_harm"]),
        row(complete, "minor", requester=sender, kind="child_protection"),
    ]
    results = (await desk.post(BULK, {"requests": rows + urgent}, role="requester_desk", sub="desk-1")).json()["results"]
    assert ["request" in one for one in results] == [True] * 60 + [False] * 10 + [True] * 3
    assert {(one["problem"]["status"], one["problem"]["type"]) for one in results[60:70]} == {(429, "/problems/too_many")}


async def test_the_same_key_files_nothing_twice(desk: Desk, complete: dict[str, Any]) -> None:
    body = {"requests": [row(complete, f"twice-{number}") for number in range(3)] + [{}]}
    key = {"Idempotency-Key": "bulk-twice"}
    first = await desk.post(BULK, body, role="requester_desk", sub="desk-1", headers=key)
    again = await desk.post(BULK, body, role="requester_desk", sub="desk-1", headers=key)
    assert (again.json(), again.headers["idempotent-replayed"]) == (first.json(), "true")


async def test_a_call_that_breaks_off_leaves_nothing_and_its_repeat_files_all_of_it(desk: Desk, complete: dict[str, Any]) -> None:
    body = {"requests": [row(complete, f"off-{number}") for number in range(120)]}
    key = {"Idempotency-Key": "bulk-broken-off"}
    count = "SELECT (SELECT count(*) FROM request) + (SELECT count(*) FROM outbox) + (SELECT count(*) FROM deadline) AS n"
    before = (await desk.sql(count))[0]["n"]
    # A worker that earlier tests started commits too, and may be the first to break.
    with broken_at("commit.before", *["error"] * 20):
        assert (await desk.post(BULK, body, role="requester_desk", sub="desk-1", headers=key)).status_code == 500
    assert (await desk.sql(count))[0]["n"] == before
    results = (await desk.post(BULK, body, role="requester_desk", sub="desk-1", headers=key)).json()["results"]
    ids = {one["request"]["id"] for one in results}
    assert len(ids) == 120
    assert (await desk.sql("SELECT count(*) AS n FROM request WHERE id = ANY($1::uuid[])", list(ids)))[0]["n"] == 120


@pytest.mark.parametrize("rows", [[], [{}] * 1_001])
async def test_a_call_brings_one_to_a_thousand(desk: Desk, rows: list[Any]) -> None:
    assert (await desk.post(BULK, {"requests": rows}, role="requester_desk", sub="desk-1")).status_code == 422


async def test_a_thousand_get_in(desk: Desk, complete: dict[str, Any]) -> None:
    rows = [row(complete, f"k-{number}") for number in range(1_000)]
    results = (await desk.post(BULK, {"requests": rows}, role="requester_desk", sub="desk-1")).json()["results"]
    assert [one["request"]["state"] for one in results] == ["complete"] * 1_000
