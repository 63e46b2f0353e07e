"""Lists page by keyset: every row once, in a stable order, whatever is written meanwhile."""

import base64

import pytest
from chassis.testing import Desk


@pytest.fixture(scope="module")
async def seven(desk: Desk) -> list[str]:
    ids = []
    for weight in (5, 3, 5, 9, 5, 1, 3):
        answer = await desk.post("/intake/v1/notes", {"text": "listed", "weight": weight}, role="evaluator")
        ids.append(answer.json()["id"])
    return ids


async def test_pages_follow_each_other_to_the_end(desk: Desk, seven: list[str]) -> None:
    found, after, pages = [], None, 0
    while True:
        query = {"limit": "3"} | ({"after": after} if after else {})
        body = (await desk.get("/intake/v1/notes", role="evaluator", params=query)).json()
        found += [(note["weight"], note["id"]) for note in body["items"]]
        pages += 1
        if "next" not in body:
            break
        after = body["next"]
    assert pages == 3
    assert [weight for weight, _ in found] == [9, 5, 5, 5, 3, 3, 1]
    assert sorted(note for _, note in found) == sorted(seven)
    assert found == sorted(found, key=lambda one: (-one[0], one[1]))


@pytest.mark.usefixtures("seven")
async def test_what_is_written_meanwhile_moves_nothing(desk: Desk) -> None:
    first = (await desk.get("/intake/v1/notes", role="evaluator", params={"limit": "2"})).json()
    await desk.post("/intake/v1/notes", {"text": "heavier", "weight": 100}, role="evaluator")
    second = (await desk.get("/intake/v1/notes", role="evaluator", params={"limit": "2", "after": first["next"]})).json()
    assert not {note["id"] for note in first["items"]} & {note["id"] for note in second["items"]}
    assert [note["weight"] for note in second["items"]] == [5, 5]


@pytest.mark.usefixtures("seven")
async def test_absent_values_are_left_out_and_not_null(desk: Desk) -> None:
    assert "null" not in (await desk.get("/intake/v1/notes", role="evaluator")).text


@pytest.mark.usefixtures("seven")
async def test_a_cursor_that_this_list_did_not_give_out_is_422(desk: Desk) -> None:
    good = (await desk.get("/intake/v1/notes", role="evaluator", params={"limit": "2"})).json()["next"]
    raw = base64.urlsafe_b64decode(good + "=" * (-len(good) % 4))
    made_up = base64.urlsafe_b64encode(raw[:16] + b">i:5~s:x").decode().rstrip("=")
    for cursor in (good[:-2], good[1:], good + "AA", made_up, "!", "é"):
        answer = await desk.get("/intake/v1/notes", role="evaluator", params={"after": cursor})
        assert answer.status_code == 422, cursor
        assert answer.json()["detail"].startswith("query.after")
