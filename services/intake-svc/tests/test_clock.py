"""The clock of a case walks: at risk, breached, extended, each said once, and a lease ends (R96-R98, D5; journey 3)."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from chassis.testing import Desk, House
from intake_svc.actions import case
from intake_svc.app import SERVICE
from intake_svc.tables import Case

CASES = "/intake/v1/cases"
DESK = {"role": "requester_desk", "sub": "desk-1"}
EVA: dict[str, Any] = {"role": ("evaluator", "child_protection"), "sub": "eva", "reason": "my case"}
URGENT = {"kind": "child_protection", "channel": "legal_reports", "summary": "reported material", "requester": {"standing_as": "public"}}


@pytest.fixture
async def later(house: House) -> Desk:
    """A desk with a database and a clock of its own, for its clock is moved."""
    return await house.desk(SERVICE, fresh=True)


async def clock_of(desk: Desk, case_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await desk.get(f"{CASES}/{case_id}", **EVA)).json()["clock"]
    return found


async def said_of_clock(desk: Desk, case_id: str) -> list[str]:
    rows = await desk.sql(
        "SELECT convert_from(payload, 'UTF8')::jsonb AS event FROM outbox WHERE key LIKE '%' || $1 || '%' ORDER BY version", case_id
    )
    kinds = [json.loads(row["event"])["case_change_kind"] for row in rows]
    return [kind for kind in kinds if kind in {"at_risk", "breached", "extended"}]


async def test_a_day_of_child_protection(later: Desk) -> None:
    filed = (await later.post("/intake/v1/requests", URGENT, **DESK)).json()
    case_id = filed["case_id"]
    received = datetime.fromisoformat(filed["received_at"])
    clock = await clock_of(later, case_id)
    assert datetime.fromisoformat(clock["at_risk_at"]) == received + timedelta(hours=18)
    assert datetime.fromisoformat(clock["target_at"]) == received + timedelta(hours=24)
    await later.advance(timedelta(hours=17, minutes=55))
    assert (await clock_of(later, case_id))["state"] == "running"
    await later.advance(timedelta(minutes=10))
    assert (await clock_of(later, case_id))["state"] == "at_risk"
    await later.advance(timedelta(hours=6))
    assert (await clock_of(later, case_id))["state"] == "breached"
    await later.advance(timedelta(hours=48))
    assert await said_of_clock(later, case_id) == ["at_risk", "breached"]
    # A breach blocks nothing: the case is taken on and its clock extended, which leaves the first target on record.
    assert (await later.post(f"{CASES}/{case_id}/assignment", {"assignee": "eva"}, **EVA)).status_code == 200
    until = received + timedelta(hours=120)
    extension = {"until": until.isoformat(), "cause": "unforeseen", "note": "The group was at another matter."}
    extended = (await later.post(f"{CASES}/{case_id}/extensions", extension, **EVA)).json()
    assert (extended["state"], extended["clock"]["state"]) == ("evaluating", "running")
    assert datetime.fromisoformat(extended["clock"]["target_at"]) == received + timedelta(hours=24)
    await later.advance(timedelta(hours=60))
    assert (await clock_of(later, case_id))["state"] == "breached"
    assert await said_of_clock(later, case_id) == ["at_risk", "breached", "extended", "at_risk", "breached"]
    assert await later.findings() == []


async def test_a_request_that_was_completed_late_counts_from_its_first_receipt(later: Desk, complete: dict[str, Any]) -> None:
    complete.pop("summary")
    filed = (await later.post("/intake/v1/requests", complete, **DESK)).json()
    await later.advance(timedelta(days=30))
    path = f"/intake/v1/requests/{filed['id']}/completion"
    case_id = (await later.post(path, {"summary": "Harassment."}, **DESK)).json()["case_id"]
    await later.settle()
    assert (await clock_of(later, case_id))["state"] == "breached"
    # What is only true in between is not said: it is late, no longer at risk of being late.
    assert await said_of_clock(later, case_id) == ["breached"]
    assert await later.findings() == []


async def test_an_extension_beyond_the_risk_is_said_to_be_at_risk_at_once(later: Desk, complete: dict[str, Any]) -> None:
    case_id = (await later.post("/intake/v1/requests", complete, **DESK)).json()["case_id"]
    received = datetime.fromisoformat((await later.get(f"{CASES}/{case_id}", **EVA)).json()["received_at"])
    await later.advance(timedelta(days=29))
    assert (await clock_of(later, case_id))["state"] == "breached"
    extension = {"until": (received + timedelta(days=30)).isoformat(), "cause": "request_expanded", "note": "A third wiki wrote."}
    assert (await later.post(f"{CASES}/{case_id}/extensions", extension, **EVA)).json()["clock"]["state"] == "at_risk"
    await later.advance(timedelta(days=2))
    assert await said_of_clock(later, case_id) == ["at_risk", "breached", "extended", "breached"]
    assert await later.findings() == []


async def test_a_lease_ends_by_itself_and_the_next_evaluator_takes_the_case(later: Desk, complete: dict[str, Any]) -> None:
    case_id = (await later.post("/intake/v1/requests", complete, **DESK)).json()["case_id"]
    path = f"{CASES}/{case_id}"
    await later.post(f"{path}/assignment", {"assignee": "eva", "for": "PT2H"}, **EVA)
    await later.advance(timedelta(hours=1))
    await later.post(f"{path}/assignment", {"assignee": "eva", "for": "PT2H"}, **EVA)
    await later.advance(timedelta(minutes=90))
    assert (await later.get(path, **EVA)).json()["assignee"] == "eva"
    await later.advance(timedelta(hours=1))
    assert "assignee" not in (await later.get(path, role="evaluator", sub="olga")).json()
    rows = await later.sql('SELECT assignee FROM "case" WHERE id = $1', UUID(case_id))
    assert rows[0]["assignee"] is None
    assert (await later.post(f"{path}/assignment", {"assignee": "olga"}, role="evaluator", sub="olga")).json()["assignee"] == "olga"
    trail = (await later.get(f"{path}/timeline", role="auditor")).json()["items"]
    assert "case released" in [item["what"] for item in trail]
    assert await later.findings() == []


async def test_a_date_that_arrives_asks_the_rule_again_and_says_nothing_twice(later: Desk) -> None:
    # No report of child protection, on which the house insists by the hour besides.
    threat = URGENT | {"kind": "other", "channel": "emergency"}
    case_id = (await later.post("/intake/v1/requests", threat, **DESK)).json()["case_id"]
    for hours, version in ((0, 1), (18, 2), (6, 3)):
        await later.advance(timedelta(hours=hours))
        async with later.runtime.edge("deadline:case.at_risk") as edge:
            row = await edge.lock(Case, UUID(case_id), "case")
            await case.at_risk(edge, row)
            await case.breached(edge, row)
            assert row.version == version
    assert await said_of_clock(later, case_id) == ["at_risk", "breached"]
