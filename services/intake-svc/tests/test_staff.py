"""The staff directory: who answers for an action, now and as it was then (R94)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from chassis.testing import Desk
from intake_svc.rules.staff import StaffFacts, may_enter
from kernel.cases import Case, load_cases

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
ENTRY = {"contact": "ada@example.org", "line_manager": "mona", "team": "trust_and_safety"}


@pytest.mark.parametrize("case", load_cases(Path(__file__).parent / "cases" / "staff.toml"), ids=str)
def test_rules(case: Case) -> None:
    given = case.given
    last = NOW + timedelta(days=given["last"]) if "last" in given else None
    person = StaffFacts(given.get("sub", "ada"), given.get("line_manager"), NOW + timedelta(days=given.get("since", 0)), last)
    assert [reason.code for reason in may_enter(person, now=NOW).reasons] == case.expect["refused"]


@pytest.fixture
def sub() -> str:
    return f"ada-{uuid4().hex[:8]}"


async def put(desk: Desk, sub: str, **changes: Any) -> Any:
    headers = changes.pop("headers", {})
    body = {name: value for name, value in {**ENTRY, **changes}.items() if value is not None}
    return await desk.call("PUT", f"/intake/v1/staff/{sub}", role="operator", json=body, headers=headers)


async def read(desk: Desk, sub: str, **params: str) -> Any:
    return await desk.get(f"/intake/v1/staff/{sub}", role="evaluator", sub="eva", reason="a question about an action", params=params)


async def test_what_was_so_then_is_told_beside_what_is_so_now(desk: Desk, sub: str) -> None:
    first = await put(desk, sub, since="2024-01-01T00:00:00Z")
    assert (first.status_code, first.headers["etag"]) == (200, '"1"')
    moved = await put(desk, sub, line_manager="nora", contact="team@example.org", team="legal", since="2025-01-01T00:00:00Z")
    assert (moved.status_code, moved.json()["version"]) == (200, 2)
    now = (await read(desk, sub)).json()
    assert (now["contact"], now["line_manager"], now["team"], "until" in now) == ("team@example.org", "nora", "legal", False)
    then = (await read(desk, sub, at="2024-06-01T00:00:00Z")).json()
    assert (then["contact"], then["line_manager"], then["until"]) == ("ada@example.org", "mona", "2025-01-01T00:00:00Z")
    assert (await read(desk, sub, at="2023-12-31T00:00:00Z")).status_code == 404
    assert (await read(desk, "nobody")).status_code == 404


async def test_an_entry_sent_twice_is_one_and_a_stale_one_is_told(desk: Desk, sub: str) -> None:
    assert (await put(desk, sub)).json()["version"] == 1
    assert (await put(desk, sub)).json()["version"] == 1
    assert (await put(desk, sub, team="legal", headers={"If-Match": '"1"'})).json()["version"] == 2
    stale = await put(desk, sub, team="appeals", headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["reasons"][0]["code"]) == (409, "version_conflict")
    assert (await put(desk, f"{sub}-2", headers={"If-Match": "*"})).status_code == 404
    key = {"Idempotency-Key": f"key-{sub}"}
    once = await put(desk, f"{sub}-3", headers=key)
    again = await put(desk, f"{sub}-3", headers=key)
    assert once.json() == again.json()
    assert (await put(desk, f"{sub}-3", team="legal", headers=key)).status_code == 422


async def test_a_sub_that_looks_like_an_id_is_matched_like_any_other(desk: Desk) -> None:
    sub = str(uuid4()).upper()
    assert (await put(desk, sub)).status_code == 200
    assert (await put(desk, sub, team="legal", headers={"If-Match": '"1"'})).json()["version"] == 2


async def test_a_look_at_a_person_is_logged_and_no_contact_lies_in_the_clear(desk: Desk, sub: str) -> None:
    await put(desk, sub)
    assert (await desk.get(f"/intake/v1/staff/{sub}", role="evaluator")).json()["type"] == "/problems/access_reason_missing"
    assert (await read(desk, sub)).status_code == 200
    (row,) = await desk.sql("SELECT * FROM staff WHERE sub = $1", sub)
    looks = await desk.sql("SELECT sub FROM access_log WHERE aggregate = 'staff' AND aggregate_id = $1", row["id"])
    assert "eva" in [look["sub"] for look in looks]
    assert b"ada@" not in bytes(row["contact"])
    listed = await desk.get("/intake/v1/staff", role="operator", params={"limit": 200})
    mine = next(one for one in listed.json()["items"] if one["sub"] == sub)
    assert (mine["line_manager"], "contact" in mine) == ("mona", False)
    (trail,) = await desk.sql("SELECT role, operation, state FROM audit WHERE aggregate_id = $1", row["id"])
    assert tuple(trail) == ("operator", "http:staff:entered", "1")


@pytest.mark.parametrize(
    "changes",
    [
        {"contact": "no address"},
        {"contact": "a@example.org,b@example.org"},
        {"contact": None},
        {"line_manager": "two words"},
        {"team": "Trust & Safety"},
        {"since": "2024-01-01"},
        {"name": "Ada Example"},
        {"contact": "x" * 300 + "@example.org"},
    ],
)
async def test_what_is_no_entry_changes_nothing(desk: Desk, sub: str, changes: dict[str, Any]) -> None:
    assert (await put(desk, sub, **changes)).status_code == 422
    assert await desk.sql("SELECT id FROM staff WHERE sub = $1", sub) == []


@pytest.mark.parametrize("name", ["two%20words", "%00", "x" * 129, "%ff%fe"])
async def test_what_no_token_can_name_is_nobody(desk: Desk, name: str) -> None:
    assert (await put(desk, name)).status_code == 422
    assert (await read(desk, name)).status_code == 422


async def test_a_refusal_says_why(desk: Desk, sub: str) -> None:
    refused = await put(desk, sub, line_manager=sub, since="2999-01-01T00:00:00Z")
    assert [(one["code"], one["cite"]) for one in refused.json()["reasons"]] == [("leads_oneself", "R94"), ("since_in_future", "R94")]


async def test_a_directory_that_forgot_its_history_is_found(desk: Desk, sub: str) -> None:
    await put(desk, sub)
    await desk.sql("UPDATE staff SET team = 'legal' WHERE sub = $1", sub)
    assert "staff-as-entered" in {finding.invariant for finding in await desk.findings()}
    await desk.sql("UPDATE staff SET team = 'trust_and_safety' WHERE sub = $1", sub)
