"""The same call, sent again, is answered again and not done again."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from chassis.http.idempotency import key_of, sweep
from chassis.testing import Desk

NOTE = {"text": "once"}


async def write(desk: Desk, key: str, note: dict[str, Any] = NOTE, *, sub: str | None = None) -> Any:
    return await desk.post("/intake/v1/notes", note, role="evaluator", sub=sub, headers={"Idempotency-Key": key})


async def test_a_repeat_gets_the_same_answer_and_does_nothing(desk: Desk, knobs: Any) -> None:
    first = await write(desk, "again")
    second = await write(desk, "again")
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content
    assert second.headers["content-type"] == first.headers["content-type"]
    assert second.headers["etag"] == first.headers["etag"] == '"1"'
    assert second.headers["x-request-id"] != first.headers["x-request-id"]
    assert knobs.begun == 1


async def test_a_key_is_the_same_bare_and_as_a_structured_string(desk: Desk, knobs: Any) -> None:
    first = await write(desk, "quoted-or-not")
    second = await write(desk, '"quoted-or-not"')
    assert second.content == first.content
    assert knobs.begun == 1


@pytest.mark.parametrize(("header", "key"), [("a", "a"), ('"a"', "a"), ('"a b"', "a b"), (r'"a\"b\\c"', r'a"b\c')])
def test_keys_are_read_as_the_draft_says(header: str, key: str) -> None:
    assert key_of(header) == key


@pytest.mark.parametrize("header", ["", '""', "a b", '"a', 'a"', "ä", "x" * 256, r'"\n"', "a\tb"])
async def test_a_key_that_is_none_is_422(desk: Desk, header: str, knobs: Any) -> None:
    answer = await desk.post("/intake/v1/notes", NOTE, role="evaluator", headers={"Idempotency-Key": header.encode()})
    assert answer.status_code == 422
    assert knobs.begun == 0


async def test_without_a_key_nothing_is_created(desk: Desk, knobs: Any) -> None:
    headers = {"Authorization": f"Bearer {desk.token('evaluator')}"}
    answer = await desk.client.post("/intake/v1/notes", json=NOTE, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/idempotency_key_missing")
    assert knobs.begun == 0


async def test_a_key_used_for_another_body_is_422(desk: Desk, knobs: Any) -> None:
    await write(desk, "reused")
    answer = await write(desk, "reused", {"text": "other"})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/idempotency_key_reused")
    assert knobs.begun == 1


async def test_a_key_used_for_another_thing_in_the_path_is_422(desk: Desk) -> None:
    one, two = [(await write(desk, f"thing-{n}")).json()["id"] for n in (1, 2)]
    headers = {"Idempotency-Key": "change-it"}
    assert (await desk.post(f"/intake/v1/notes/{one}/changes", {"text": "x"}, role="evaluator", headers=headers)).status_code == 200
    assert (await desk.post(f"/intake/v1/notes/{two}/changes", {"text": "x"}, role="evaluator", headers=headers)).status_code == 422


async def test_what_is_asked_before_the_edge_opens_is_not_asked_for_a_repeat(desk: Desk, knobs: Any) -> None:
    answers = [
        await desk.post("/intake/v1/questions", {"text": "x"}, role="evaluator", headers={"Idempotency-Key": "question"}) for _ in range(2)
    ]
    assert [answer.json()["answer"] for answer in answers] == ["asked about 12 bytes"] * 2
    assert knobs.asked == 1


async def test_two_people_may_use_one_key(desk: Desk, knobs: Any) -> None:
    first, second = await write(desk, "shared", sub="ada"), await write(desk, "shared", sub="ben")
    assert first.json()["id"] != second.json()["id"]
    assert knobs.begun == 2


async def test_while_the_first_call_runs_the_second_is_told_to_wait(desk: Desk, knobs: Any) -> None:
    knobs.hold = True
    first = asyncio.create_task(write(desk, "slow"))
    await knobs.waiting.wait()
    second = await write(desk, "slow")
    assert (second.status_code, second.json()["type"]) == (409, "/problems/still_running")
    assert second.headers["retry-after"] == "1"
    knobs.go_on.set()
    done = await first
    assert done.status_code == 201
    assert (await write(desk, "slow")).content == done.content
    assert knobs.begun == 1


async def test_of_eight_at_once_one_is_done(desk: Desk) -> None:
    before = (await desk.get("/intake/v1/tally")).json()["notes"]
    answers = await asyncio.gather(*(write(desk, "eight") for _ in range(8)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    assert {answer.json()["type"] for answer in answers if answer.status_code == 409} <= {"/problems/still_running"}
    assert (await desk.get("/intake/v1/tally")).json()["notes"] == before + 1


async def test_a_reused_key_is_told_before_anything_is_asked_of_others(desk: Desk, knobs: Any) -> None:
    headers = {"Idempotency-Key": "question-reused"}
    assert (await desk.post("/intake/v1/questions", {"text": "x"}, role="evaluator", headers=headers)).status_code == 201
    before = knobs.asked
    other = await desk.post("/intake/v1/questions", {"text": "y"}, role="evaluator", headers=headers)
    assert (other.status_code, other.json()["type"]) == (422, "/problems/idempotency_key_reused")
    assert knobs.asked == before


async def test_a_call_that_looked_before_the_first_one_committed_gets_its_answer(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    first = await write(desk, "looked-too-early")
    from chassis.http import idempotency

    claim, blind = idempotency.claim, [True]

    async def sees_nothing_once(edge: Any, this: Any) -> Any:
        # What a snapshot taken just before the first call's commit would show.
        return None if blind and blind.pop() else await claim(edge, this)

    monkeypatch.setattr(idempotency, "claim", sees_nothing_once)
    second = await write(desk, "looked-too-early")
    assert (second.status_code, second.content) == (201, first.content)


async def test_refusals_and_failures_are_not_kept(desk: Desk, knobs: Any) -> None:
    for _ in range(2):
        answer = await write(desk, "heavy", {"text": "x", "weight": 101})
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/too_heavy")
    assert knobs.begun == 2
    assert (await write(desk, "heavy", {"text": "x"})).status_code == 201


async def test_a_client_cancelled_after_the_commit_is_answered_on_the_repeat(desk: Desk, knobs: Any) -> None:
    knobs.hold = True
    first = asyncio.create_task(write(desk, "cancelled"))
    await knobs.waiting.wait()
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    knobs.hold = False
    assert (await write(desk, "cancelled")).status_code == 201
    assert knobs.begun == 2
    [row] = await desk.sql("SELECT count(*) AS open FROM pg_stat_activity WHERE usename = 'intake' AND state = 'idle in transaction'")
    assert row["open"] == 0


async def test_answers_are_kept_encrypted_for_seven_days(desk: Desk, knobs: Any, by_hand: Any) -> None:
    text = "a-text-nobody-else-has"
    await write(desk, "week", {"text": text})
    [row] = await desk.sql("SELECT * FROM idempotency WHERE key = 'week'")
    assert text.encode() not in row["body"]
    async with desk.runtime.edge("test") as edge:
        now = edge.wall()
    eight_days, six_days = now - timedelta(days=8), now - timedelta(days=6)
    await by_hand(desk, "UPDATE intake.idempotency SET at = $1 WHERE key = 'week'", six_days)
    await sweep(desk.runtime)
    await write(desk, "week", {"text": text})
    assert knobs.begun == 1
    await by_hand(desk, "UPDATE intake.idempotency SET at = $1 WHERE key = 'week'", eight_days)
    # Not swept yet: it is forgotten all the same.
    assert (await write(desk, "week", {"text": "new"})).status_code == 201
    assert knobs.begun == 2
    await by_hand(desk, "UPDATE intake.idempotency SET at = $1 WHERE key = 'week'", eight_days)
    await sweep(desk.runtime)
    assert await desk.sql("SELECT 1 FROM idempotency WHERE key = 'week'") == []


async def test_an_answer_moved_to_another_caller_does_not_open(desk: Desk, by_hand: Any) -> None:
    await write(desk, "moved", sub="ada")
    await by_hand(desk, "UPDATE intake.idempotency SET caller = 'eve' WHERE key = 'moved'")
    assert (await write(desk, "moved", sub="eve")).status_code == 500
