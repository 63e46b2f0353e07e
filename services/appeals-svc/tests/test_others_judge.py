"""Appeals that are not the committee's: two of the staff, or counsel alone; the committee's chairs; taking back, translating (D13, D14)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from chassis.edge import new_id
from chassis.testing import Desk


def codes(answer: Any) -> list[str]:
    assert answer.status_code == 409, answer.text
    return [reason["code"] for reason in answer.json()["reasons"]]


async def test_two_of_the_staff_who_had_no_part_judge_a_refusal(bus: Any, court: Any, clerk: Any) -> None:
    request_id = new_id()
    await bus.request("refused", request_id, by="evaluator:eva", state="refused", decided_at=bus.now)
    appeal = await court.accepted(request_id, kind="request", role="requester")

    async def name(*reviewers: str) -> Any:
        return await court.ask("POST", f"/appeals/{appeal}/panel", "facilitator", "fay", {"reviewers": reviewers})

    assert codes(await name()) == ["reviewers_wanted"]
    assert codes(await name("rosa", "eva")) == ["reviewer_took_part"]
    assert codes(await name("rosa", "fay")) == ["names_themselves"]
    assert (await name("rosa", "sam")).status_code == 200
    assert (await court.clear(appeal)).json()["state"] == "in_panel"
    left = await court.ask("POST", f"/appeals/{appeal}/recusals", "team_peer", "sam", {"why": "I know them."})
    assert left.json()["seats"] == 1
    assert codes(await name("sam")) == ["seated_before"]
    assert (await name("tom")).status_code == 200
    await court.clear(appeal)
    for sub, vote in (("rosa", "overturn"), ("tom", "ratify")):
        body = {"vote": vote, "note": "As the record shows."}
        assert (await court.ask("POST", f"/appeals/{appeal}/reviews", "team_manager", sub, body)).status_code == 200
    assert (await court.answer(appeal)).json()["outcome"] == "ratified"
    assert (await clerk.said(appeal))[2:4] == ["panel_seated", "recused"]


async def test_child_protection_is_answered_by_counsel_alone(bus: Any, court: Any, desk: Desk) -> None:
    measure = await bus.enacted(kind="child_protection")
    await bus.action("review_recorded", measure, by="legal:lena", reviewed_level="legal", review_verdict="approve")
    appeal = await court.accepted(measure)
    assert codes(await court.ask("POST", f"/appeals/{appeal}/panel", "facilitator", "fay", {})) == ["counsel_alone"]
    body = {"vote": "ratify", "reply": "The decision stands."}
    assert codes(await court.ask("POST", f"/appeals/{appeal}/answer", "legal", "lena", body)) == ["counsel_took_part"]
    assert (await court.ask("POST", f"/appeals/{appeal}/answer", "legal", "cora", body)).json()["outcome"] == "ratified"
    assert await desk.sql("SELECT 1 FROM seat WHERE appeal_id = $1", appeal) == []
    other = await court.accepted(await bus.enacted())
    assert codes(await court.ask("POST", f"/appeals/{other}/answer", "legal", "cora", body)) == ["not_counsels_alone"]


async def test_ten_chairs_under_pseudonyms_and_who_sits_is_counsels_to_open(court: Any, desk: Desk) -> None:
    members = (await court.ask("GET", "/committee/members", "facilitator")).json()["items"]
    assert len(members) == 10
    body = {"pseudonym": "Reviewer 11", "sub": "member-11", "name": "Another Example"}
    full = await desk.post("/appeals/v1/committee/members", body, role="legal", sub="cora")
    assert codes(full) == ["committee_full"]
    again = await desk.post(
        "/appeals/v1/committee/members", {**body, "pseudonym": "reviewer 3", "sub": "member-3"}, role="legal", sub="cora"
    )
    assert codes(again) == ["committee_full", "pseudonym_used", "sits_already"]
    path = f"/appeals/v1/committee/members/{members[3]['id']}/identity"
    assert (await desk.get(path, role="legal", sub="cora")).status_code == 400
    assert (await desk.get(path, role="facilitator", reason="curious")).status_code == 403
    assert (await desk.get(path, role="legal", sub="cora", reason="clearance")).json()["name"] == "Member Example 3"
    looks = await desk.sql("SELECT sub FROM access_log WHERE operation = 'http:read_identity' AND aggregate_id = $1", members[3]["id"])
    assert [row["sub"] for row in looks] == ["cora"]
    rows = await desk.sql("SELECT to_jsonb(m)::text AS row FROM member m")
    assert not any("Example" in row["row"] or "member-" in row["row"] for row in rows)


async def test_a_chair_that_was_left_is_free_for_another(court: Any, desk: Desk) -> None:
    members = (await court.ask("GET", "/committee/members", "legal")).json()["items"]
    path = f"/appeals/v1/committee/members/{members[9]['id']}/departure"
    assert "until" in (await desk.post(path, {}, role="legal", sub="cora")).json()
    assert codes(await desk.post(path, {}, role="legal", sub="cora")) == ["left_already"]
    used = {"pseudonym": "Reviewer 9", "sub": "member-9", "name": "Member Example 9"}
    assert codes(await desk.post("/appeals/v1/committee/members", used, role="legal", sub="cora")) == ["pseudonym_used"]
    body = {"pseudonym": f"Reviewer 9{new_id().hex[:6]}", "sub": "member-9", "name": "Member Example 9"}
    assert (await desk.post("/appeals/v1/committee/members", body, role="legal", sub="cora")).status_code == 201


async def test_an_appeal_taken_back_before_the_gate_may_come_again_and_after_it_not(bus: Any, clerk: Any, desk: Desk) -> None:
    ban = await bus.enacted()
    first = (await clerk.file(ban)).json()["id"]
    path = f"/appeals/v1/appeals/{first}/withdrawal"
    assert (await desk.post(path, {}, role="requester_desk", sub="somebody-else")).status_code == 404
    assert (await desk.post(path, {}, role="requester_desk")).json()["state"] == "withdrawn"
    assert codes(await desk.post(path, {}, role="requester_desk")) == ["appeal_ended"]
    assert await clerk.said(first) == ["filed", "withdrawn"]
    second = (await clerk.file(ban)).json()
    assert second["state"] == "with_counsel"
    await clerk.counsel(second["id"])
    gone = (await desk.post(f"/appeals/v1/appeals/{second['id']}/withdrawal", {}, role="requester_desk")).json()
    assert (gone["state"], gone["clock"]["state"]) == ("withdrawn", "stopped")
    assert (await clerk.file(ban)).json()["eligibility"]["reasons"][0]["code"] == "already_appealed"


async def test_an_appeal_in_another_language_keeps_its_date_and_is_read_in_both(bus: Any, court: Any, clerk: Any, desk: Desk) -> None:
    appeal = await court.accepted(await bus.enacted(), locale="de", reasons="Das war jemand anderes.")
    await desk.advance(timedelta(days=1))
    draw = ("POST", f"/appeals/{appeal}/panel", "facilitator", "fay", {})
    assert codes(await court.ask(*draw)) == ["translation_missing"]
    path, body = f"/appeals/v1/appeals/{appeal}/translation", {"text": "It was somebody else."}
    assert (await desk.post(path, body, role="requester_desk")).status_code == 200
    assert codes(await desk.post(path, body, role="requester_desk")) == ["translated_already"]
    five = await court.seated(appeal)
    shown = await court.ask("GET", f"/appeals/{appeal}/file", "committee", five[0])
    assert shown.status_code == 200, shown.text
    file = shown.json()
    assert (file.get("locale"), file.get("reasons"), file.get("translation")) == ("de", "Das war jemand anderes.", "It was somebody else.")
    english = await court.accepted(await bus.enacted())
    assert codes(await desk.post(path.replace(appeal, english), body, role="requester_desk")) == ["nothing_to_translate"]
