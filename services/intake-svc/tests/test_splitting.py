"""A matter gets its own case with its receipt, its clock and what belongs to it, and a case passes between teams (R86-R88, D12)."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from chassis.testing import Desk

REQUESTS, CASES = "/intake/v1/requests", "/intake/v1/cases"
EVA: dict[str, Any] = {"role": "evaluator", "sub": "eva"}
IDA: dict[str, Any] = {"role": "evaluator", "sub": "ida"}
LEA: dict[str, Any] = {"role": "legal", "sub": "lea", "reason": "what was held"}
DESK: dict[str, Any] = {"role": "requester_desk", "sub": "desk-1"}
WHY = "Two people, two matters."
MATTER: dict[str, Any] = {
    "kind": "event_ban",
    "summary": "The second account came to a meeting.",
    "subjects": [{"user": "Second one"}],
    "grounds": ["harassment_at_events"],
    "evidence": [{"text": "Three people saw it."}],
    "local_attempts_waiver": "It happened off the wikis.",
}
Filed = Callable[..., Awaitable[dict[str, Any]]]
Taken = Callable[..., Awaitable[str]]
Said = Callable[[str], Awaitable[list[tuple[str, int]]]]


@pytest.fixture
async def desk(apart: Desk) -> AsyncIterator[Desk]:
    yield apart
    assert await apart.findings() == []


def codes(answer: Any) -> list[str]:
    return [reason["code"] for reason in answer.json()["reasons"]]


async def case(desk: Desk, case_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await desk.get(f"{CASES}/{case_id}", role="auditor")).json()
    return found


async def split(desk: Desk, case_id: str, **form: Any) -> dict[str, Any]:
    answer = await desk.post(f"{CASES}/{case_id}/splits", {"note": WHY, **form}, **EVA)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_second_matter_of_a_letter_has_its_own_case_from_the_first_receipt(desk: Desk, taken: Taken, said: Said) -> None:
    case_id = await taken()
    before = await case(desk, case_id)
    await desk.advance(timedelta(days=3))
    made = await split(desk, case_id, request_id=before["request_ids"][0], matter=MATTER)
    own, left = await case(desk, made["to_case_id"]), await case(desk, case_id)
    assert (own["kind"], own["state"], own["received_at"], own["reports"]) == ("event_ban", "open", before["received_at"], 1)
    assert own["clock"]["target_at"] == left["clock"]["target_at"] == before["clock"]["target_at"]
    assert (left["state"], left["assignee"], left["request_ids"]) == ("evaluating", "eva", before["request_ids"])
    assert await said(made["to_case_id"]) == [("opened", 1)]
    assert (await said(case_id))[-1] == ("expanded", left["version"])
    filed = (await desk.get(f"{REQUESTS}/{made['request_id']}", **DESK)).json()
    assert (filed["state"], filed["letter_id"], filed["received_at"]) == ("complete", before["request_ids"][0], before["received_at"])
    asked = {"role": "service", "reason": "event 1"}
    requester = (await desk.get(f"{REQUESTS}/{made['request_id']}/requester", **asked)).json()
    assert (requester["name"], requester["email"]) == ("A. Contributor", "Contributor@Example.org")
    for one in (case_id, made["to_case_id"]):
        party = await desk.post(f"{CASES}/{one}/party", {"email": "contributor@example.org"}, **asked)
        assert party.json() == {"party": True}
        notes = (await desk.get(f"{CASES}/{one}/notes", **EVA, reason="to read")).json()["items"]
        assert [(note["topic"], note["text"]) for note in notes] == [("split", WHY)]
        trail = (await desk.get(f"{CASES}/{one}/timeline", role="auditor")).json()["items"]
        assert any(reason["code"] == "split_off" for item in trail for reason in item.get("reasons", []))
        listed = (await desk.get(f"{CASES}/{one}/splits", **EVA)).json()["items"]
        assert [item["id"] for item in listed] == [made["id"]]
    for table in ("split", "audit", "outbox"):
        rows = await desk.sql(f"SELECT {table}::text AS row FROM {table}")
        assert not any(WHY in row["row"] or WHY.encode().hex() in row["row"] for row in rows), table


async def test_two_matters_are_one_again_and_weigh_as_one_letter(desk: Desk, taken: Taken, file: Filed) -> None:
    case_id = await taken()
    letter = (await case(desk, case_id))["request_ids"][0]
    made = await split(desk, case_id, request_id=letter, matter={**MATTER, "kind": "global_ban", "grounds": ["tou_violation"]})
    back = await desk.post(f"{REQUESTS}/{made['request_id']}/joining", {"to": letter, "note": "One after all."}, **EVA)
    assert (back.status_code, back.json()["state"]) == (200, "duplicate")
    assert (await case(desk, made["to_case_id"]))["state"] == "closed"
    joined = await case(desk, case_id)
    assert (joined["reports"], joined["request_ids"]) == (1, [letter, made["request_id"]])
    other = await file()
    await desk.post(f"{REQUESTS}/{other['id']}/joining", {"to": letter, "note": "The same."}, **EVA)
    assert (await case(desk, case_id))["reports"] == 2
    again = await split(desk, case_id, request_id=made["request_id"])
    assert again["to_case_id"] == made["to_case_id"]
    assert [(await case(desk, one))["reports"] for one in (case_id, again["to_case_id"])] == [2, 1]


async def test_what_belongs_to_a_matter_goes_along_and_stays_where_it_was(desk: Desk, taken: Taken, file: Filed) -> None:
    about = {"subjects": [{"user": f"Split {uuid4().hex[:8]}"}]}
    case_id = await taken(**about)
    first = (await case(desk, case_id))["request_ids"][0]
    second = await file(**about)
    await desk.post(f"{REQUESTS}/{second['id']}/joining", {"to": first, "note": "The same."}, **EVA)
    path = f"{CASES}/{case_id}"
    remark = (await desk.post(f"{path}/notes", {"text": "Seen on the other wiki."}, **EVA)).json()
    right = (await desk.post(f"{path}/notes", {"text": "On the third wiki.", "corrects": remark["id"]}, **EVA)).json()
    await desk.post(f"{path}/notes", {"text": "Of the first alone."}, **EVA)
    added = await desk.call(
        "POST", f"{path}/evidence?source=By+mail", content=b"what they wrote", headers={"Content-Type": "text/plain"}, **EVA
    )
    assert added.status_code == 201, added.text
    hold = {"reason": "A court asked."}
    assert (await desk.post(f"{path}/holds", hold, **LEA)).status_code == 201
    piece = {"record": "evidence", "record_id": added.json()["id"], "reason": "That letter."}
    assert (await desk.post(f"{path}/holds", piece, **LEA)).status_code == 201
    elsewhere = await desk.post(f"{path}/splits", {"request_id": second["id"], "note": WHY, "notes": [str(uuid4())]}, **EVA)
    assert codes(elsewhere) == ["not_to_carry"]
    made = await split(desk, case_id, request_id=second["id"], notes=[right["id"]], evidence=[added.json()["id"]])
    own = f"{CASES}/{made['to_case_id']}"
    assert (made["to_case_id"], (await case(desk, made["to_case_id"]))["state"]) == (second["case_id"], "evaluating")
    notes = (await desk.get(f"{own}/notes", **EVA, reason="to read")).json()["items"]
    assert [note["text"] for note in notes] == ["Seen on the other wiki.", "On the third wiki.", WHY]
    assert (notes[0]["carried_from"], notes[1]["corrects"]) == (remark["id"], notes[0]["id"])
    evidence = (await desk.get(f"{own}/evidence", **EVA, reason="to read")).json()["items"]
    assert [(one["sha256"], one["carried_from"]) for one in evidence] == [(added.json()["sha256"], added.json()["id"])]
    content = await desk.get(f"{own}/evidence/{evidence[0]['id']}/content", **EVA, reason="to read")
    assert content.content == b"what they wrote"
    held = (await desk.get(f"{own}/holds", **LEA)).json()["items"]
    assert [(one["record"], one["record_id"], one["reason"]) for one in held] == [
        ("case", made["to_case_id"], "A court asked."),
        ("evidence", evidence[0]["id"], "That letter."),
    ]
    assert len((await desk.get(f"{path}/notes", **EVA, reason="to read")).json()["items"]) == 4
    assert len((await desk.get(f"{path}/evidence", **EVA, reason="to read")).json()["items"]) == 1
    whole = (await desk.get(f"{own}/file", **LEA)).json()
    assert [one["case_id"] for one in whole["splits"]] == [case_id]


async def test_a_threat_in_a_letter_opens_its_case_at_once_whoever_has_the_letter(desk: Desk, taken: Taken, spec: dict[str, Any]) -> None:
    case_id = await taken()
    letter = (await case(desk, case_id))["request_ids"][0]
    form = {"course": "act", "rationale": "As asked.", "action": spec}
    assert (await desk.post(f"{CASES}/{case_id}/recommendations", form, **EVA)).status_code == 201
    asked = {"request_id": letter, "note": WHY}
    refused = await desk.post(f"{CASES}/{case_id}/splits", {**asked, "matter": MATTER}, **EVA)
    assert codes(refused) == ["in_review"]
    made = await split(desk, case_id, request_id=letter, matter={"kind": "other", "grounds": ["threat_of_harm"]})
    own = await case(desk, made["to_case_id"])
    assert (own["kind"], own["priority"]) == ("threat_of_harm", "urgent")
    assert (await case(desk, case_id))["state"] == "in_review"


async def test_a_matter_brings_what_its_kind_asks_and_a_stranger_splits_nothing(desk: Desk, taken: Taken, file: Filed) -> None:
    case_id = await taken()
    letter = (await case(desk, case_id))["request_ids"][0]
    path = f"{CASES}/{case_id}/splits"
    bare = await desk.post(path, {"request_id": letter, "note": WHY, "matter": {"kind": "event_ban"}}, **EVA)
    assert codes(bare) == ["matter_incomplete"]
    minors = await desk.post(path, {"request_id": letter, "note": WHY, "matter": {"kind": "child_protection"}}, **EVA)
    assert codes(minors) == ["lanes_apart"]
    other = await file()
    assert (await desk.post(path, {"request_id": other["id"], "note": WHY, "matter": MATTER}, **EVA)).status_code == 404
    assert (await desk.post(path, {"request_id": other["id"], "note": WHY}, **EVA)).status_code == 404
    assert (await desk.post(path, {"request_id": letter, "note": WHY, "matter": MATTER}, **IDA)).status_code == 404
    assert (await desk.get(path, **EVA)).json()["items"] == []


async def test_a_case_passes_to_the_other_team_and_its_clock_counts_on(desk: Desk, taken: Taken) -> None:
    case_id = await taken()
    before = await case(desk, case_id)
    path = f"{CASES}/{case_id}/hand-overs"
    form = {"team": "legal", "note": "A court order came in."}
    assert (await desk.post(path, form, **IDA)).status_code == 404
    passed = (await desk.post(path, form, **EVA)).json()
    assert (passed["team"], passed.get("assignee"), passed["clock"]) == ("legal", None, before["clock"])
    assert (passed["state"], passed["version"]) == ("evaluating", before["version"] + 1)
    assert codes(await desk.post(path, form, **EVA)) == ["same_team"]
    held = (await desk.get(path, **EVA)).json()["items"]
    assert [(one["from_team"], one["to_team"], one["from_assignee"], one["by"]) for one in held] == [
        ("trust_and_safety", "legal", "eva", "eva")
    ]
    assert [one["team"] for one in (await desk.get(f"{CASES}?team=legal&sort=-due", **EVA)).json()["items"] if one["id"] == case_id]
    notes = (await desk.get(f"{CASES}/{case_id}/notes", **EVA, reason="to read")).json()["items"]
    assert [(note["topic"], note["text"]) for note in notes] == [("hand_over", "A court order came in.")]
    waiting = await desk.sql("SELECT kind FROM deadline WHERE aggregate_id = $1 AND state = 'waiting' ORDER BY kind", UUID(case_id))
    assert [row["kind"] for row in waiting] == ["case.at_risk", "case.breached"]
    await desk.post(f"{CASES}/{case_id}/assignment", {"assignee": "lex"}, role="evaluator", sub="lex")
    back = await desk.post(path, {"team": "trust_and_safety", "note": "Not ours."}, role="team_manager", sub="max")
    assert back.json()["team"] == "trust_and_safety"


async def test_the_database_lets_no_case_change_its_team_and_no_matter_its_receipt_unsaid(desk: Desk, taken: Taken) -> None:
    case_id = await taken()
    made = await split(desk, case_id, request_id=(await case(desk, case_id))["request_ids"][0], matter=MATTER)
    for change, broken in (
        ("UPDATE \"case\" SET team = 'legal' WHERE id = $1", UUID(case_id)),
        ("UPDATE request SET letter_id = NULL WHERE id = $1", UUID(made["request_id"])),
    ):
        with pytest.raises(Exception, match=r"unsaid|stay as they are"):
            await desk.sql(change, broken)
    with pytest.raises(Exception, match="receipt of its letter"):
        await desk.sql(
            "INSERT INTO request SELECT (jsonb_populate_record(request, jsonb_build_object('id', gen_random_uuid(),"
            " 'received_at', now() - interval '9 days'))).* FROM request WHERE id = $1",
            UUID(made["request_id"]),
        )
