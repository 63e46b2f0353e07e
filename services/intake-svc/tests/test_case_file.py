"""A case as a file: notes, findings, reports, holds, and all of it for counsel or a court (R59, R73, R95, R99, R113, D27)."""

import json
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from chassis.testing import Desk
from kernel.kinds import Kind

CASES = "/intake/v1/cases"
EVA: dict[str, Any] = {"role": "evaluator", "sub": "eva"}
LEA: dict[str, Any] = {"role": "legal", "sub": "lea"}
Filed = Callable[..., Awaitable[dict[str, Any]]]
Taken = Callable[..., Awaitable[str]]
Said = Callable[[str], Awaitable[list[tuple[str, int]]]]


def codes(answer: Any) -> list[str]:
    return [reason["code"] for reason in answer.json()["reasons"]]


async def test_a_note_is_sealed_and_corrected_by_another(desk: Desk, taken: Taken) -> None:
    case_id = await taken()
    path = f"{CASES}/{case_id}/notes"
    first = (await desk.post(path, {"text": "The second wiki will write."}, **EVA)).json()
    fixed = await desk.post(path, {"text": "The third wiki will write.", "corrects": first["id"]}, **EVA)
    assert (fixed.status_code, fixed.json()["topic"]) == (201, "correction")
    again = await desk.post(path, {"text": "No.", "corrects": first["id"]}, **EVA)
    assert codes(again) == ["corrected_already"]
    assert codes(await desk.post(path, {"text": "No.", "corrects": str(uuid4())}, **EVA)) == ["no_such_note"]
    assert (await desk.get(path, **EVA)).status_code == 400
    read = (await desk.get(path, **EVA, reason="my case")).json()["items"]
    assert [(one["text"], one["by"], one["role"]) for one in read] == [
        ("The second wiki will write.", "eva", "evaluator"),
        ("The third wiki will write.", "eva", "evaluator"),
    ]
    assert (await desk.get(path, role="evaluator", sub="olga", reason="curious")).status_code == 404
    assert (await desk.post(path, {"text": "Mine."}, role="evaluator", sub="olga")).status_code == 404
    [row] = await desk.sql("SELECT text FROM note WHERE id = $1", UUID(first["id"]))
    assert b"second wiki" not in row["text"]
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await desk.sql("UPDATE note SET text = text WHERE id = $1", UUID(first["id"]))


async def test_what_was_found_is_told_with_the_recommendation_and_refuses_nothing(desk: Desk, taken: Taken, spec: dict[str, Any]) -> None:
    case_id = await taken()
    path = f"{CASES}/{case_id}"
    points = (await desk.get(f"{path}/evaluation", **EVA, reason="my case")).json()["items"]
    assert {"pattern", "smallest_action"} <= {one["point"] for one in points}
    assert all(one["open"] for one in points)
    for one in points:
        finding = {"point": one["point"], "found": "met", "facts": f"Seen on {one['point']}."}
        answer = await desk.post(f"{path}/findings", finding, **EVA)
        assert answer.status_code == 201
    smaller = await desk.post(f"{path}/findings", {"point": "smallest_action", "found": "not_met", "facts": "A warning would do."}, **EVA)
    [smallest] = [one for one in smaller.json()["items"] if one["point"] == "smallest_action"]
    assert [one["found"] for one in smallest["findings"]] == ["met", "not_met"]
    other = await desk.post(f"{path}/findings", {"point": "rarest", "found": "met", "facts": "No page."}, **EVA)
    assert codes(other) == ["no_such_point"]
    form = {"course": "act", "rationale": "It goes on.", "action": spec}
    made = await desk.post(f"{path}/recommendations", form, **EVA)
    assert (made.status_code, [one["code"] for one in made.json()["open_points"]]) == (201, ["not_the_smallest"])
    trail = (await desk.get(f"{path}/timeline", role="auditor")).json()["items"]
    assert [one["code"] for one in trail[-1]["reasons"]] == ["not_the_smallest"]
    rows = await desk.sql("SELECT facts FROM finding WHERE case_id = $1", UUID(case_id))
    assert all(b"warning" not in row["facts"] for row in rows)
    late = await desk.post(f"{path}/findings", {"point": "pattern", "found": "met", "facts": "Late."}, **EVA)
    assert codes(late) == ["not_evaluated_now"]


async def test_a_secondary_action_names_the_separate_report_that_led_to_it(
    desk: Desk, file: Filed, taken: Taken, spec: dict[str, Any], said: Said
) -> None:
    direct = await taken(kind="conduct_warning")
    path = f"{CASES}/{direct}"
    mine = (await desk.get(path, **EVA)).json()["request_ids"][0]
    assert codes(await desk.post(f"{path}/reports", {"request_id": mine, "note": "It asked."}, **EVA)) == ["not_separate"]
    report = (await file(kind="other", grounds=["Look into it."]))["id"]
    body = {"request_id": report, "note": "Its evaluation showed it."}
    assert [one["request_id"] for one in (await desk.post(f"{path}/reports", body, **EVA)).json()["items"]] == [report]
    assert len((await desk.post(f"{path}/reports", body, **EVA)).json()["items"]) == 1
    assert [one["by"] for one in (await desk.get(f"{path}/reports", **EVA)).json()["items"]] == ["eva"]
    other = await taken(kind="conduct_warning")
    form = {"course": "act", "rationale": "Now.", "action": spec | {"kind": Kind.CONDUCT_WARNING}}
    open_of = [
        [one["code"] for one in (await desk.post(f"{CASES}/{case_id}/recommendations", form, **EVA)).json()["open_points"]]
        for case_id in (direct, other)
    ]
    assert open_of == [["checklist_open"], ["checklist_open", "no_separate_report"]]


async def test_what_grew_is_on_record_and_leaves_the_clock(desk: Desk, taken: Taken, said: Said) -> None:
    case_id = await taken()
    before = (await desk.get(f"{CASES}/{case_id}", **EVA)).json()
    after = (await desk.post(f"{CASES}/{case_id}/expansions", {"note": "A third wiki wrote."}, **EVA)).json()
    assert (after["clock"], after["version"]) == (before["clock"], before["version"] + 1)
    assert (await said(case_id))[-1] == ("expanded", 3)


async def test_a_hold_outranks_the_destruction_of_the_key(desk: Desk, taken: Taken) -> None:
    case_id = await taken()
    path = f"{CASES}/{case_id}/holds"
    assert (await desk.post(path, {"reason": "Mine."}, **EVA)).status_code == 403
    past = {"reason": "A court.", "until": "2020-01-01T00:00:00Z", "record": "note", "record_id": str(uuid4())}
    assert codes(await desk.post(path, past, **LEA)) == ["not_of_this_case", "hold_is_over"]
    assert (await desk.post(path, {"reason": "A court.", "record": "note"}, **LEA)).status_code == 422
    hold = (await desk.post(path, {"reason": "A court asked for it."}, **LEA)).json()
    destroy = "UPDATE data_key SET wrapped = NULL, ring_key = NULL, destroyed_at = now() WHERE id = $1"
    with pytest.raises(asyncpg.CheckViolationError, match="a legal hold lies on what this key opens"):
        await desk.sql(destroy, UUID(case_id))
    with pytest.raises(asyncpg.CheckViolationError, match="stays as it was laid"):
        await desk.sql("UPDATE hold SET until = now() WHERE id = $1", UUID(hold["id"]))
    assert (await desk.call("DELETE", f"{path}/{hold['id']}", json={"reason": "Over."}, **LEA)).status_code == 200
    assert codes(await desk.call("DELETE", f"{path}/{hold['id']}", json={"reason": "Over."}, **LEA)) == ["held_no_more"]
    listed = (await desk.get(path, role="auditor", reason="audit")).json()["items"]
    assert [(one["record"], one["reason"], one["release_reason"]) for one in listed] == [("case", "A court asked for it.", "Over.")]
    with pytest.raises(asyncpg.CheckViolationError, match="the matter goes on that this key opens"):
        await desk.sql(destroy, UUID(case_id))


async def test_the_file_has_everything_names_its_reader_and_is_logged(desk: Desk, taken: Taken, spec: dict[str, Any]) -> None:
    case_id = await taken()
    path = f"{CASES}/{case_id}"
    await desk.post(f"{path}/notes", {"text": "A word of mine."}, **EVA)
    await desk.post(f"{path}/holds", {"reason": "A court asked for it."}, **LEA)
    until = {"until": "2090-01-01T00:00:00Z", "cause": "new_information", "note": "A second wiki wrote."}
    await desk.post(f"{path}/extensions", until, **EVA)
    await desk.post(f"{path}/findings", {"point": "prompted", "found": "met", "facts": "Two complaints."}, **EVA)
    await desk.post(f"{path}/recommendations", {"course": "act", "rationale": "It goes on.", "action": spec}, **EVA)
    assert (await desk.get(f"{path}/file", **LEA)).status_code == 400
    assert (await desk.get(f"{path}/file", **EVA, reason="mine")).status_code == 403
    read = await desk.get(f"{path}/file", **LEA, reason="docket 26-1")
    assert read.status_code == 200, read.text
    found = read.json()
    mark = found["marked"]
    assert (mark["reader"], mark["role"], mark["reason"]) == ("lea", "legal", "docket 26-1")
    assert found["requests"][0]["content"]["summary"] == "The account harasses contributors on two wikis."
    assert found["requests"][0]["requester"]["email"] == "Contributor@Example.org"
    assert [one["text"] for one in found["notes"]] == ["A word of mine."]
    assert [one["note"] for one in found["extensions"]] == ["A second wiki wrote."]
    assert (found["recommendations"][0]["rationale"], found["recommendations"][0]["spec"]) == ("It goes on.", spec)
    assert {one["point"]: one["open"] for one in found["evaluation"]}["prompted"] is False
    assert [one["reason"] for one in found["holds"]] == ["A court asked for it."]
    assert {"case opened", "case noted", "case held", "case recommended"} <= {one["what"] for one in found["timeline"]}
    again = (await desk.get(f"{path}/file", role="auditor", reason="the year's audit")).json()
    assert ("lea", "docket 26-1") in {(one["sub"], one["reason"]) for one in again["accesses"]}
    assert "case file read" in {one["what"] for one in again["timeline"]}


async def test_the_file_of_a_case_of_the_lane_is_the_named_groups(desk: Desk, file: Filed) -> None:
    lane = (await file(kind="child_protection", channel="legal_reports", summary="reported material"))["case_id"]
    path = f"{CASES}/{lane}/file"
    assert (await desk.get(path, **LEA, reason="docket 26-1")).status_code == 404
    assert (await desk.post(f"{CASES}/{lane}/holds", {"reason": "A court."}, **LEA)).status_code == 404
    read = await desk.get(path, role=("legal", "child_protection"), sub="nora", reason="docket 26-1")
    assert (read.status_code, read.json()["case"]["kind"]) == (200, "child_protection")
    assert json.loads(read.text)["evidence"] == []
