"""Requests of one matter are one case, letters go where they belong, alerts are on record, staff never judge themselves (R87, R123)."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from chassis.testing import Desk

REQUESTS, CASES = "/intake/v1/requests", "/intake/v1/cases"
EVA: dict[str, Any] = {"role": "evaluator", "sub": "eva"}
LEA: dict[str, Any] = {"role": "legal", "sub": "lea"}
DESK: dict[str, Any] = {"role": "requester_desk", "sub": "desk-1"}
NOTE = {"note": "The same account, the same week."}
COMPLAINT = {"kind": "other", "grounds": ["staff_complaint"], "local_attempts": None}
Filed = Callable[..., Awaitable[dict[str, Any]]]
Said = Callable[[str], Awaitable[list[tuple[str, int]]]]


def codes(answer: Any) -> list[str]:
    return [reason["code"] for reason in answer.json()["reasons"]]


async def test_a_second_request_joins_the_first_adds_its_weight_and_leaves_again(desk: Desk, file: Filed, said: Said) -> None:
    about = {"subjects": [{"user": f"Joined {uuid4().hex[:8]}"}]}
    first, second = await file(**about), await file(**about)
    seen = (await desk.get(f"{REQUESTS}/{second['id']}", **EVA)).json()
    assert seen["similar_to"] == first["id"]
    assert "similar_to" not in (await desk.get(f"{REQUESTS}/{second['id']}", **DESK)).json()
    joined = (await desk.post(f"{REQUESTS}/{second['id']}/joining", NOTE, **EVA)).json()
    assert (joined["state"], joined["case_id"], joined["duplicate_of"]) == ("duplicate", first["case_id"], first["id"])
    case = (await desk.get(f"{CASES}/{first['case_id']}", **EVA)).json()
    assert (case["reports"], case["request_ids"]) == (2, [first["id"], second["id"]])
    own = (await desk.get(f"{CASES}/{second['case_id']}", **EVA)).json()
    assert (own["state"], own["clock"]["state"]) == ("closed", "stopped")
    assert codes(await desk.post(f"{REQUESTS}/{second['id']}/joining", {**NOTE, "to": first["id"]}, **EVA))[0] == "not_to_join"
    parted = (await desk.post(f"{REQUESTS}/{second['id']}/joining/end", {"note": "Two matters after all."}, **EVA)).json()
    assert (parted["state"], parted["case_id"]) == ("complete", second["case_id"])
    own = (await desk.get(f"{CASES}/{second['case_id']}", **EVA)).json()
    assert (own["state"], own["clock"]["state"]) == ("evaluating", "running")
    assert await said(second["id"]) == [("received", 1), ("duplicate_linked", 2), ("completed", 3)]
    assert await said(first["case_id"]) == [("opened", 1), ("expanded", 2), ("expanded", 3)]
    assert await said(second["case_id"]) == [("opened", 1), ("closed", 2), ("reopened", 3)]
    assert codes(await desk.post(f"{REQUESTS}/{second['id']}/joining/end", NOTE, **EVA)) == ["not_joined"]


async def test_what_a_hold_lies_on_does_not_leave_it_behind(desk: Desk, file: Filed) -> None:
    about = {"subjects": [{"user": f"Held {uuid4().hex[:8]}"}]}
    first, second = await file(**about), await file(**about, summary=None)
    await desk.post(f"{REQUESTS}/{second['id']}/joining", {**NOTE, "to": first["id"]}, **EVA)
    held = (await desk.post(f"{CASES}/{first['case_id']}/holds", {"reason": "A court asked."}, **LEA)).json()
    assert codes(await desk.post(f"{REQUESTS}/{second['id']}/joining/end", NOTE, **EVA)) == ["held_in_its_case"]
    path = f"{CASES}/{first['case_id']}/holds/{held['id']}"
    released = await desk.call("DELETE", path, json={"reason": "The court is done."}, **LEA)
    assert released.status_code == 200, released.text
    assert (await desk.post(f"{REQUESTS}/{second['id']}/joining/end", NOTE, **EVA)).json()["state"] == "incomplete"


async def test_all_who_asked_are_told_how_the_matter_ended(desk: Desk, file: Filed, said: Said) -> None:
    about = {"subjects": [{"user": f"Together {uuid4().hex[:8]}"}]}
    first, second = await file(**about), await file(**about, summary=None)
    await desk.post(f"{REQUESTS}/{second['id']}/joining", NOTE, **EVA)
    path = f"{CASES}/{first['case_id']}/resolution"
    await desk.post(path, {"how": "deferred", "note": "Theirs to decide."}, **EVA)
    await desk.post(f"{path}/confirmation", NOTE, role="team_peer", sub="pia")
    assert await said(second["id"]) == [("received", 1), ("returned", 2), ("duplicate_linked", 3), ("deferred", 4)]
    assert (await said(first["id"]))[-1] == ("deferred", 2)


async def test_a_letter_that_is_a_notice_goes_to_dmca_with_its_first_receipt(desk: Desk, file: Filed, said: Said) -> None:
    filed = await file(kind="other", grounds=["remove my photograph"], subjects=[{"user": "Uploader"}])
    form = {"document": "notice", "note": "It names a work."}
    sent = await desk.post(f"{REQUESTS}/{filed['id']}/forwarding", form, **EVA)
    assert (sent.json()["state"], sent.json()["received_at"]) == ("forwarded", filed["received_at"])
    letter = (await desk.get(f"{REQUESTS}/{filed['id']}/letter", role="service", reason="event 1")).json()
    assert letter["received_at"] == filed["received_at"] < letter["received_by_agent_at"]
    assert await said(filed["id"]) == [("received", 1), ("forwarded", 2)]
    assert await said(filed["case_id"]) == [("opened", 1), ("closed", 2)]
    assert codes(await desk.post(f"{REQUESTS}/{filed['id']}/forwarding", form, **EVA))[0] == "not_to_pass_on"
    minor = await file(kind="child_protection", channel="legal_reports", summary="reported material")
    assert (await desk.post(f"{REQUESTS}/{minor['id']}/forwarding", form, **EVA)).status_code == 404


async def test_an_alert_is_on_record_with_its_case_and_read_with_a_reason(desk: Desk, file: Filed) -> None:
    filed = await file(kind="other", channel="emergency")
    path = f"{CASES}/{filed['case_id']}/alerts"
    at = desk.runtime.clock.law() - timedelta(minutes=5)
    form = {
        "kind": "law_enforcement_alerted",
        "authority": "Planted authority.",
        "happened_at": at.isoformat(),
        "why": "Planted reason of an alert.",
    }
    made = await desk.post(path, form, **EVA)
    assert (made.status_code, made.json()["by"]) == (201, "eva")
    future = {**form, "happened_at": (at + timedelta(days=1)).isoformat()}
    assert codes(await desk.post(path, future, **EVA)) == ["not_yet"]
    assert (await desk.get(path, **EVA)).status_code == 400
    listed = (await desk.get(path, **EVA, reason="what was done")).json()["items"]
    assert [(one["kind"], one["authority"]) for one in listed] == [("law_enforcement_alerted", "Planted authority.")]
    trail = (await desk.get(f"{CASES}/{filed['case_id']}/timeline", role="auditor")).json()["items"]
    assert "case law enforcement alerted" in [item["what"] for item in trail]
    for table in ("alert", "audit", "outbox"):
        rows = await desk.sql(f"SELECT {table}::text AS row FROM {table}")
        assert not any("lanted" in row["row"] or b"lanted".hex() in row["row"] for row in rows), table


async def test_a_complaint_is_kept_from_whom_it_is_about_and_whom_they_lead(desk: Desk, file: Filed) -> None:
    chain = {"olga": "max", "max": "dora", "eva": "ida"}
    for sub, manager in chain.items():
        body = {"contact": f"{sub}@example.org", "line_manager": manager, "team": "trust_and_safety"}
        await desk.call("PUT", f"/intake/v1/staff/{sub}", json=body, role="operator", reason="the directory")
    filed = await file(**COMPLAINT)
    path = f"{CASES}/{filed['case_id']}"
    assert (await desk.get(path, **EVA)).status_code == 404
    assert (await desk.post(f"{path}/assignment", {"assignee": "eva"}, **EVA)).status_code == 404
    assert (await desk.get(path, **LEA)).json()["kind"] == "staff_complaint"
    assert (await desk.post(f"{path}/complained-of", {"persons": ["max"]}, **LEA)).status_code == 200
    for sub in ("max", "olga"):
        hidden: dict[str, Any] = {"role": ("evaluator", "team_manager", "legal"), "sub": sub}
        assert (await desk.get(path, **hidden)).status_code == 404
        assert (await desk.get(f"{REQUESTS}/{filed['id']}", **hidden)).status_code == 404
        listed = (await desk.get(f"{CASES}?kind=staff_complaint", **hidden)).json()["items"]
        assert filed["case_id"] not in [one["id"] for one in listed]
        assert (await desk.post(f"{path}/assignment", {"assignee": sub}, **hidden)).status_code == 404
        assert codes(await desk.post(f"{path}/assignment", {"assignee": sub}, **EVA)) == ["complained_of"]
    dora: dict[str, Any] = {"role": "team_manager", "sub": "dora"}
    assert (await desk.get(path, **dora)).status_code == 200
    assert (await desk.post(f"{path}/assignment", {"assignee": "eva"}, **EVA)).json()["assignee"] == "eva"
    # When it turns out to be about whoever has the case, they have it no more.
    await desk.post(f"{path}/complained-of", {"persons": ["ida"]}, **LEA)
    assert (await desk.get(path, **EVA)).status_code == 404
    assert "assignee" not in (await desk.get(path, **dora)).json()


async def test_a_desk_that_knows_whom_a_complaint_is_about_says_so(desk: Desk, file: Filed) -> None:
    filed = await file(**COMPLAINT, complained_of=["max"])
    path = f"{CASES}/{filed['case_id']}"
    assert (await desk.get(path, **EVA)).status_code == 200
    assert (await desk.get(path, role=("legal", "auditor"), sub="max")).status_code == 404
    wrong = {"kind": "other", "channel": "form", "requester": {"standing_as": "public"}, "complained_of": ["max"]}
    assert (await desk.post(REQUESTS, wrong, **DESK)).status_code == 422


async def test_a_threat_that_a_completion_names_opens_its_case_at_once(desk: Desk, file: Filed) -> None:
    filed = await file(kind="other", summary=None, grounds=None, subjects=None, evidence=None, pages=None)
    assert "case_id" not in filed
    path = f"{REQUESTS}/{filed['id']}/completion"
    urgent = (await desk.post(path, {"grounds": ["threat_of_harm"]}, **DESK)).json()
    assert urgent["state"] == "incomplete"
    case = (await desk.get(f"{CASES}/{urgent['case_id']}", role="auditor")).json()
    assert (case["kind"], case["priority"], case["received_at"]) == ("threat_of_harm", "urgent", filed["received_at"])
    assert await desk.sql("SELECT 1 FROM deadline WHERE aggregate_id = $1 AND state = 'waiting'", UUID(filed["id"])) == []


async def test_a_report_of_a_breach_notes_that_its_sender_is_protected(desk: Desk, file: Filed) -> None:
    filed = await file(kind="other", grounds=["breach_report"], subjects=[{"user": "Banned again"}], local_attempts=None, evidence=None)
    trail = (await desk.get(f"{CASES}/{filed['case_id']}/timeline", role="auditor")).json()["items"]
    opened = next(item for item in trail if item["what"] == "case opened")
    assert [reason["code"] for reason in opened["reasons"]] == ["reporter_protected"]
