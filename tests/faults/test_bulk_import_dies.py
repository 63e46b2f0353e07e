"""A bulk import is killed in the middle: nothing of it is lost, and nothing is there twice when it is sent again (API: bulk)."""

from typing import Any

import httpx
import pytest
from office.demo.steps import request_for

BULK = "/intake/v1/requests/bulk"
ROWS, BROKEN = 60, 6


def rows(of: str) -> dict[str, Any]:
    """Give an import with one row that is broken."""
    asked = [request_for(f"{of} {number}", number=number) for number in range(ROWS)]
    asked[BROKEN]["kind"] = "no_such_kind"
    return {"requests": asked}


@pytest.mark.parametrize(("point", "kept"), [("commit.before", 0), ("commit.after", ROWS - 1)])
async def test_what_was_killed_is_sent_again_and_there_once(point: str, kept: int, ground: Any) -> None:
    child = await ground.start()
    headers = {"Authorization": f"Bearer {ground.stage(child).token('desk-1', 'requester_desk')}", "Idempotency-Key": f"import-{point}"}
    form = rows(f"Killed at {point.replace('.', ' ')}")
    before = int((await ground.sql("SELECT count(*) AS n FROM intake.request"))[0]["n"])

    async def send(to: Any) -> httpx.Response:
        async with httpx.AsyncClient(base_url=to.url, timeout=30) as client:
            return await client.post(BULK, json=form, headers=headers)

    async def filed() -> int:
        return int((await ground.sql("SELECT count(*) AS n FROM intake.request"))[0]["n"]) - before

    # Of this import alone: what the house does beside it commits as well.
    await child.arm(point, "crash", of="http:file_requests")
    with pytest.raises(httpx.HTTPError):
        await send(child)
    await child.gone()
    assert child.reached(point)
    assert await filed() == kept
    child = await ground.start(port=child.port)
    answers = [await send(child) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200], answers[0].text
    assert answers[0].json() == answers[1].json()
    results = answers[0].json()["results"]
    assert [one["index"] for one in results if "problem" in one] == [BROKEN]
    ids = {one["request"]["id"] for one in results if "request" in one}
    assert len(ids) == ROWS - 1 == await filed()
    stored = {str(row["id"]) for row in await ground.sql("SELECT id FROM intake.request")}
    assert ids <= stored
    # To the end of it: what a requester is told goes out after a minute.
    await ground.stage(child).advance("PT2M")
    await ground.nothing_is_lost_and_nothing_twice()
    assert await ground.findings() == []
    await child.end()
