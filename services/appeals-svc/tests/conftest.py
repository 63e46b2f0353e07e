"""appeals-svc at work on its own database, the services it asks as they answer on the wire, and events as they would say them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import httpx
import pytest
import uvicorn
from appeals_svc.app import SERVICE
from chassis.edge import new_id
from chassis.peers import Peers
from chassis.testing import Desk, House, eventually
from contracts.action import ActionChange, ActionState
from contracts.case import CaseChange, CaseState
from contracts.dmca_notice import DmcaNoticeChange, DmcaNoticeState
from contracts.envelope import AnyChange, Performer
from contracts.notification import About, NotificationChange, NotificationState
from contracts.request import RequestChange, RequestState
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

Headers = dict[str, str] | None


@dataclass
class Owners:
    """The other services' answers to the party question, on loopback; `asked` is what they were sent."""

    parties: set[str] = field(default_factory=set)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    broken: bool = False
    url: str = ""

    async def answer(self, request: Request) -> JSONResponse:
        body = await request.json()
        self.asked.append((request.url.path, body))
        if self.broken:
            return JSONResponse({}, 503)
        assert request.headers["x-access-reason"]
        return JSONResponse({"party": bool(self.parties & set(body.values()))})


@pytest.fixture(scope="session")
async def owners() -> AsyncIterator[Owners]:
    found = Owners()
    app = Starlette(routes=[Route("/{rest:path}", found.answer, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    serving = asyncio.create_task(server.serve())

    async def answers() -> bool:
        return server.started

    await eventually(answers, what="the owners' server")
    found.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    yield found
    server.should_exit = True
    await serving


@pytest.fixture(scope="module")
async def desk(house: House, owners: Owners) -> AsyncIterator[Desk]:
    desk = await house.desk(SERVICE, fresh=True)
    # Only the questions go to the owners: the desk's clock walks without them.
    desk.runtime.peers = Peers(desk.settings.model_copy(update=dict.fromkeys(("ban_url", "intake_url", "dmca_url"), owners.url)), "appeals")
    yield desk
    await desk.close()


@pytest.fixture(autouse=True)
def _quiet_owners(owners: Owners) -> Iterator[None]:
    owners.broken = False
    owners.asked.clear()
    owners.parties = {"Example", "anna@example.org"}
    yield
    owners.broken = False


@dataclass
class Bus:
    """Says what the other services would say, each event in an edge of its own, as the inbox does."""

    desk: Desk
    versions: dict[UUID, int] = field(default_factory=dict)
    before: dict[UUID, Any] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        return self.desk.runtime.clock.law()

    async def hear(self, event: AnyChange) -> None:
        reaction = SERVICE.reactions[event.meta.stream][event.kind]
        async with self.desk.runtime.edge("test", access_reason=f"event {event.meta.id}") as edge:
            await reaction.apply(edge, event, None)

    def stamp(self, key: UUID, by: str) -> dict[str, Any]:
        role, _, sub = by.partition(":")
        version = self.versions[key] = self.versions.get(key, 0) + 1
        performer = Performer.model_validate({"role": role, "id": sub or f"{role}-1"})
        at = {"dt": self.now, "meta_dt": self.now, "event_id": new_id(), "request_id": "call-1"}
        return {"version": version, "performer": performer, **at}

    async def action(self, what: str, /, action_id: UUID, *, by: str = "evaluator:eva", **values: Any) -> None:
        """Say a change of an action; `values` change its state, the rest stays as it was."""
        base = self.before.get(action_id) or {"kind": "global_ban", "state": "proposed", "course": "act", "disclosure": "public"}
        state = {**base, **values, "action_id": action_id}
        self.before[action_id] = state
        await self.hear(ActionChange.of(cast("Any", what), state=ActionState(**state), prior=None, **self.stamp(action_id, by)))

    async def enacted(self, action_id: UUID | None = None, **values: Any) -> UUID:
        """Say that an action was proposed and enacted now, and give its id."""
        action_id = action_id or new_id()
        values = {"individual_id": new_id(), "case_id": new_id(), "digest": "0f" * 32, **values}
        await self.action("proposed", action_id, **values)
        at = {"decided_at": self.now, "enacted_at": self.now, "issued_at": self.now, "issuance": 1}
        await self.action("enacted", action_id, by="enforcer:enzo", state="enacted", review_state="approved", **at)
        return action_id

    async def delivered(self, about_id: UUID, party: str = "subject", *, aggregate: str = "action", at: datetime | None = None) -> None:
        """Say that the letter about the latest version of something reached a party."""
        about = About(aggregate=aggregate, id=about_id, version=self.versions[about_id])
        state = NotificationState(
            notification_id=new_id(), about=about, event_id=new_id(), party=party, channel="mail", template="t", locale="en",
            state="delivered", delivered_at=at or self.now,
        )  # fmt: skip
        await self.hear(NotificationChange.of("delivered", state=state, prior=None, **self.stamp(new_id(), "service:notify-svc")))

    async def request(self, what: str, /, request_id: UUID, *, by: str = "requester_desk", **values: Any) -> None:
        state = {
            "kind": "global_ban",
            "state": "complete",
            "team": "trust_and_safety",
            "channel": "form",
            "received_at": self.now,
            **values,
        }
        await self.hear(
            RequestChange.of(
                cast("Any", what), state=RequestState(request_id=request_id, **state), prior=None, **self.stamp(request_id, by)
            )
        )

    async def case(self, what: str, /, case_id: UUID, *, by: str = "service:intake-svc", **values: Any) -> None:
        state = {"kind": "global_ban", "state": "open", "team": "trust_and_safety", "received_at": self.now, **values}
        await self.hear(CaseChange.of(cast("Any", what), state=CaseState(case_id=case_id, **state), prior=None, **self.stamp(case_id, by)))

    async def notice(self, what: str, /, notice_id: UUID, *, by: str = "legal:lena", **values: Any) -> None:
        state = {"state": "received", "channel": "legal", "received_at": self.now, **values}
        await self.hear(
            DmcaNoticeChange.of(
                cast("Any", what), state=DmcaNoticeState(notice_id=notice_id, **state), prior=None, **self.stamp(notice_id, by)
            )
        )


@pytest.fixture
def bus(desk: Desk) -> Bus:
    return Bus(desk)


@dataclass
class Clerk:
    """Files appeals at the desk."""

    desk: Desk

    async def file(
        self, decision_id: UUID, *, sub: str | None = None, headers: dict[str, str] | None = None, **values: Any
    ) -> httpx.Response:
        who = {"role": values.pop("role", "subject"), "wiki_user": "Example", "verified": {"how": "answered from the confirmed address"}}
        who |= values.pop("appellant", {})
        body = {
            "decision": {"kind": values.pop("kind", "action"), "id": str(decision_id)},
            "appellant": {name: value for name, value in who.items() if value is not None},
            "reasons": "The edits were made by somebody else.",
            "channel": "mail",
            **values,
        }
        body = {name: value for name, value in body.items() if value is not None}
        return await self.desk.post("/appeals/v1/appeals", body, role="requester_desk", sub=sub, headers=headers or {})

    async def counsel(
        self, appeal_id: str, verdict: str = "approve", *, sub: str = "cora", headers: dict[str, str] | None = None
    ) -> httpx.Response:
        return await self.desk.post(
            f"/appeals/v1/appeals/{appeal_id}/counsel",
            {"verdict": verdict, "note": "as it is"},
            role="legal",
            sub=sub,
            headers=headers or {},
        )

    async def said(self, appeal_id: str) -> list[str]:
        """List the change kinds that were said of an appeal, in order."""
        rows = await self.desk.sql("SELECT payload FROM outbox WHERE key::jsonb ->> 'appeal_id' = $1 ORDER BY version", appeal_id)
        from contracts.streams import parse

        return [parse("office_actions.appeal_change.v1", row["payload"]).kind for row in rows]


@pytest.fixture
def clerk(desk: Desk) -> Clerk:
    return Clerk(desk)


@pytest.fixture(autouse=True)
async def _nothing_is_broken(request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """Ask the checker after every test that touched the service; the law's tests need no database."""
    yield
    if "desk" in request.fixturenames:
        desk: Desk = request.getfixturevalue("desk")
        assert await desk.findings() == []


MEMBERS = tuple(f"member-{number}" for number in range(10))
CLEAR = "Knows nobody in the case."


@dataclass
class Court:
    """Seats those who judge, and lets them vote."""

    desk: Desk
    clerk: Clerk

    async def ask(self, method: str, path: str, role: str, sub: str | None = None, body: Any = None) -> httpx.Response:
        return await self.desk.call(method, f"/appeals/v1{path}", role=role, sub=sub, reason="an appeal", json=body)

    async def enrol(self) -> None:
        """Fill every chair, once for the session's database."""
        for number, sub in enumerate(MEMBERS):
            body = {"pseudonym": f"Reviewer {number}", "sub": sub, "name": f"Member Example {number}", "wiki_user": f"Member {number}"}
            await self.desk.post("/appeals/v1/committee/members", body, role="legal", sub="cora")

    async def accepted(self, decision_id: UUID, **values: Any) -> str:
        """File an appeal and let it proceed."""
        appeal: str = (await self.clerk.file(decision_id, **values)).json()["id"]
        answer = await self.clerk.counsel(appeal)
        assert answer.json()["state"] == "accepted", answer.text
        return appeal

    async def panel(self, appeal: str) -> dict[str, Any]:
        found: dict[str, Any] = (await self.ask("GET", f"/appeals/{appeal}/panel", "facilitator", "fay")).json()
        return found

    async def subs(self, appeal: str, state: str = "cleared") -> list[str]:
        """Tell whose the seats in this state are; only a test may."""
        seats = (await self.panel(appeal))["seats"]
        # Whoever took the chair that somebody left has a longer pseudonym of the same number.
        names = [one["pseudonym"].removeprefix("Reviewer ")[0] for one in seats if one["state"] == state]
        return [f"member-{name}" for name in names]

    async def clear(self, appeal: str, *, sub: str = "cora", **verdicts: str) -> httpx.Response:
        """Clear every seat that waits, but for those of whom something else is said, by `member_N`."""
        waiting = [one for one in (await self.panel(appeal))["seats"] if one["state"] == "waiting"]
        said = {f"Reviewer {who.removeprefix('member_')}": verdict for who, verdict in verdicts.items()}
        seats = [{"seat": one["seat"], "verdict": said.get(one.get("pseudonym", ""), "clear"), "why": CLEAR} for one in waiting]
        return await self.ask("POST", f"/appeals/{appeal}/panel/clearance", "legal", sub, {"seats": seats})

    async def seated(self, appeal: str) -> list[str]:
        """Draw and clear a panel; give whose it is."""
        drawn = await self.ask("POST", f"/appeals/{appeal}/panel", "facilitator", "fay", {})
        assert drawn.status_code == 200, drawn.text
        assert (await self.clear(appeal)).json()["state"] == "in_panel"
        return await self.subs(appeal)

    async def vote(self, appeal: str, sub: str, vote: str = "overturn", **more: Any) -> httpx.Response:
        body = {"vote": vote, "note": f"The second account was never asked, says {vote}.", **more}
        return await self.ask("POST", f"/appeals/{appeal}/votes", "committee", sub, body)

    async def answer(self, appeal: str) -> httpx.Response:
        return await self.ask("POST", f"/appeals/{appeal}/outcome", "facilitator", "fay", {"reply": "The panel has looked at each step."})


@pytest.fixture(scope="module")
async def _members(desk: Desk) -> None:
    await Court(desk, Clerk(desk)).enrol()


@pytest.fixture
def court(desk: Desk, clerk: Clerk, _members: None) -> Court:
    return Court(desk, clerk)
