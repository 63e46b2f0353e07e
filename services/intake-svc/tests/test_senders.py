"""Who mistreats staff is warned, locked out by two persons, and heard all the same where it matters (R117-R119, R121, D12)."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from chassis.testing import Desk
from contracts.notification import About, NotificationChange, NotificationState
from intake_svc.model.request import Channel
from intake_svc.reactions import REACTIONS, WARNING

SEEN = {"reason": "harassment", "seriousness": 2, "aimed_at": ["sam"], "note": "Insults in every line."}
WHY = {"note": "It went on."}
File = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
async def desk(apart: Desk) -> AsyncIterator[Desk]:
    yield apart
    assert await apart.findings() == []


async def _warned(desk: Desk, file: File, requester: dict[str, str]) -> tuple[str, str]:
    request_id = (await file(requester=requester))["id"]
    answer = await desk.post(f"/intake/v1/requests/{request_id}/sender-warning", SEEN, role="evaluator", sub="eva")
    assert answer.status_code == 200, answer.text
    return request_id, answer.json()["id"]


async def _delivered(desk: Desk, request_id: str, *, template: str = WARNING, event_id: UUID | None = None) -> None:
    """Have intake react to the receipt of the warning, as notify-svc tells it."""
    rows = await desk.sql("SELECT event_id FROM sender_warning WHERE request_id = $1", request_id)
    async with desk.runtime.edge("office_actions.notification_change.v1:delivered") as edge:
        state = NotificationState(
            notification_id=uuid4(),
            about=About(aggregate="request", id=UUID(request_id), change_kind="sender_warned"),
            event_id=event_id or rows[0]["event_id"],
            party="requester",
            channel="mail",
            template=template,
            locale="en",
            state="delivered",
            delivered_at=edge.now,
        )
        event = NotificationChange.of("delivered", state=state, prior=None, version=2, **edge.stamp())
        await REACTIONS[event.stream_name()]["delivered"].apply(edge, event, None)


async def _locked_out(desk: Desk, file: File, who: dict[str, str]) -> str:
    """Warn somebody, let the warning be received, and lock them out for going on."""
    request_id, sender = await _warned(desk, file, who)
    await _delivered(desk, request_id)
    await desk.advance(timedelta(hours=1))
    again = (await file(requester=who))["id"]
    assert (await desk.post(f"/intake/v1/requests/{again}/sender-conduct", SEEN, role="evaluator", sub="eva")).status_code == 200
    assert (await desk.post(f"/intake/v1/senders/{sender}/lock-out", WHY, role="evaluator", sub="eva")).status_code == 200
    out = await desk.post(f"/intake/v1/senders/{sender}/lock-out/confirmation", WHY, role="team_manager", sub="mona")
    assert out.status_code == 200, out.text
    return sender


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
    await desk.advance(timedelta(days=31))
    heard = await desk.post("/intake/v1/requests", body, role="requester_desk", sub="desk-1")
    assert heard.status_code == 201, heard.text


async def test_what_always_comes_in_does_also_of_a_sender_who_is_locked_out(desk: Desk, file: File) -> None:
    who = requester()
    await _locked_out(desk, file, who)
    body = {"kind": "other", "channel": "ca", "summary": "Again.", "requester": who}

    async def sent(**more: Any) -> Any:
        return await desk.post("/intake/v1/requests", body | more, role="requester_desk", sub="desk-1")

    assert {channel: (await sent(channel=channel)).status_code for channel in Channel} == {
        channel: 201 if channel in ("legal", "legal_reports", "emergency", "law_enforcement") else 409 for channel in Channel
    }
    for more in (
        {"kind": "child_protection"},
        {"kind": "dmca"},
        {"grounds": ["threat_of_harm"]},
        {"grounds": ["staff_complaint"]},
        {"grounds": ["user_information"]},
    ):
        heard = await sent(**more)
        assert heard.status_code == 201, heard.text


async def test_a_lock_out_is_lifted_with_a_reason_and_once(desk: Desk, file: File) -> None:
    who = requester()
    sender = await _locked_out(desk, file, who)
    url = f"/intake/v1/senders/{sender}/lifting"
    assert (await desk.post(url, WHY, role="evaluator", sub="eva")).status_code == 403
    lifted = await desk.post(url, {"note": "They apologised."}, role="team_manager", sub="mona")
    assert (lifted.status_code, lifted.json()["state"]) == (200, "warned"), lifted.text
    assert "locked_out_until" not in lifted.json()
    assert (await file(requester=who))["state"] == "complete"
    again = await desk.post(url, WHY, role="team_manager", sub="mona")
    assert [one["code"] for one in again.json()["reasons"]] == ["not_locked_out"]
    seen = (await desk.get(f"/intake/v1/senders/{sender}", role="auditor", reason="audit")).json()
    assert [(one["state"], one["lifted_by"]) for one in seen["lock_outs"]] == [("lifted", "mona")]


async def test_a_sender_is_found_by_what_a_warning_reaches_and_the_question_is_logged(desk: Desk, file: File) -> None:
    who = requester()
    _, sender = await _warned(desk, file, who)
    assert (await desk.get(f"/intake/v1/senders?name={who['email']}", role="legal")).status_code == 400
    assert (await desk.get(f"/intake/v1/senders?name={who['email']}", role="enforcer", reason="curious")).status_code == 403
    looks = "SELECT count(*) AS n FROM access_log WHERE aggregate = 'sender' AND sub = 'lea-of-senders'"
    found = await desk.get(f"/intake/v1/senders?name={who['email'].upper()}", role="legal", sub="lea-of-senders", reason="they ask")
    assert [(one["id"], one["state"]) for one in found.json()["items"]] == [(sender, "warned")]
    nobody = await desk.get("/intake/v1/senders?name=nobody@example.org", role="legal", sub="lea-of-senders", reason="they ask")
    assert nobody.json() == {"items": []}
    assert (await desk.sql(looks))[0]["n"] == 2


async def test_the_receipt_of_the_warning_itself_is_the_proof(desk: Desk, file: File) -> None:
    request_id, sender = await _warned(desk, file, requester())
    await _delivered(desk, request_id, template="request_received")
    await _delivered(desk, request_id, event_id=uuid4())
    received = "SELECT delivered_at FROM sender_warning WHERE sender_id = $1"
    assert [row["delivered_at"] for row in await desk.sql(received, UUID(sender))] == [None]
    await _delivered(desk, request_id)
    [first] = await desk.sql(received, UUID(sender))
    await desk.advance(timedelta(minutes=1))
    await _delivered(desk, request_id)
    assert first["delivered_at"] is not None
    assert await desk.sql(received, UUID(sender)) == [first]


async def test_of_many_the_one_of_a_locked_out_sender_falls_alone(desk: Desk, file: File, complete: dict[str, Any]) -> None:
    who = requester()
    await _locked_out(desk, file, who)
    rows = [{**complete, "requester": requester()}, {**complete, "requester": who}, {**complete, "requester": who, "channel": "legal"}]
    answer = await desk.post("/intake/v1/requests/bulk", {"requests": rows}, role="requester_desk", sub="desk-1")
    results = answer.json()["results"]
    assert [one["index"] for one in results if "request" in one] == [0, 2]
    assert [one["code"] for one in results[1]["problem"]["reasons"]] == ["sender_locked_out"]


async def test_the_database_asks_the_same_of_standing(desk: Desk, file: File) -> None:
    request_id, sender = await _warned(desk, file, requester())
    ids = UUID(sender), UUID(request_id)
    columns = 'INSERT INTO lock_out (id, sender_id, request_id, state, points, days, note, "by", at'
    with pytest.raises(asyncpg.CheckViolationError, match="not warned, or has stopped"):
        await desk.sql(f"{columns}) VALUES (gen_random_uuid(), $1, $2, 'proposed', 5, 30, 'x', 'eva', now())", *ids)
    with pytest.raises(asyncpg.CheckViolationError, match="proposed first"):
        await desk.sql(f"{columns}) VALUES (gen_random_uuid(), $1, $2, 'in_force', 5, 30, 'x', 'eva', now())", *ids)
    with pytest.raises(asyncpg.CheckViolationError, match="without a confirmed lock-out"):
        await desk.sql("UPDATE sender SET state = 'locked_out', locked_out_until = now() + interval '1 day' WHERE id = $1", ids[0])
    with pytest.raises(asyncpg.CheckViolationError, match="does not go from warned to good"):
        await desk.sql("UPDATE sender SET state = 'good' WHERE id = $1", ids[0])
    with pytest.raises(asyncpg.CheckViolationError, match="begins in good standing"):
        await desk.sql("INSERT INTO sender (id, mark, known_by, state, version) VALUES (gen_random_uuid(), 'x', 'email', 'warned', 1)")
    with pytest.raises(asyncpg.CheckViolationError, match="is given before it is received"):
        await desk.sql(
            'INSERT INTO sender_warning (id, sender_id, request_id, event_id, "by", at, delivered_at)'
            " VALUES (gen_random_uuid(), $1, $2, gen_random_uuid(), 'eva', now(), now())",
            *ids,
        )
    with pytest.raises(asyncpg.CheckViolationError, match="stays as it was given"):
        await desk.sql("UPDATE sender_warning SET at = now() - interval '1 year' WHERE sender_id = $1", ids[0])
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await desk.sql("DELETE FROM sender_conduct WHERE sender_id = $1", ids[0])
    await _delivered(desk, request_id)
    await desk.sql(
        'INSERT INTO sender_conduct (id, sender_id, request_id, reason, seriousness, intended, aimed_at, happened_at, note, "by", at)'
        " VALUES (gen_random_uuid(), $1, $2, 'harassment', 3, true, ARRAY['sam'], now() + interval '2 years', 'x', 'eva',"
        " now() + interval '2 years')",
        *ids,
    )
    with pytest.raises(asyncpg.CheckViolationError, match="aimed at does not decide"):
        await desk.sql(f"{columns}) VALUES (gen_random_uuid(), $1, $2, 'proposed', 5, 30, 'x', 'sam', now())", *ids)
