"""The words of the tests about who is behind accounts."""

from typing import Any
from uuid import uuid4

import pytest
from chassis.testing import Desk

EVIDENCE = "The same three pages in the same hour, and one odd phrase."


class People:
    """The words of these tests about individuals."""

    def __init__(self, office: Any) -> None:
        self.office = office
        self.desk: Desk = office.desk

    async def call(self, method: str, path: str, body: dict[str, Any] | None = None, *, role: str = "evaluator", sub: str = "eva") -> Any:
        options = {"json": body} if body is not None else {}
        headers = {"Idempotency-Key": uuid4().hex}
        return await self.desk.call(method, f"/bans/v1/individuals{path}", role=role, sub=sub, headers=headers, **options)

    async def somebody(self) -> str:
        answer = await self.call("POST", "", {})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    async def propose(self, individual: str, *, sub: str = "eva", **changes: Any) -> Any:
        body = {"confidence": "confirmed", "evidence": EVIDENCE, **changes}
        return await self.call("POST", f"/{individual}/identities", body, sub=sub)

    async def confirm(self, individual: str, link: str, *, sub: str = "second", role: str = "evaluator") -> Any:
        return await self.call("POST", f"/{individual}/identities/{link}/confirmation", {"note": "I see the same."}, role=role, sub=sub)

    async def link(self, individual: str, **subject: str) -> str:
        proposed = await self.propose(individual, **subject)
        assert proposed.status_code == 200, proposed.text
        answer = await self.confirm(individual, proposed.json()["id"])
        assert answer.status_code == 200, answer.text
        assert answer.json()["state"] == "linked"
        return str(answer.json()["id"])

    async def unlink(self, individual: str, link: str) -> Any:
        return await self.call("DELETE", f"/{individual}/identities/{link}", {"reason": "It was somebody else."})

    async def merge(self, one: str, other: str) -> None:
        answer = await self.call("POST", f"/{one}/merge", {"individual_id": other, "evidence": EVIDENCE})
        assert answer.status_code == 200, answer.text
        answer = await self.call("POST", f"/{one}/merge/confirmation", {"note": "I see the same."}, role="team_manager", sub="maja")
        assert answer.status_code == 200, answer.text

    async def split(self, one: str, other: str) -> None:
        answer = await self.call("POST", f"/{one}/split", {"individual_id": other, "reason": "They are two."})
        assert answer.status_code == 200, answer.text
        answer = await self.call("POST", f"/{one}/split/confirmation", {"note": "So they are."}, sub="second")
        assert answer.status_code == 200, answer.text

    async def lift(self, action: str, slowly: Any) -> None:
        where, body = f"/bans/v1/actions/{action}/lift", {"reason": "It has served its purpose.", "note": "Quiet years."}
        assert (await self.desk.post(where, body, role="team_manager", sub="maja")).status_code == 200
        assert (await self.desk.post(f"{where}/confirmation", {"note": "Yes."}, role="director", sub="dora")).status_code == 200
        del slowly.bans[action]

    async def read(self, individual: str, **options: Any) -> dict[str, Any]:
        answer = await self.desk.get(f"/bans/v1/individuals/{individual}", role="auditor", **options)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def banned(self, name: str) -> bool:
        return bool((await self.office.check(user=name))["banned"])


@pytest.fixture
async def people(office: Any) -> People:
    return People(office)
