"""Two who wait for each other: the database ends one of them, who is asked to come again."""

import asyncio

from chassis.testing import Desk


async def test_the_victim_of_a_deadlock_is_asked_to_come_again_and_has_changed_nothing(desk: Desk) -> None:
    written = [await desk.post("/intake/v1/notes", {"text": text}, role="evaluator") for text in ("one", "two")]
    one, two = (answer.json()["id"] for answer in written)
    answers = await asyncio.gather(
        desk.post(f"/intake/v1/notes/{one}/swaps", {"other": two}, role="evaluator"),
        desk.post(f"/intake/v1/notes/{two}/swaps", {"other": one}, role="evaluator"),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 503]
    victim = next(answer for answer in answers if answer.status_code == 503)
    assert int(victim.headers["retry-after"]) >= 1
    stored = await desk.sql("SELECT text FROM note WHERE id = ANY($1) ORDER BY array_position($1, id)", [one, two])
    assert [row["text"] for row in stored] == ["two", "one"]
