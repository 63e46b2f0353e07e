"""Two managers and a director, and what they do to a decision in force."""

import json
from typing import Any

import pytest


class Managers:
    """Two managers and a director, and what they do to an action in force."""

    def __init__(self, office: Any) -> None:
        self.office, self.desk = office, office.desk

    async def post(self, action: dict[str, Any], what: str, body: dict[str, Any], sub: str = "maja", role: str = "team_manager") -> Any:
        return await self.desk.post(f"/bans/v1/actions/{action['id']}/{what}", body, role=role, sub=sub)

    async def done(self, action: dict[str, Any], what: str, body: dict[str, Any], **who: str) -> dict[str, Any]:
        answer = await self.post(action, what, body, **who)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def lifted(self, action: dict[str, Any]) -> dict[str, Any]:
        await self.done(action, "lift", {"reason": "It has served its purpose.", "note": "Three quiet years."})
        return await self.done(action, "lift/confirmation", {"note": "Agreed."}, sub="dora", role="director")

    async def permitted(self, action: dict[str, Any], until: Any, **scope: Any) -> dict[str, Any]:
        body = {"scope": {"everywhere": False, **scope}, "until": until.isoformat(), "note": "To answer an inquiry."}
        await self.done(action, "permissions", body)
        return await self.done(action, "permissions/confirmation", {"note": "Agreed."}, sub="mona")

    async def proposed(self, action: dict[str, Any], spec: dict[str, Any], nature: str = "ordinary", **who: str) -> Any:
        who = {"sub": "eva", "role": "evaluator"} | who
        return await self.post(action, "modifications", {"spec": spec, "nature": nature, "note": "As follows."}, **who)

    async def extended(self, action: dict[str, Any], spec: dict[str, Any], nature: str = "ordinary") -> dict[str, Any]:
        answer = await self.proposed(action, spec, nature)
        assert answer.status_code == 200, answer.text
        review = answer.json()["modification"]["review"]
        for step in review["steps"]:
            if step["state"] in ("open", "waiting"):
                signed = await self.office.sign(action, step["level"], digest=review["digest"])
                assert signed.status_code == 200, signed.text
        enacted = await self.office.enact(action)
        assert enacted.status_code == 200, enacted.text
        return dict(enacted.json())

    async def kinds(self, action: dict[str, Any]) -> list[str]:
        rows = await self.desk.sql(
            "SELECT convert_from(payload, 'UTF8')::jsonb->>'action_change_kind' AS kind FROM outbox WHERE key LIKE '%' || $1 || '%' "
            "ORDER BY version",
            action["id"],
        )
        # Of a house in which every test enacts, some action is the one too many (R110).
        return [row["kind"] for row in rows if row["kind"] != "unusual_rate"]

    async def said(self, action: dict[str, Any]) -> list[dict[str, Any]]:
        """Give the action as each of its events told it, with the event's version."""
        rows = await self.desk.sql(
            "SELECT version, convert_from(payload, 'UTF8')::jsonb->>'action' AS said FROM outbox WHERE key LIKE '%' || $1 || '%' "
            "ORDER BY version",
            action["id"],
        )
        return [{**json.loads(row["said"]), "version": row["version"]} for row in rows]

    async def last(self, action: dict[str, Any]) -> dict[str, Any]:
        rows = await self.desk.sql(
            "SELECT convert_from(payload, 'UTF8')::jsonb->>'action' AS said FROM outbox WHERE key LIKE '%' || $1 || '%' "
            "ORDER BY version DESC LIMIT 1",
            action["id"],
        )
        return dict(json.loads(rows[0]["said"]))


@pytest.fixture
async def managers(office: Any) -> Managers:
    return Managers(office)
