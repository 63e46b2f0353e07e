"""An incomplete request is reminded once, in business hours, and lapses in the end; what is urgent never waits (R50, R88, D6)."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from chassis.testing import Desk, House
from intake_svc.app import SERVICE
from kernel.deadline import in_office_hours

REQUESTS = "/intake/v1/requests"
DESK: dict[str, Any] = {"role": "requester_desk", "sub": "desk-1"}
LITTLE = {"kind": "global_ban", "channel": "ca", "summary": "It goes on.", "requester": {"standing_as": "community"}}


@pytest.fixture
async def later(house: House) -> Desk:
    """A desk with a database and a clock of its own, for its clock is moved."""
    return await house.desk(SERVICE, fresh=True)


async def said(desk: Desk, request_id: str) -> list[tuple[str, datetime]]:
    rows = await desk.sql(
        "SELECT convert_from(payload, 'UTF8')::jsonb AS event FROM outbox WHERE key LIKE '%' || $1 || '%' ORDER BY version", request_id
    )
    events = [json.loads(row["event"]) for row in rows]
    return [(event["request_change_kind"], datetime.fromisoformat(event["dt"])) for event in events]


async def test_a_request_that_waits_is_reminded_in_business_hours_and_lapses(later: Desk) -> None:
    filed = (await later.post(REQUESTS, LITTLE, **DESK)).json()
    received = datetime.fromisoformat(filed["received_at"])
    await later.advance(timedelta(days=25))
    told = await said(later, filed["id"])
    assert [kind for kind, _ in told] == ["received", "returned", "returned"]
    assert told[2][1] == in_office_hours(told[2][1])
    assert told[2][1] >= received + timedelta(days=14)
    await later.advance(timedelta(days=36))
    told = await said(later, filed["id"])
    assert [kind for kind, _ in told] == ["received", "returned", "returned", "lapsed"]
    assert told[3][1] >= received + timedelta(days=60)
    late = await later.post(f"{REQUESTS}/{filed['id']}/completion", {"summary": "Here."}, **DESK)
    assert (late.status_code, late.json()["reasons"][0]["code"]) == (409, "request_over")
    assert (await later.get(f"{REQUESTS}/{filed['id']}", **DESK)).json()["state"] == "lapsed"
    assert await later.findings() == []
    await later.close()


async def test_what_was_completed_or_is_urgent_is_neither_reminded_nor_lapses(later: Desk) -> None:
    urgent = {"kind": "other", "channel": "emergency", "requester": {"standing_as": "public"}}
    threat = (await later.post(REQUESTS, urgent, **DESK)).json()
    filed = (await later.post(REQUESTS, LITTLE, **DESK)).json()
    rest = {
        "subjects": [{"user": "Example"}],
        "grounds": ["harassment_multiple_projects"],
        "evidence": [{"text": "Here."}],
        "local_attempts_waiver": "It happens off the wikis.",
    }
    whole = (await later.post(f"{REQUESTS}/{filed['id']}/completion", rest, **DESK)).json()
    assert (whole["state"], whole["received_at"]) == ("complete", filed["received_at"])
    await later.advance(timedelta(days=70))
    assert [kind for kind, _ in await said(later, filed["id"])] == ["received", "returned", "completed"]
    assert [kind for kind, _ in await said(later, threat["id"])] == ["received", "returned"]
    assert await later.findings() == []
    await later.close()


def test_a_reminder_at_night_waits_for_the_office() -> None:
    night = datetime(2026, 11, 24, 8, tzinfo=UTC)
    assert in_office_hours(night) == datetime(2026, 11, 24, 17, tzinfo=UTC)
