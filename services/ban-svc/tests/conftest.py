"""ban-svc at work on a real database, and the people who act in it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from ban_svc.actions import import_ban
from ban_svc.app import SERVICE
from ban_svc.index import index_of, keep_fresh, start_index
from ban_svc.model import ImportedBan
from chassis.bus.local import LocalHop
from chassis.db import Database
from chassis.peers import Peers
from chassis.runtime import Runtime
from chassis.testing import Desk, House
from kernel.actor import Performer

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
            "child_protection": {
                "accounts": [{"name": f"Loud visitor {uuid4().hex[:12]}"}],
                "grounds": ["grooming"],
                "disclosure": "confidential",
            },
            "rights_removal": {
                "accounts": [{"name": f"Loud visitor {uuid4().hex[:12]}"}],
                "grounds": ["breach_of_trust"],
                "rights": [{"wiki": "examplewiki", "group": "sysop"}, {"wiki": "testwiki", "group": "bureaucrat"}],
                "term": "permanent",
                "extraordinary": "The trust of three communities is broken.",
                "disclosure": "restricted",
            },
            "checkuser": {
                "accounts": [{"name": f"Loud visitor {uuid4().hex[:12]}", "wiki": "examplewiki"}],
                "grounds": ["threat_of_harm"],
                "checkuser": {
                    "purpose": "threat_of_harm",
                    "pertinent": "A person is said to be in danger.",
                    "no_other_way": "Nothing else tells where from it was written.",
                    "share": "stewards",
                },
                "extraordinary": "A threat to life.",
                "disclosure": "confidential",
            },
            "page_protection": {
                "pages": [{"wiki": "examplewiki", "title": "An example"}],
                "grounds": ["court_order"],
                "protection": {"level": "sysop", "template": "pp-office"},
                "extraordinary": "A court ordered it.",
                "disclosure": "public",
            },
            "interaction_ban": {
                "accounts": [{"name": f"Loud visitor {uuid4().hex[:12]}"}],
                "grounds": ["repeated_contact"],
                "warning": "Please do not write to or about the user Quiet reader anywhere.",
                "extraordinary": "Two communities asked for it.",
                "disclosure": "confidential",
            },
            "other": {
                "accounts": [{"name": f"Loud visitor {uuid4().hex[:12]}"}],
                "grounds": ["enforcement_interference"],
                "extraordinary": "A ban is undone again and again.",
                "disclosure": "restricted",
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

    def roles(self, kind: str, role: str) -> tuple[str, ...]:
        """Who works on child protection holds the role of the named group besides."""
        return (role, "child_protection") if kind == "child_protection" else (role,)

    async def propose(self, spec: dict[str, Any] | None = None, *, course: str = "act", case_id: str | None = None, **options: Any) -> Any:
        body = {"case_id": case_id or str(uuid4()), "course": course, "spec": spec or self.spec()}
        options = {"role": self.roles(body["spec"]["kind"], "evaluator"), "sub": "eva", **options}
        return await self.desk.post("/bans/v1/actions", body, **options)

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
        return await self.desk.post(
            f"/bans/v1/actions/{action['id']}/reviews", body, role=self.roles(action["kind"], role or level), sub=sub or f"one-{level}"
        )

    async def signed(self, action: dict[str, Any], *levels: str, **verdicts: str) -> dict[str, Any]:
        for level in levels or [step["level"] for step in action["review"]["steps"] if step["required"]]:
            answer = await self.sign(action, level, verdicts.get(level, "approve"))
            assert answer.status_code == 200, answer.text
            action = answer.json()
        return action

    async def enact(self, action: dict[str, Any], *, sub: str = "enno", **options: Any) -> Any:
        options = {"role": self.roles(action["kind"], "enforcer"), **options}
        return await self.desk.post(f"/bans/v1/actions/{action['id']}/enactment", {}, sub=sub, **options)

    async def enacted(self, spec: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = await self.enact(await self.signed(await self.proposed(spec)))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def receipt(self, action: dict[str, Any], effect: str = "lock", **changes: Any) -> Any:
        body = {"wiki": "metawiki", "effect": effect, "receipt": {"log_id": 4711}, **changes}
        return await self.desk.post(
            f"/bans/v1/actions/{action['id']}/enforcement", body, role=self.roles(action["kind"], "enforcer"), sub="enno"
        )

    async def read(self, action: dict[str, Any], **options: Any) -> dict[str, Any]:
        answer = await self.desk.get(f"/bans/v1/actions/{action['id']}", role=self.roles(action["kind"], "auditor"), **options)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def check(self, sub: str = "tool", **subject: str) -> dict[str, Any]:
        answer = await self.desk.get("/bans/v1/check", params=subject, role="tooling", sub=sub)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def timeline(self, action: dict[str, Any]) -> list[dict[str, Any]]:
        answer = await self.desk.get(f"/bans/v1/actions/{action['id']}/timeline", role=self.roles(action["kind"], "auditor"))
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    def codes(self, answer: Any, status: int = 409) -> list[str]:
        """Give the codes of a refusal that cites its rule in every reason."""
        assert answer.status_code == status, answer.text
        assert all(reason["cite"] and reason["says"] for reason in answer.json()["reasons"])
        return [reason["code"] for reason in answer.json()["reasons"]]


class Import:
    """The import command's hand: the service under the role that may record what was not decided here."""

    def __init__(self, office: Any, runtime: Runtime) -> None:
        self.office, self.runtime = office, runtime

    def row(self, **changes: Any) -> dict[str, Any]:
        lawful = {
            "ref": f"list-2019-{uuid4().hex[:8]}",
            "kind": "global_ban",
            "accounts": [{"name": f"Old visitor {uuid4().hex[:12]}"}],
            "enacted_at": "2019-06-10T12:00:00Z",
        }
        return lawful | changes

    async def take(self, row: dict[str, Any]) -> tuple[str, bool]:
        async with self.runtime.edge("command:ban:import", by=Performer("operator", "olga"), access_reason="import") as edge:
            action, new = await import_ban(edge, ImportedBan.model_validate(row, strict=False))
            return str(action.id), new


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


@pytest.fixture
async def imports(office: Any) -> AsyncIterator[Import]:
    desk = office.desk
    runtime = Runtime(SERVICE, desk.settings, bus=LocalHop(), keyring=desk.runtime.keyring, peers=Peers(desk.settings))
    runtime.db = Database(desk.settings, "ban_import")
    yield Import(office, runtime)
    await runtime.close()


@pytest.fixture(autouse=True)
async def checked(request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """After each test that touched the service no invariant is broken and the index agrees with the table."""
    yield
    if "desk" in request.fixturenames:
        desk: Desk = request.getfixturevalue("desk")
        assert await desk.findings() == []
        async with desk.runtime.db.engine.connect() as connection:
            assert await index_of(desk.runtime).drift(connection, desk.runtime.clock.law().timestamp()) == []
