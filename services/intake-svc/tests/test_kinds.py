"""A case of another kind keeps its receipt, its clock is told, figures count against the first targets (R50, R87, R96-R98, D5, D20)."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from chassis.testing import Desk, House
from intake_svc.app import SERVICE

CASES = "/intake/v1/cases"
EVA: dict[str, Any] = {"role": "evaluator", "sub": "eva"}
NORA: dict[str, Any] = {"role": ("evaluator", "child_protection"), "sub": "nora", "reason": "the lane"}
Taken = Callable[..., Awaitable[str]]
Said = Callable[[str], Awaitable[list[tuple[str, int]]]]


def codes(answer: Any) -> list[str]:
    return [reason["code"] for reason in answer.json()["reasons"]]


async def change(desk: Desk, case_id: str, kind: str, **who: Any) -> Any:
    return await desk.post(f"{CASES}/{case_id}/kind", {"kind": kind, "reason": "So it turned out."}, **(who or EVA))


async def test_another_kind_keeps_the_receipt_and_says_what_became_of_the_clock(desk: Desk, taken: Taken, said: Said) -> None:
    case_id = await taken()
    before = (await desk.get(f"{CASES}/{case_id}", **EVA)).json()
    kept = (await change(desk, case_id, "event_ban")).json()
    assert (kept["clock"]["code"], kept["case"]["clock"]) == ("clock_kept", before["clock"])
    extension = {"until": "2090-01-01T00:00:00Z", "cause": "unforeseen", "note": "Ill."}
    assert (await desk.post(f"{CASES}/{case_id}/extensions", extension, **EVA)).status_code == 200
    ended = (await change(desk, case_id, "conduct_warning")).json()
    assert (ended["clock"]["code"], ended["target_before"]) == ("clock_ended", before["clock"]["target_at"])
    assert "clock" not in ended["case"]
    started = (await change(desk, case_id, "global_ban")).json()
    assert started["clock"]["code"] == "clock_started"
    assert started["case"]["clock"] == before["clock"], "from first receipt, and what was extended before counts no more"
    assert started["case"]["received_at"] == before["received_at"]
    assert codes(await change(desk, case_id, "global_ban")) == ["same_kind"]
    assert [kind for kind, _ in await said(case_id)].count("expanded") == 3
    with pytest.raises(asyncpg.CheckViolationError, match="another kind is on record"):
        await desk.sql(
            """UPDATE "case" SET kind = 'checkuser', target_at = NULL, at_risk_at = NULL, clock_state = NULL WHERE id = $1""", UUID(case_id)
        )


async def test_what_becomes_child_protection_leaves_files_marks_and_holder_behind(desk: Desk, taken: Taken) -> None:
    case_id = await taken(subjects=[{"user": "nobody special"}])
    path = f"{CASES}/{case_id}"
    file = await desk.post(
        f"{path}/evidence", content=b"words of a chat", params={"source": "mail"}, headers={"Content-Type": "text/plain"}, **EVA
    )
    assert file.status_code == 201
    changed = await change(desk, case_id, "child_protection")
    assert (changed.status_code, changed.json()["clock"]["code"]) == (200, "clock_changed")
    shown = changed.json()["case"]
    assert (shown["priority"], shown.get("assignee")) == ("urgent", None)
    assert datetime.fromisoformat(shown["clock"]["target_at"]) == datetime.fromisoformat(shown["received_at"]) + timedelta(hours=24)
    assert (await desk.get(path, **EVA)).status_code == 404
    assert (await desk.get(f"/intake/v1/requests/{shown['request_ids'][0]}", **EVA)).status_code == 404
    assert (await change(desk, case_id, "global_ban")).status_code == 404
    assert codes(await change(desk, case_id, "global_ban", **NORA)) == ["stays_child_protection"]
    [row] = await desk.sql("SELECT sha256, content, words FROM evidence WHERE case_id = $1", UUID(case_id))
    assert [*row] == [None, None, None]
    [request] = await desk.sql("SELECT matter_hash, subject_hashes FROM request WHERE case_id = $1", UUID(case_id))
    assert [*request] == [None, []]
    with pytest.raises(asyncpg.CheckViolationError, match="stay as they are"):
        await desk.sql("""UPDATE "case" SET kind = 'other' WHERE id = $1""", UUID(case_id))


async def test_the_figures_count_against_the_first_targets_and_a_breach_gets_its_cause(house: House) -> None:
    desk = await house.desk(SERVICE, fresh=True)
    body = {
        "kind": "global_ban", "channel": "ca", "summary": "It goes on.", "requester": {"standing_as": "community"},
        "subjects": [{"user": "Example"}], "grounds": ["harassment_multiple_projects"], "evidence": [{"text": "Here."}],
        "local_attempts_waiver": "Nobody answers.",
    }  # fmt: skip
    ids = []
    for _ in range(3):
        ids.append((await desk.post("/intake/v1/requests", body, role="requester_desk")).json()["case_id"])
        assert (await desk.post(f"{CASES}/{ids[-1]}/assignment", {"assignee": "eva", "for": "P92D"}, **EVA)).status_code == 200
    cause = {"cause": "new_information", "note": "A second wiki answered late."}
    assert codes(await desk.post(f"{CASES}/{ids[0]}/breach-causes", cause, **EVA)) == ["not_breached"]
    until = (await desk.get(f"{CASES}/{ids[1]}", **EVA)).json()["clock"]["target_at"].replace("2026", "2027").replace("2027", "2028")
    assert (await desk.post(f"{CASES}/{ids[1]}/extensions", {"until": until, **cause}, **EVA)).status_code == 200
    await desk.advance(timedelta(days=29))
    assert (await change(desk, ids[2], "conduct_warning")).status_code == 200
    figures = (await desk.get("/intake/v1/clock-figures", role="auditor")).json()["kinds"]
    ban = {"in_time": 0, "late": 0, "running": 0, "at_risk": 0, "past": 2, "extended": 1, "unexplained": 1, "turned": 1, "turned_late": 1}
    assert figures == [{"kind": "global_ban", **ban}]
    explained = await desk.post(f"{CASES}/{ids[0]}/breach-causes", cause, **EVA)
    assert (explained.status_code, explained.json()["by"]) == (201, "eva")
    figures = (await desk.get("/intake/v1/clock-figures", role="team_manager")).json()["kinds"]
    assert figures == [{"kind": "global_ban", **ban, "unexplained": 0}]
    turned = (await desk.get("/intake/v1/clock-figures?since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z", role="auditor")).status_code
    assert turned == 422
    # How long answers take is told besides, from first receipt, for the aim is as soon as possible (R100).
    for case_id, pause in ((ids[0], 2), (ids[1], 0)):
        path, ended = f"{CASES}/{case_id}/resolution", {"how": "resolved_before_action", "note": "It is over."}
        assert (await desk.post(path, ended, **EVA)).status_code == 201
        assert (await desk.post(f"{path}/confirmation", {"note": "Yes."}, role="team_peer", sub="pia")).status_code == 200
        await desk.advance(timedelta(days=pause))
    answers = (await desk.get("/intake/v1/clock-figures", role="auditor")).json()["answers"]
    assert answers == [{"kind": "global_ban", "answered": 2, "median_hours": 30 * 24.0, "longest_hours": 31 * 24.0}]
    assert await desk.findings() == []
    await desk.close()
