"""Counsel's gate and the 28 days from its approval (R104, R97, D13)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from appeals_svc.model import MOVES
from chassis.edge import new_id
from chassis.testing import Desk


async def test_counsel_refuses_and_that_is_the_end(bus: Any, clerk: Any) -> None:
    appeal = (await clerk.file(await bus.enacted())).json()["id"]
    assert (await clerk.counsel(appeal, "refuse")).json()["state"] == "refused_by_counsel"
    again = await clerk.counsel(appeal)
    assert (again.status_code, [one["code"] for one in again.json()["reasons"]]) == (409, ["not_with_counsel"])
    assert await clerk.said(appeal) == ["filed", "refused_by_counsel"]


async def test_whoever_took_part_in_what_is_appealed_is_out(bus: Any, clerk: Any, desk: Desk) -> None:
    case_id, request_id = new_id(), new_id()
    await bus.request("received", request_id, by="legal:rita")
    await bus.case("opened", case_id, request_ids=(request_id,))
    await bus.case("assigned", case_id, by="team_manager:mona", assignee="eva", request_ids=(request_id,))
    ban = await bus.enacted(case_id=case_id)
    await bus.action("review_recorded", ban, by="legal:lena", reviewed_level="legal", review_verdict="approve")
    appeal = (await clerk.file(ban)).json()["id"]
    for sub in ("lena", "eva", "mona", "rita", "enzo"):
        refused = await clerk.counsel(appeal, sub=sub)
        assert (refused.status_code, [one["code"] for one in refused.json()["reasons"]]) == (409, ["counsel_took_part"]), sub
    trail = await desk.sql("SELECT sub FROM audit WHERE aggregate_id = $1 AND outcome = 'refused'", appeal)
    assert {row["sub"] for row in trail} == {"lena", "eva", "mona", "rita", "enzo"}
    assert (await clerk.counsel(appeal)).json()["state"] == "accepted"


async def test_a_ruling_tells_whoever_took_part_once_and_in_one_order(bus: Any, clerk: Any, desk: Desk) -> None:
    case_id, request_ids = new_id(), (new_id(), new_id())
    for request_id in request_ids:
        await bus.request("received", request_id, by="legal:rita")
    await bus.case("opened", case_id, request_ids=request_ids)
    await bus.case("assigned", case_id, by="team_manager:mona", assignee="eva", request_ids=request_ids)
    appeal = (await clerk.file(await bus.enacted(case_id=case_id))).json()["id"]
    await clerk.counsel(appeal)
    facts = (await desk.sql("SELECT facts::text AS told FROM ruling WHERE appeal_id = $1 AND what = 'gate'", appeal))[0]["told"]
    told = [(one["sub"], one["role"]) for one in json.loads(facts)["participants"]]
    assert ("rita", "legal") in told
    assert told == sorted(set(told))


async def test_signing_another_ban_is_no_conflict(bus: Any, clerk: Any) -> None:
    await bus.action("review_recorded", await bus.enacted(), by="legal:cora", reviewed_level="legal", review_verdict="approve")
    appeal = (await clerk.file(await bus.enacted())).json()["id"]
    assert (await clerk.counsel(appeal)).status_code == 200


async def test_an_accepted_appeal_is_at_risk_and_late_once_each_and_goes_on(bus: Any, clerk: Any, desk: Desk) -> None:
    appeal = (await clerk.file(await bus.enacted())).json()["id"]
    await desk.advance(timedelta(days=40))
    accepted = (await clerk.counsel(appeal)).json()
    await desk.advance(timedelta(days=21))
    assert (await desk.get(f"/appeals/v1/appeals/{appeal}", role="legal")).json()["clock"]["state"] == "at_risk"
    await desk.advance(timedelta(days=30))
    late = (await desk.get(f"/appeals/v1/appeals/{appeal}", role="legal")).json()
    assert (late["state"], late["clock"]["state"], late["clock"]["target_at"]) == ("accepted", "breached", accepted["clock"]["target_at"])
    assert await clerk.said(appeal) == ["filed", "accepted", "at_risk", "breached"]


async def test_a_stale_etag_is_told_and_changes_nothing(bus: Any, clerk: Any, desk: Desk) -> None:
    filed = await clerk.file(await bus.enacted(), reasons=None)
    appeal = filed.json()["id"]
    assert filed.headers["etag"] == '"1"'
    await desk.post(f"/appeals/v1/appeals/{appeal}/reasons", {"reasons": "It was not me."}, role="requester_desk")
    stale = await clerk.counsel(appeal, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["reasons"][0]["code"]) == (409, "version_conflict")
    assert (await clerk.counsel(appeal, headers={"If-Match": '"2"'})).status_code == 200


async def test_the_database_allows_the_moves_of_the_model_and_no_other(bus: Any, clerk: Any, desk: Desk) -> None:
    source = (await desk.sql("SELECT prosrc FROM pg_proc WHERE proname = 'appeal_moves'"))[0]["prosrc"]
    for before, after in ((a, b) for a in MOVES for b in MOVES if a != b):
        assert (f"('{before}', '{after}')" in source) == (after in MOVES[before])
    appeal = (await clerk.file(await bus.enacted())).json()["id"]
    for wrong in ("state = 'filed'", "state = 'accepted'", "filed_at = now()", "reasons = NULL", "verified_by = 'somebody'"):
        with pytest.raises(asyncpg.CheckViolationError):
            await desk.sql(f"UPDATE appeal SET {wrong} WHERE id = $1", appeal)
