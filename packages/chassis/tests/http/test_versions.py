"""ETags: a reader is told when nothing changed, a writer when something did."""

import asyncio
from typing import Any

import pytest
from chassis.testing import Desk


@pytest.fixture
async def note(desk: Desk) -> str:
    made: dict[str, Any] = (await desk.post("/intake/v1/notes", {"text": "x"}, role="evaluator")).json()
    return f"/intake/v1/notes/{made['id']}"


async def change(desk: Desk, note: str, if_match: str | None, text: str = "y") -> Any:
    headers = {} if if_match is None else {"If-Match": if_match}
    return await desk.post(f"{note}/changes", {"text": text}, role="evaluator", headers=headers)


async def test_what_has_a_version_answers_its_tag(desk: Desk, note: str) -> None:
    answer = await desk.get(note, role="evaluator", reason="a test")
    assert answer.headers["etag"] == '"1"'
    assert (await change(desk, note, None)).headers["etag"] == '"2"'


@pytest.mark.parametrize(
    ("known", "status"), [('"1"', 304), ('W/"1"', 304), ('"7", "1"', 304), ("*", 304), ('"2"', 200), ("1", 200), ("x", 200)]
)
async def test_who_knows_the_version_is_told_so(desk: Desk, note: str, known: str, status: int) -> None:
    answer = await desk.get(note, role="evaluator", reason="a test", headers={"If-None-Match": known})
    assert answer.status_code == status
    assert answer.headers["etag"] == '"1"'
    assert (answer.content == b"") == (status == 304)


@pytest.mark.parametrize("tag", ['"1"', '"3", "1"', "*"])
async def test_a_write_on_the_version_read_is_done(desk: Desk, note: str, tag: str) -> None:
    assert (await change(desk, note, tag)).status_code == 200


async def test_a_write_on_a_stale_version_is_a_conflict_and_changes_nothing(desk: Desk, note: str) -> None:
    await change(desk, note, '"1"', "mine")
    answer = await change(desk, note, '"1"', "theirs")
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/version_conflict")
    now = (await desk.get(note, role="evaluator", reason="a test")).json()
    assert (now["text"], now["version"]) == ("mine", 2)


async def test_of_eight_writes_on_one_version_one_is_done(desk: Desk, note: str) -> None:
    answers = await asyncio.gather(*(change(desk, note, '"1"', str(n)) for n in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7


@pytest.mark.parametrize("tag", ["1", '"x"', '"1" "2"', "", '"1",,"2"', '"12345678901"'])
async def test_a_tag_that_is_none_of_ours_is_422(desk: Desk, note: str, tag: str) -> None:
    assert (await change(desk, note, tag)).status_code == 422


async def test_where_there_is_nothing_to_compare_if_match_is_not_ignored(desk: Desk, note: str) -> None:
    for path, body in (("/intake/v1/notes", {"text": "x"}), (f"{note}/readings", None)):
        answer = await desk.post(path, body, role="evaluator", headers={"If-Match": '"1"'})
        assert answer.status_code == 422
        assert "If-Match" in answer.json()["detail"]
