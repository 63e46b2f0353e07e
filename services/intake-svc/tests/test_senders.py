"""Who mistreats staff is warned, locked out by two persons, and heard all the same where it matters (R117-R119, R121, D12)."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from chassis.testing import Desk
from intake_svc.actions.sender import warning_received

SEEN = {"reason": "harassment", "seriousness": 2, "aimed_at": ["sam"], "note": "Insults in every line."}
WHY = {"note": "It went on."}
File = Callable[..., Awaitable[dict[str, Any]]]


async def _warned(desk: Desk, file: File, requester: dict[str, str]) -> tuple[str, str]:
    request_id = (await file(requester=requester))["id"]
    answer = await desk.post(f"/intake/v1/requests/{request_id}/sender-warning", SEEN, role="evaluator", sub="eva")
    assert answer.status_code == 200, answer.text
    return request_id, answer.json()["id"]


async def _delivered(desk: Desk, request_id: str) -> None:
    rows = await desk.sql("SELECT event_id FROM sender_warning WHERE request_id = $1", request_id)
    async with desk.runtime.edge("office_actions.notification_change.v1:delivered") as edge:
        await warning_received(edge, rows[0]["event_id"], edge.now)


def requester() -> dict[str, str]:
    return {"email": f"{uuid4().hex}@example.org", "standing_as": "public"}


async def test_a_lock_out_from_warning_to_readmission(desk: Desk, file: File) -> None:
    who = requester()
    request_id, sender = await _warned(desk, file, who)
    url = f"/intake/v1/senders/{sender}"
    refused = await desk.post(f"{url}/lock-out", WHY, role="evaluator", sub="eva")
    assert [one["code"] for one in refused.json()["reasons"]] == ["not_warned", "too_few_points"]
    await _delivered(desk, request_id)
    await desk.advance(timedelta(hours=1))
    again = (await file(requester=who))["id"]
    answer = await desk.post(f"/intake/v1/requests/{again}/sender-conduct", SEEN, role="evaluator", sub="eva")
    assert answer.status_code == 200, answer.text
    aimed = await desk.post(f"{url}/lock-out", WHY, role="evaluator", sub="sam")
    assert [one["code"] for one in aimed.json()["reasons"]] == ["aimed_at_you"]
    assert (await desk.post(f"{url}/lock-out", WHY, role="evaluator", sub="eva")).status_code == 200
    alone = await desk.post(f"{url}/lock-out/confirmation", WHY, role="evaluator", sub="eva")
    assert [one["code"] for one in alone.json()["reasons"]] == ["own_proposal"]
    out = await desk.post(f"{url}/lock-out/confirmation", WHY, role="team_manager", sub="mona")
    assert out.json()["state"] == "locked_out", out.text

    body = {"kind": "other", "channel": "ca", "summary": "Again.", "requester": who}
    tried = await desk.post("/intake/v1/requests", body, role="requester_desk", sub="desk-1")
    assert [one["code"] for one in tried.json()["reasons"]] == ["sender_locked_out"]
    traces = await desk.sql("SELECT reasons FROM audit WHERE outcome = 'refused' AND 'sender_locked_out' = ANY(reasons)")
    assert traces
    for more in (
        {"kind": "child_protection"},
        {"channel": "emergency"},
        {"channel": "legal"},
        {"kind": "dmca"},
        {"grounds": ["staff_complaint"]},
    ):
        heard = await desk.post("/intake/v1/requests", {**body, **more}, role="requester_desk", sub="desk-1")
        assert heard.status_code == 201, heard.text
    await desk.advance(timedelta(days=31))
    heard = await desk.post("/intake/v1/requests", body, role="requester_desk", sub="desk-1")
    assert heard.status_code == 201, heard.text
