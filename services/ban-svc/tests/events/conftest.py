"""The words of the tests about events."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from chassis.testing import Desk


class Stewards:
    """The words of these tests about events."""

    def __init__(self, office: Any) -> None:
        self.office = office
        self.desk: Desk = office.desk

    def day(self, days: int) -> date:
        return (self.desk.runtime.clock.law() + timedelta(days=days)).date()

    async def enter(self, **changes: Any) -> Any:
        body = {
            "id": f"hackathon-{uuid4().hex[:12]}",
            "countries": ["NL"],
            "place": "Old Harbour, Utrecht",
            "projects": ["examplewiki"],
            "organiser": "foundation",
            "starts": str(self.day(20)),
            "ends": str(self.day(22)),
            **changes,
        }
        return await self.desk.post("/bans/v1/events", body, role="event_steward", sub="steffi")

    async def event(self, **changes: Any) -> str:
        answer = await self.enter(**changes)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    async def propose(self, event: str, **changes: Any) -> Any:
        body = {
            "event": event,
            "recipients": ["steffi", "omar"],
            "ground": "nda",
            "document": "Agreement 12 of the event's folder",
            "until": f"{self.day(21)}T00:00:00Z",
            **changes,
        }
        return await self.desk.post("/bans/v1/event-lists", body, role="event_steward", sub="steffi")

    async def confirm(self, grant: str, *, sub: str = "maja") -> Any:
        return await self.desk.post(f"/bans/v1/event-lists/{grant}/confirmation", {"note": "Both signed."}, role="team_manager", sub=sub)

    async def granted(self, event: str, **changes: Any) -> str:
        proposed = await self.propose(event, **changes)
        assert proposed.status_code == 200, proposed.text
        answer = await self.confirm(proposed.json()["id"])
        assert answer.json()["state"] == "granted", answer.text
        return str(answer.json()["id"])

    async def copy(self, grant: str, *, sub: str = "omar", **options: Any) -> Any:
        options = {"reason": "Badges are made today", **options}
        return await self.desk.get(f"/bans/v1/event-lists/{grant}/copy", role="event_steward", sub=sub, **options)

    async def check(self, event: str, name: str, *, role: str = "event_steward", sub: str = "omar", **asked: str) -> Any:
        return await self.desk.get("/bans/v1/check", params={"user": name, "event": event, **asked}, role=role, sub=sub)

    async def event_ban(self, scope: dict[str, Any], **changes: Any) -> tuple[dict[str, Any], str]:
        spec = self.office.spec("event_ban", scope=scope, **changes)
        return await self.office.enacted(spec), spec["accounts"][0]["name"]

    async def global_ban(self) -> tuple[dict[str, Any], str]:
        spec = self.office.spec()
        return await self.office.enacted(spec), spec["accounts"][0]["name"]


@pytest.fixture
async def stewards(office: Any) -> Stewards:
    return Stewards(office)
