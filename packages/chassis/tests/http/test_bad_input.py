"""Bad input: a problem document with the right status and a sentence to act on; nothing written, nothing echoed."""

import json
from typing import Any

import pytest
from chassis.testing import Desk

JSON = {"Content-Type": "application/json"}
SECRET = "zebra-crossing"
DEEP = b'{"text":' + b"[" * 100_000 + b"]" * 100_000 + b"}"

UNREADABLE: dict[str, bytes] = {
    "broken JSON": b'{"text": "zebra-crossing',
    "not UTF-8": b'{"text": "zebra-crossing\xff"}',
    "UTF-16": '{"text": "zebra-crossing"}'.encode("utf-16"),
    "a lone surrogate": b'{"text": "zebra-crossing\\ud800"}',
    "a lone surrogate as a name": b'{"\\ud800zebra-crossing": 1}',
    "U+0000 escaped": b'{"text": "zebra-crossing\\u0000"}',
    "U+0000 bare": b'{"text": "zebra-crossing\x00"}',
    "U+0000 in a name": b'{"text": "x", "marks": {"zebra-crossing\\u0000": true}}',
    "deep nesting": DEEP,
    "depth of 100": b'{"text":' + b"[" * 100 + b"]" * 100 + b"}",
    "NaN": b'{"text": "zebra-crossing", "weight": NaN}',
    "infinity": b'{"text": "zebra-crossing", "weight": 1e999}',
    "a number of 10,000 digits": b'{"text": "x", "weight": ' + b"9" * 10_000 + b"}",
    "a wrong type": b'{"text": ["zebra-crossing"]}',
    "an unknown value": b'{"text": "x", "kind": "zebra-crossing"}',
    "an unknown field": b'{"text": "x", "zebra-crossing": 1}',
    "an unknown field inside": b'{"text": "x", "author": {"name": "a", "zebra-crossing": 1}}',
    "a wrong value under a made-up name": b'{"text": "x", "marks": {"zebra-crossing": "zebra-crossing"}}',
    "a text too long": b'{"text": "x", "author": {"name": "' + b"zebra-crossing" * 3 + b'"}}',
    "a number too large to store": b'{"text": "x", "weight": -99999999999999}',
    "no object": b'["zebra-crossing"]',
    "null": b"null",
    "nothing": b"",
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE.keys())
async def test_an_unreadable_body_is_422_writes_nothing_and_is_not_echoed(desk: Desk, body: bytes) -> None:
    before = (await desk.get("/intake/v1/tally")).json()
    answer = await desk.post("/intake/v1/notes", role="evaluator", content=body, headers=JSON)
    assert answer.status_code == 422, answer.text
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(problem) == {"type", "title", "status", "detail", "reasons", "request_id"}
    assert problem["status"] == 422
    assert problem["reasons"]
    assert SECRET not in answer.text
    assert (await desk.get("/intake/v1/tally")).json() == before
    assert await desk.sql("SELECT 1 FROM idempotency WHERE status = 422") == []


async def test_a_problem_names_the_place_and_what_is_wanted(desk: Desk) -> None:
    answer = await desk.post("/intake/v1/notes", {"author": {"name": 7}, "weight": "x", "kind": "y", "z": 1}, role="evaluator")
    assert [reason["says"] for reason in answer.json()["reasons"]] == [
        "body.text: Field required.",
        "body.weight: Input should be a valid integer.",
        "body.kind: Input should be 'plain' or 'urgent'.",
        "body.author.name: Input should be a valid string.",
        "body: There is a field that is not known here.",
    ]


async def test_names_that_the_caller_made_up_are_not_repeated(desk: Desk) -> None:
    answer = await desk.post("/intake/v1/notes", {"text": "x", "marks": {SECRET: []}}, role="evaluator")
    assert answer.json()["detail"] == "body.marks.…: Input should be a valid boolean."


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data; boundary=x", "nonsense", ""])
async def test_a_body_of_another_kind_is_422_and_told_which_is_wanted(desk: Desk, kind: str) -> None:
    answer = await desk.post("/intake/v1/notes", role="evaluator", content=b'{"text": "x"}', headers={"Content-Type": kind})
    assert answer.status_code == 422
    assert "application/json" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("minweight=1", "unknown_parameter"),
        ("min_weight=1&zebra-crossing=2", "unknown_parameter"),
        ("min_weight=zebra-crossing", "malformed"),
        ("min_weight=99999999999999999999", "malformed"),
        ("limit=0", "malformed"),
        ("limit=201", "malformed"),
        ("after=zebra-crossing", "malformed"),
        ("after=%00", "malformed"),
        ("after=%FF", "malformed"),
        ("after=%ED%A0%80", "malformed"),
        ("after=" + "A" * 900, "malformed"),
        ("after=" + "A" * 2000, "malformed"),
    ],
)
async def test_a_wrong_query_is_422_and_never_ignored(desk: Desk, query: str, code: str) -> None:
    answer = await desk.client.get(f"/intake/v1/notes?{query}", headers={"Authorization": f"Bearer {desk.token('evaluator')}"})
    assert answer.status_code == 422, answer.text
    assert answer.json()["type"] == f"/problems/{code}"
    assert SECRET not in answer.text


async def test_every_operation_refuses_a_parameter_it_does_not_know(desk: Desk) -> None:
    assert (await desk.get("/intake/v1/tally", params={"x": "1"})).status_code == 422
    assert (await desk.post("/intake/v1/notes", {"text": "x"}, role="evaluator", params={"x": "1"})).status_code == 422


@pytest.mark.parametrize("path", ["/intake/v1/notes/%00", "/intake/v1/notes/%FF", "/intake/v1/notes/7", "/intake/v1/notes/zebra-crossing"])
async def test_an_id_that_is_none_is_422(desk: Desk, path: str) -> None:
    answer = await desk.get(path, role="evaluator", reason="a test")
    assert answer.status_code == 422
    assert SECRET not in answer.text


async def test_an_unknown_id_is_404(desk: Desk) -> None:
    answer = await desk.get("/intake/v1/notes/01890a5d-ac96-774b-bcce-b302099a8057", role="evaluator", reason="a test")
    assert answer.status_code == 404
    assert answer.json()["detail"] == "There is no such note."


async def test_unknown_addresses_and_methods_are_problems_too(desk: Desk) -> None:
    for path in ("/nothing", "/intake/v1/nothing", "/intake/v1/notes/", "/problems/nothing"):
        answer = await desk.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    answer = await desk.call("DELETE", "/intake/v1/notes", role="evaluator")
    assert (answer.status_code, answer.json()["type"]) == (405, "/problems/method_not_allowed")
    assert answer.headers["allow"]


async def test_a_body_over_the_limit_is_413_by_its_length_and_while_it_streams(desk: Desk) -> None:
    big = b'{"text": "' + b"x" * (10 << 20) + b'"}'
    by_length = await desk.post("/intake/v1/notes", role="evaluator", content=big, headers=JSON)
    assert (by_length.status_code, by_length.json()["type"]) == (413, "/problems/too_large")
    sent = 0

    async def stream() -> Any:
        nonlocal sent
        for start in range(0, len(big), 65536):
            sent += 65536
            yield big[start : start + 65536]

    streamed = await desk.post("/intake/v1/notes", role="evaluator", content=stream(), headers=JSON)
    assert streamed.status_code == 413


async def test_an_operation_may_take_longer_bodies_than_others(desk: Desk) -> None:
    letter = "a" * (2 << 20)
    answer = await desk.post(
        "/intake/v1/letters", role="requester_desk", content=letter, headers={"Content-Type": "text/plain; charset=utf-8"}
    )
    assert (answer.status_code, answer.json()) == (201, {"length": len(letter)})
    longer = await desk.post("/intake/v1/letters", role="requester_desk", content=letter * 2, headers={"Content-Type": "text/plain"})
    assert longer.status_code == 413


@pytest.mark.parametrize(
    ("kind", "body"),
    [("text/plain", b"\xff"), ("text/plain", b"a\x00"), ("text/plain", b""), ("application/json", b'{"text": 1}'), ("text/html", b"x")],
)
async def test_an_unreadable_letter_is_422(desk: Desk, kind: str, body: bytes) -> None:
    answer = await desk.post("/intake/v1/letters", role="requester_desk", content=body, headers={"Content-Type": kind})
    assert answer.status_code == 422


async def test_a_letter_may_come_as_json(desk: Desk) -> None:
    answer = await desk.post("/intake/v1/letters", {"text": "four"}, role="requester_desk")
    assert answer.json() == {"length": 4}


async def test_a_file_is_taken_as_it_is_whatever_it_is_called(desk: Desk) -> None:
    async def send(content: bytes, kind: str | None) -> tuple[int, Any]:
        headers = {"Content-Type": kind} if kind is not None else {}
        answer = await desk.post("/intake/v1/files", role="evaluator", content=content, headers=headers)
        return answer.status_code, answer.json()

    for kind in ("image/png", "application/json"):
        assert await send(b"{\xff\x00", kind) == (201, {"claimed": kind, "content": "7bff00"})
    assert (await send(b"{", None))[0] == 422
    assert (await send(b"", "image/png"))[0] == 422


async def test_an_operation_without_a_body_takes_none_or_an_empty_object(desk: Desk) -> None:
    path = "/intake/v1/notes/01890a5d-ac96-774b-bcce-b302099a8057/readings"
    assert (await desk.post(path, role="evaluator")).status_code == 200
    assert (await desk.post(path, {}, role="evaluator")).status_code == 200
    assert (await desk.post(path, {"x": 1}, role="evaluator")).status_code == 422
    assert (await desk.post(path, role="evaluator", content=b"{", headers=JSON)).status_code == 422


async def test_reading_needs_a_reason_of_one_line(desk: Desk) -> None:
    made = (await desk.post("/intake/v1/notes", {"text": "x"}, role="evaluator")).json()
    path = f"/intake/v1/notes/{made['id']}"
    for missing in (None, " "):
        answer = await desk.get(path, role="evaluator", reason=missing)
        assert (answer.status_code, answer.json()["type"]) == (400, "/problems/access_reason_missing")
    assert (await desk.get(path, role="evaluator", reason="x" * 501)).status_code == 422
    assert (await desk.get(path, role="evaluator", reason="a test")).status_code == 200


async def test_an_accident_is_500_and_says_nothing(desk: Desk) -> None:
    answer = await desk.post("/intake/v1/accidents", {"text": SECRET}, role="evaluator")
    assert answer.status_code == 500
    assert SECRET not in answer.text
    assert answer.json()["type"] == "/problems/unexpected"


async def test_two_that_store_the_same_thing_are_one_and_a_conflict(desk: Desk) -> None:
    assert (await desk.post("/intake/v1/notes", {"text": "x", "tag": "only"}, role="evaluator")).status_code == 201
    answer = await desk.post("/intake/v1/notes", {"text": "y", "tag": "only"}, role="evaluator")
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/conflict")


async def test_texts_of_every_script_come_back_as_they_went(desk: Desk) -> None:
    text = "Ünïcödé 漢字 🎈 \u202eabc\u202c"
    answer = await desk.post("/intake/v1/notes", {"text": text}, role="evaluator")
    assert answer.json()["text"] == text
    escaped = await desk.post("/intake/v1/notes", role="evaluator", content=json.dumps({"text": "🎈"}).encode(), headers=JSON)
    assert escaped.json()["text"] == "🎈"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b'{"users": [7]}', "Expected `str`, got `int` - at `$.users[0]`."),
        (b'{"users": [], "zebra-crossing": 1}', "The body is not the JSON that is wanted here."),
        (b'{"users": ["\\ud800"]}', "The body is not the JSON that is wanted here."),
        (b'{"users": ["zebra-crossing\xff"]}', "The body is not the JSON that is wanted here."),
        (b"{", "The body is not the JSON that is wanted here."),
        (b"[" * 100_000, None),
        (b'{"users": ["' + b"x" * (2 << 20) + b'"]}', "The body may have at most 1,048,576 bytes."),
    ],
)
async def test_the_hot_path_refuses_bad_bodies_as_any_other(desk: Desk, body: bytes, says: str | None) -> None:
    answer = await desk.post("/intake/v1/check", role="tooling", content=body)
    assert answer.status_code == (413 if len(body) > 1 << 20 else 422)
    assert says is None or answer.json()["detail"] == says
    assert SECRET not in answer.text
