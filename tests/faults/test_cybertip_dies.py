"""The process is killed in the middle of a report to NCMEC, at every step: the duty goes on, and one report is ended once (D21)."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import uvicorn
from chassis.fault import POINTS
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

LANE = {
    "kind": "child_protection",
    "channel": "legal_reports",
    "summary": "reported material",
    "requester": {"name": "A. Contributor", "email": "contributor@example.org", "standing_as": "community"},
}
GROUP: dict[str, Any] = {"roles": ("child_protection",), "reason": "the lane"}
LEGAL: dict[str, Any] = {"roles": ("legal", "child_protection"), "reason": "the lane"}
NOT_AUTHENTICATED, NO_SUCH_REPORT, FINISHED = 2000, 5001, 5102


@dataclass
class Ncmec:
    """What NCMEC remembers, and answers as its interface is documented; `locked` are the calls for which our word is not good."""

    opened: list[str] = field(default_factory=list)
    ended: dict[str, list[str]] = field(default_factory=lambda: {"finish": [], "retract": []})
    locked: set[str] = field(default_factory=set)

    async def answer(self, request: Request) -> Response:
        step, body = request.path_params["step"], (await request.body()).decode()
        if step in self.locked:
            return said(NOT_AUTHENTICATED)
        if step == "submit":
            self.opened.append(str(4000 + len(self.opened)))
            return said(0, self.opened[-1])
        number = body.removeprefix("id=")
        if number in self.ended["finish"]:
            return said(FINISHED)
        if number not in self.opened or number in self.ended["retract"]:
            return said(NO_SUCH_REPORT)
        self.ended[step].append(number)
        return said(0, number)


def said(code: int, number: str | None = None) -> Response:
    told = f"<reportId>{number}</reportId>" if number else ""
    return Response(f"<reportResponse><responseCode>{code}</responseCode>{told}</reportResponse>", media_type="text/xml")


@dataclass
class Lane:
    """Intake alone in a process that dies and comes again, with NCMEC beside it."""

    ground: Any
    ncmec: Ncmec
    environment: dict[str, str]
    child: Any = None

    async def start(self) -> None:
        port = self.child.port if self.child else None
        self.child = await self.ground.start("--service", "intake", port=port, **self.environment)

    async def post(self, path: str, person: str, body: Any = None, **options: Any) -> Any:
        return await self.ground.stage(self.child, insisting=False).post(f"/intake/v1{path}", person, body, **options)

    async def a_case(self) -> str:
        return f"/cases/{(await self.post('/requests', 'requester_desk-1', LANE, want=201))['case_id']}"

    async def report(self, path: str) -> None:
        await self.post(f"{path}/cybertip", "nora", {"incident_type": "apparent_material", "note": "reported material"}, **GROUP)

    async def until(self, path: str, **wanted: str) -> Any:
        """Let everything go on, its pauses too, until the duty stands like this."""
        stage = self.ground.stage(self.child)

        async def there() -> Any:
            # What was put off comes at once.
            await self.ground.sql("UPDATE intake.delivery SET next_at = at WHERE next_at IS NOT NULL")
            told = await stage.get(f"/intake/v1{path}/cybertip", "nora", **GROUP)
            return told if wanted.items() <= told.items() else None

        return await stage.until(there, f"the report being {wanted}")


@pytest.fixture(scope="module")
async def lane(ground: Any) -> AsyncIterator[Lane]:
    ncmec = Ncmec()
    app = Starlette(routes=[Route("/ispws/{step}", ncmec.answer, methods=["POST"])])
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
        serving = asyncio.create_task(server.serve(sockets=[bound]))
        file = ground.home / "credentials.json"
        file.touch(mode=0o600)
        file.write_text(json.dumps({"environment": "test", "username": "example", "password": "secret"}))
        environment = {
            "OFFICE_INTAKE_CYBERTIP_ENVIRONMENT": "test",
            "OFFICE_INTAKE_CYBERTIP_CREDENTIALS_FILE": str(file),
            "OFFICE_INTAKE_CYBERTIP_URL": f"http://127.0.0.1:{bound.getsockname()[1]}/ispws",
            "OFFICE_INTAKE_CYBERTIP_CONTACT": "reports@example.org",
        }
        found = Lane(ground, ncmec, environment)
        await found.start()
        for reader in ("nora", "nico", "lena"):
            answer = await ground.stage(found.child).ask("PUT", f"/intake/v1/lane/readers/{reader}", "director-1")
            assert answer.is_success, answer.text
        yield found
        await found.child.end()
        server.should_exit = True
        await serving


STEPS = ("submit", "finish", "retract")
SHORT = {("delivery.call.after", "submit"), ("delivery.receipt.before", "finish"), ("delivery.call.after", "retract")}


def places() -> Iterator[Any]:
    """Give each point of each step; where the answer is lost is always tried, the rest takes its time."""
    for point in POINTS:
        if point.startswith("delivery."):
            for step in STEPS:
                yield pytest.param(point, step, marks=() if (point, step) in SHORT else pytest.mark.chaos)


@pytest.mark.parametrize(("point", "step"), [*places()])
async def test_a_step_that_was_killed_is_taken_up_and_one_report_is_ended_once(point: str, step: str, lane: Lane) -> None:
    ncmec, path = lane.ncmec, await lane.a_case()
    before, done = len(ncmec.opened), {how: len(ended) for how, ended in ncmec.ended.items()}
    if step == "retract":
        # Opened, and not finished when three decide against it.
        ncmec.locked.add("finish")
        await lane.report(path)
        await lane.until(path, step="failed")
        await lane.post(f"{path}/cybertip/waiver", "nora", {"ground": "not_apparent", "note": "Nothing is apparent."}, **GROUP)
        await lane.post(f"{path}/cybertip/waiver/confirmation", "nico", **GROUP)
    await lane.child.arm(point, "crash", after=int(step == "finish"))
    # It may die before it can say that it has begun.
    with contextlib.suppress(httpx.TransportError):
        await (lane.post(f"{path}/cybertip/waiver/confirmation", "lena", **LEGAL) if step == "retract" else lane.report(path))
    await lane.child.gone()
    assert lane.child.reached(point) == 1 + int(step == "finish")
    ncmec.locked.clear()
    await lane.start()
    told = await lane.until(path, state="retracted" if step == "retract" else "finished")
    opened, lost = ncmec.opened[before:], [one for one in told["attempts"] if one["answered"] == "lost"]
    assert {how: ended[done[how] :] for how, ended in ncmec.ended.items()} == {
        "finish": [] if step == "retract" else opened[-1:],
        "retract": opened[-1:] if step == "retract" else [],
    }
    # What may lie open at NCMEC is on record, and is no more than one; its answer was lost with the process.
    assert len(told["attempts"]) == 1 + len(lost) <= 2
    assert len(opened) <= len(told["attempts"])
    assert await lane.ground.findings("intake") == []
