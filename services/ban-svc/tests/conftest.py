"""ban-svc at work on a real database, and the people who act in it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from ban_svc.app import SERVICE
from ban_svc.index import index_of, keep_fresh, start_index
from chassis.testing import Desk, House

CHAIN = ("team_peer", "team_manager", "director", "chief", "legal", "communications", "executive_director")


class Office:
    """The desk with the words of these tests: who proposes, signs, enacts and asks."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def spec(self, kind: str = "global_ban", **changes: Any) -> dict[str, Any]:
        """A lawful text about an account that no other test names."""
        lawful: dict[str, dict[str, Any]] = {
            "global_ban": {
                "accounts": [{"name": f"Loud visitor {uuid4().hex[:12]}", "wiki": "examplewiki"}],
                "grounds": ["harassment_multiple_projects"],
                "prior_warnings": ["https://example.org/wiki/User_talk:Loud_visitor"],
                "disclosure": "public",
            },
            "event_ban": {
                "accounts": [{"name": f"Loud visitor {uuid4().hex[:12]}"}],
                "grounds": ["bad_faith_attendance"],
                "scope": {"everywhere": True},
                "disclosure": "restricted",
            },
            "range_block": {
                "grounds": ["harassment_multiple_projects"],
                "extraordinary": "The ban is evaded every day.",
                "disclosure": "public",
            },
            "conduct_warning": {
                "accounts": [{"name": f"Loud visitor {uuid4().hex[:12]}"}],
                "grounds": ["personal_attacks"],
                "warning": "Please write about the article and not about its author.",
                "extraordinary": "The project has no active administrators.",
                "disclosure": "confidential",
            },
            "account_termination": {
                "accounts": [{"name": f"Loud visitor {uuid4().hex[:12]}"}],
                "grounds": ["repeat_infringer"],
                "disclosure": "confidential",
            },
        }
        text = {
            "kind": kind,
            "tou_basis": "Terms of Use, section 4",
            "justification": {"why": "insufficient", "note": "Three communities asked for help."},
            "disclosure_reason": "As the kind has it.",
            **lawful.get(kind, lawful["global_ban"]),
            **changes,
        }
        return {name: value for name, value in text.items() if value is not None}

    async def propose(self, spec: dict[str, Any] | None = None, *, course: str = "act", case_id: str | None = None, **options: Any) -> Any:
        body = {"case_id": case_id or str(uuid4()), "course": course, "spec": spec or self.spec()}
        return await self.desk.post("/bans/v1/actions", body, role="evaluator", sub="eva", **options)

    async def proposed(self, spec: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
        answer = await self.propose(spec, **options)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def sign(
        self,
        action: dict[str, Any],
        level: str,
        verdict: str = "approve",
        *,
        sub: str | None = None,
        role: str | None = None,
        digest: str = "",
    ) -> Any:
        body = {"level": level, "verdict": verdict, "digest": digest or action["review"]["digest"], "note": f"Seen by the {level}."}
        return await self.desk.post(f"/bans/v1/actions/{action['id']}/reviews", body, role=role or level, sub=sub or f"one-{level}")

    async def signed(self, action: dict[str, Any], *levels: str, **verdicts: str) -> dict[str, Any]:
        for level in levels or [step["level"] for step in action["review"]["steps"] if step["required"]]:
            answer = await self.sign(action, level, verdicts.get(level, "approve"))
            assert answer.status_code == 200, answer.text
            action = answer.json()
        return action

    async def enact(self, action: dict[str, Any], *, sub: str = "enno", **options: Any) -> Any:
        return await self.desk.post(f"/bans/v1/actions/{action['id']}/enactment", {}, role="enforcer", sub=sub, **options)

    async def enacted(self, spec: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = await self.enact(await self.signed(await self.proposed(spec)))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def receipt(self, action: dict[str, Any], effect: str = "lock", **changes: Any) -> Any:
        body = {"wiki": "metawiki", "effect": effect, "receipt": {"log_id": 4711}, **changes}
        return await self.desk.post(f"/bans/v1/actions/{action['id']}/enforcement", body, role="enforcer", sub="enno")

    async def read(self, action: dict[str, Any], **options: Any) -> dict[str, Any]:
        answer = await self.desk.get(f"/bans/v1/actions/{action['id']}", role="auditor", **options)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def check(self, sub: str = "tool", **subject: str) -> dict[str, Any]:
        answer = await self.desk.get("/bans/v1/check", params=subject, role="tooling", sub=sub)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def timeline(self, action: dict[str, Any]) -> list[dict[str, Any]]:
        answer = await self.desk.get(f"/bans/v1/actions/{action['id']}/timeline", role="auditor")
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    def codes(self, answer: Any, status: int = 409) -> list[str]:
        """Give the codes of a refusal that cites its rule in every reason."""
        assert answer.status_code == status, answer.text
        assert all(reason["cite"] and reason["says"] for reason in answer.json()["reasons"])
        return [reason["code"] for reason in answer.json()["reasons"]]


@pytest.fixture(scope="session")
async def desk(house: House) -> AsyncIterator[Desk]:
    """The service with the loop that keeps its index fresh."""
    found = await house.desk(SERVICE)
    await start_index(found.runtime)
    fresh = asyncio.create_task(keep_fresh(found.runtime))
    yield found
    fresh.cancel()
    await asyncio.gather(fresh, return_exceptions=True)


@pytest.fixture
async def office(desk: Desk) -> Office:
    return Office(desk)


@pytest.fixture(autouse=True)
async def checked(request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """After each test that touched the service no invariant is broken and the index agrees with the table."""
    yield
    if "desk" in request.fixturenames:
        desk: Desk = request.getfixturevalue("desk")
        assert await desk.findings() == []
        async with desk.runtime.db.engine.connect() as connection:
            assert await index_of(desk.runtime).drift(connection, desk.runtime.clock.law().timestamp()) == []
