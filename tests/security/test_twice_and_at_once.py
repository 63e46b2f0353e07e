"""The same thing twice, and eight at once: what is one stays one, what is stale is told so (DESIGN 5; issue: bad input)."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest
from office.demo import steps

EIGHT = range(8)


def key(name: str) -> dict[str, str]:
    return {"Idempotency-Key": f"{name}-{uuid4().hex}"}


def proposal(case_id: str, user: str) -> dict[str, Any]:
    return {"case_id": case_id, "course": "act", "spec": steps.ban_of(user)}


def appeal(action_id: str) -> dict[str, Any]:
    return {
        "decision": {"kind": "action", "id": action_id},
        "appellant": {"role": "requester", "email": "ada1@example.org", "verified": {"how": "answered by the same address"}},
        "reasons": "It should have gone further.",
        "channel": "mail",
    }


@pytest.fixture
def creations(matters: dict[str, str]) -> list[tuple[str, str, dict[str, Any]]]:
    """One creation of each kind that can be made twice: path, role and body."""
    user = f"Twice {uuid4().hex[:12]}"
    return [
        ("/intake/v1/requests", "requester_desk", steps.request_for(user)),
        ("/bans/v1/actions", "evaluator", proposal(str(uuid4()), user)),
        ("/appeals/v1/appeals", "requester_desk", appeal(matters["action_id"])),
    ]


async def test_eight_calls_under_one_key_are_one(whole_house: Any, creations: Any) -> None:
    for path, role, body in creations:
        headers = key("eight")
        answers = await asyncio.gather(*(whole_house.desk.post(path, body, role=role, headers=headers) for _ in EIGHT))
        done = [answer for answer in answers if answer.status_code == 201]
        others = [answer for answer in answers if answer.status_code != 201]
        assert len({answer.json()["id"] for answer in done}) == 1, path
        assert all(
            (one.status_code, one.json()["type"]) == (409, "/problems/still_running") and one.headers["retry-after"] for one in others
        )
        again = await whole_house.desk.post(path, body, role=role, headers=headers)
        assert (again.status_code, again.content, again.headers["idempotent-replayed"]) == (201, done[0].content, "true")


async def test_a_key_stands_for_one_request(whole_house: Any, creations: Any) -> None:
    for path, role, body in creations:
        headers = key("one")
        first = await whole_house.desk.post(path, body, role=role, headers=headers)
        assert first.status_code == 201, first.text
        await whole_house.settle()
        before = await whole_house.counts()
        quoted = {"Idempotency-Key": f'"{headers["Idempotency-Key"]}"'}
        again = await whole_house.desk.post(path, body, role=role, headers=quoted)
        assert (again.status_code, again.content) == (201, first.content)
        changed = {
            **body,
            **({"summary": "Another."} if "summary" in body else {"channel": "form"} if "channel" in body else {"course": "no_action"}),
        }
        other = await whole_house.desk.post(path, changed, role=role, headers=headers)
        assert (other.status_code, other.json()["type"]) == (422, "/problems/idempotency_key_reused"), path
        assert await whole_house.counts() == before
        # A key belongs to its caller: another's is another.
        stranger = await whole_house.desk.post(path, changed, role=role, headers=headers, sub="somebody-else")
        assert "idempotency_key_reused" not in stranger.text


async def test_a_creation_without_a_key_is_400(whole_house: Any, creations: Any) -> None:
    await whole_house.settle()
    before = await whole_house.counts()
    for path, role, body in creations:
        answer = await whole_house.desk.client.post(path, json=body, headers={"Authorization": f"Bearer {whole_house.desk.token(role)}"})
        assert (answer.status_code, answer.json()["type"]) == (400, "/problems/idempotency_key_missing")
    assert await whole_house.counts() == before


async def test_eight_enactments_at_once_are_one(whole_house: Any) -> None:
    desk, user = whole_house.desk, f"Enacted {uuid4().hex[:12]}"
    action = (await desk.post("/bans/v1/actions", proposal(str(uuid4()), user), role="evaluator")).json()
    for level in steps.LEVELS:
        body = {"level": level, "verdict": "approve", "digest": action["review"]["digest"], "note": "Read in full."}
        signed = await desk.post(f"/bans/v1/actions/{action['id']}/reviews", body, role=level)
        assert signed.is_success, signed.text
    path = f"/bans/v1/actions/{action['id']}/enactment"
    answers = await asyncio.gather(*(desk.post(path, {}, role="enforcer", sub=f"enforcer-{n}") for n in EIGHT))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    assert {code for one in answers if one.status_code == 409 for code in codes(one)} <= {"enacted_already", "not_approved"}
    [row] = await whole_house.sql(
        "SELECT count(*) FROM ban.outbox WHERE key LIKE $1 AND convert_from(payload, 'UTF8') LIKE $2", f"%{action['id']}%", '%"enacted"%'
    )
    assert row[0] >= 1
    said = await whole_house.sql(
        "SELECT 1 FROM ban.outbox WHERE key LIKE $1 AND convert_from(payload, 'UTF8')::jsonb ->> 'action_change_kind' = 'enacted'",
        f"%{action['id']}%",
    )
    assert len(said) == 1


async def test_eight_proposals_of_one_text_are_one(whole_house: Any) -> None:
    case_id, user = str(uuid4()), f"Proposed {uuid4().hex[:12]}"
    body = proposal(case_id, user)
    answers = await asyncio.gather(*(whole_house.desk.post("/bans/v1/actions", body, role="evaluator") for _ in EIGHT))
    done = [answer.json()["id"] for answer in answers if answer.status_code == 201]
    assert len(set(done)) == 1
    assert all(answer.status_code in (201, 409) for answer in answers)
    assert len(await whole_house.sql("SELECT 1 FROM ban.action WHERE case_id = $1", case_id)) == 1


async def test_the_same_request_under_eight_keys_is_eight_and_they_are_linked(whole_house: Any) -> None:
    body = steps.request_for(f"Asked {uuid4().hex[:12]}")
    answers = await asyncio.gather(*(whole_house.desk.post("/intake/v1/requests", body, role="requester_desk") for _ in EIGHT))
    assert [answer.status_code for answer in answers] == [201] * 8
    found = [answer.json() for answer in answers]
    assert len({one["id"] for one in found}) == 8
    states = [one["state"] for one in found]
    linked = await whole_house.sql(
        "SELECT 1 FROM intake.audit WHERE operation LIKE '%:request:linked' AND aggregate_id = ANY($1::uuid[])",
        [one["id"] for one in found],
    )
    assert len({one.get("case_id") for one in found}) == 1 or states.count("duplicate") == 7 or len(linked) == 7


def codes(answer: httpx.Response) -> set[str]:
    return {reason["code"] for reason in answer.json()["reasons"]}


async def test_a_stale_etag_is_told_and_changes_nothing(whole_house: Any, matters: dict[str, str]) -> None:
    desk = whole_house.desk
    user = f"Stale {uuid4().hex[:12]}"
    request = (await desk.post("/intake/v1/requests", steps.request_for(user), role="requester_desk")).json()
    action = (await desk.post("/bans/v1/actions", proposal(str(uuid4()), user), role="evaluator")).json()
    await whole_house.settle()
    review = {"level": "team_peer", "verdict": "approve", "digest": action["review"]["digest"], "note": "Read."}
    writes = [
        (f"/intake/v1/cases/{request['case_id']}", "assignment", "evaluator", {"assignee": "evaluator-1"}),
        (f"/bans/v1/actions/{action['id']}", "reviews", "team_peer", review),
        (f"/bans/v1/actions/{action['id']}", "withdrawal", "evaluator", {"note": "No longer needed."}),
        (f"/appeals/v1/appeals/{matters['appeal_id']}", "counsel", "legal", {"verdict": "approve", "note": "To be heard."}),
    ]
    for thing, what, role, body in writes:
        before = await whole_house.counts()
        for stale in ('"4711"', 'W/"4711"', '"4711", "4712"'):
            answer = await desk.post(f"{thing}/{what}", body, role=role, headers={"If-Match": stale})
            assert (answer.status_code, answer.json()["type"]) == (409, "/problems/version_conflict"), (what, answer.text)
        broken = await desk.post(f"{thing}/{what}", body, role=role, headers={"If-Match": "yesterday"})
        assert broken.status_code == 422
        assert await whole_house.counts() == before, what
    for thing, what, role, body in writes[:3]:
        tag = (await desk.get(thing, role=role, sub=f"{role}-1")).headers.get("etag") or '"1"'
        assert (await desk.post(f"{thing}/{what}", body, role=role, headers={"If-Match": tag})).is_success, what


async def test_an_etag_is_answered_and_known_again(whole_house: Any, matters: dict[str, str]) -> None:
    for path, role in (
        (f"/intake/v1/cases/{matters['case_id']}", "auditor"),
        (f"/bans/v1/actions/{matters['action_id']}", "auditor"),
        (f"/appeals/v1/appeals/{matters['appeal_id']}", "auditor"),
    ):
        first = await whole_house.desk.get(path, role=role)
        assert first.headers["etag"] == f'"{first.json()["version"]}"'
        again = await whole_house.desk.get(path, role=role, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
