"""Journey 4: the broker dies in the middle of a global ban and comes back five seconds later."""

import asyncio
import json
import time
from collections.abc import Awaitable
from typing import Any
from uuid import uuid4

from office.demo import global_ban, steps
from office.demo.stage import Stage

AWAY = 5.0


class Traffic:
    """What people ask while the broker is away: each is to be answered, as always."""

    def __init__(self, stage: Stage) -> None:
        self.answers: list[tuple[str, int, float]] = []
        self._stage = stage

    async def until(self, over: asyncio.Event) -> None:
        while not over.is_set():
            user = f"Example Troll {uuid4().hex[:8]}"
            await self._timed("file", self._stage.ask("POST", "/intake/v1/requests", "requester_desk-1", steps.request_for(user)))
            await self._timed("check", self._stage.ask("GET", f"/bans/v1/check?user={uuid4().hex}", "tooling-1"))
            # A quarter of a second between two people: what they ask is all to be settled afterwards.
            await asyncio.sleep(0.25)

    async def _timed(self, what: str, call: Awaitable[Any]) -> None:
        began = time.monotonic()
        answer = await call
        self.answers.append((what, answer.status_code, time.monotonic() - began))


class Held(Stage):
    """A stage whose clock waits for the broker: a walk of the clock lets everything settle, which nothing can without one."""

    back: asyncio.Event
    clock: Stage
    trace: str

    async def advance(self, by: str) -> Any:
        await self.back.wait()
        return await self.clock.advance(by)

    async def ask(self, method: str, path: str, person: str, body: Any = None, **options: Any) -> Any:
        if path.endswith("/enactment"):
            options["headers"] = {"traceparent": f"00-{self.trace}-{'1' * 16}-01"}
        return await super().ask(method, path, person, body, **options)


async def test_the_broker_dies_in_the_middle_of_a_global_ban(ground: Any) -> None:
    child = await ground.start()
    stage, back, traffic = Held(child.url, ground.home), asyncio.Event(), Traffic(ground.stage(child, insisting=False))
    ground.stages.append(stage)
    stage.back, stage.clock, stage.trace = back, ground.stage(child), uuid4().hex
    user = f"Example Troll {uuid4().hex[:8]}"
    during: list[asyncio.Task[None]] = []

    async def away() -> None:
        await ground.servers.kafka.kill()
        await asyncio.sleep(AWAY)
        await ground.servers.kafka.restart()
        back.set()

    def middle(sentence: str) -> None:
        # The action is there, nobody has signed: what follows is said while nobody can hear it.
        if "must sign in turn" in sentence:
            during.extend((asyncio.create_task(away()), asyncio.create_task(traffic.until(back))))

    stage._tell = middle
    action = await global_ban.play(stage, user)
    assert during, "the broker did not die"
    await asyncio.gather(*during)
    await stage.advance("PT2M")

    # Every request in between was answered, and as it would have been.
    assert len(traffic.answers) > 10
    assert {(what, status) for what, status, _ in traffic.answers} == {("file", 201), ("check", 200)}
    assert max(took for _, _, took in traffic.answers) < AWAY

    await ground.nothing_is_lost_and_nothing_twice()
    told = await ground.sql("SELECT party, state FROM notify.notification WHERE about_id::text = $1 ORDER BY 1", action["id"])
    assert [(row["party"], row["state"]) for row in told] == [("requester", "delivered"), ("subject", "delivered")]
    await one_trace_leads_to_the_letter(ground, child, stage.trace)


async def one_trace_leads_to_the_letter(ground: Any, child: Any, trace: str) -> None:
    lines = [json.loads(line) for line in child.log.read_text().splitlines() if trace in line and line.startswith("{")]
    routes = {line.get("labels", {}).get("route") for line in lines}
    assert "/bans/v1/actions/{action_id}/enactment" in routes
    assert "/bans/v1/actions/{action_id}/subject" in routes, "what notify-svc asked of the owner"
    assert any(line.get("message") == "delivery.done" for line in lines)
    for service in ("ban", "notify"):
        assert await ground.sql(f"SELECT 1 FROM {service}.outbox WHERE traceparent LIKE $1", f"%{trace}%"), service
