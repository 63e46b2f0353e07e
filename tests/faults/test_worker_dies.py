"""Journey 5: the worker dies by `kill -9` at each named fault point, the servers stay up, and the effects are as if it had not."""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer
from chassis.edge import new_id
from chassis.fault import POINTS
from contracts.case import CaseChange
from office.demo import clock, steps
from office.demo.stage import Answer, Stage

STREAM = CaseChange.stream_name()
DATE = ("ticker.read.after", "ticker.acted.before", "ticker.acted.after")
PARKED = ("ticker.parked.before", "ticker.parked.after")


@dataclass
class Crashes:
    """A ground with one house on it at a time, actions that are approved, and what each scenario does when nothing breaks."""

    ground: Any
    port: int
    child: Any
    stage: Stage
    producer: AIOKafkaProducer
    approved: list[Answer] = field(default_factory=list)
    undisturbed: dict[str, Counter[str]] = field(default_factory=dict)
    reached: set[str] = field(default_factory=set)

    async def prepare(self, count: int) -> None:
        """Bring that many actions to where they are approved."""
        stage, cases = self.stage, []
        for number in range(count):
            user = f"Example Troll {number}"
            case_id = (await steps.open_case(stage, user, number=number))["case_id"]
            await stage.post(f"/intake/v1/cases/{case_id}/assignment", "evaluator-1", {"assignee": "evaluator-1"})
            form = {"course": "act", "rationale": "Local governance does not reach far enough.", "action": steps.ban_of(user)}
            await stage.post(f"/intake/v1/cases/{case_id}/recommendations", "evaluator-1", form, want=201)
            cases.append(case_id)
        await stage.advance("PT0S")
        for case_id in cases:
            made = await stage.get(f"/bans/v1/actions?case_id={case_id}", "auditor-1", reason="following a case")
            self.approved.append(await steps.approve(stage, made["items"][0]))

    async def play(self, scenario: str) -> None:
        await getattr(self, scenario)()
        # To the end of it: what a requester is told of the request goes out after a minute.
        await self.stage.advance("PT2M")

    async def letter(self) -> None:
        """From approved to the letters to both parties."""
        action = self.approved.pop()
        await self.stage.post(f"/bans/v1/actions/{action['id']}/enactment", "enforcer-1", {})
        await self.stage.advance("PT2M")

        async def delivered() -> bool:
            found = await self.stage.get(f"/notify/v1/notifications?about={action['id']}", "auditor-1", reason="following a case")
            return sorted((one["party"], one["state"]) for one in found["items"]) == [("requester", "delivered"), ("subject", "delivered")]

        await self.stage.until(delivered, "both letters")

    async def date(self) -> None:
        """Two dates arrive: at risk and breached, each with its alert."""
        request = await self.stage.post("/intake/v1/requests", "requester_desk-1", clock.REPORT, want=201)
        await self.stage.advance("PT25H")
        assert await clock.alerted(self.stage, request["case_id"], "alert_breached") == 1

    async def parked(self) -> None:
        """An event comes before the one that it follows: it is parked, and tried again when that one has come."""
        request = await steps.open_case(self.stage, f"Example Troll {uuid4().hex[:8]}")
        await self.stage.advance("PT0S")
        row = (await self.ground.sql("SELECT key, payload FROM intake.outbox WHERE key LIKE $1", f"%{request['case_id']}%"))[0]
        first = CaseChange.model_validate_json(row["payload"])
        third, second = (self._after(first, version) for version in (3, 2))
        await self.producer.send_and_wait(STREAM, third.to_bytes(), key=row["key"].encode())

        async def waits() -> bool:
            counts = "SELECT " + " + ".join(
                f"(SELECT count(*) FROM {one}.parked WHERE event_id = $1)" for one in ("ban", "appeals", "notify")
            )
            return bool((await self.ground.sql(counts, third.meta.id))[0][0] == 3)

        await self.stage.until(waits, "the event being parked by the three who hear it")
        await self.producer.send_and_wait(STREAM, second.to_bytes(), key=row["key"].encode())

        async def heard() -> bool:
            counts = "SELECT " + " + ".join(
                f"(SELECT count(*) FROM {one}.inbox WHERE event_id = $1)" for one in ("ban", "appeals", "notify")
            )
            return bool((await self.ground.sql(counts, third.meta.id))[0][0] == 3)

        await self.stage.until(heard, "the event being heard after the one that it follows")

    def _after(self, first: CaseChange, version: int) -> CaseChange:
        return CaseChange.of(
            "expanded", state=first.case, prior=first.case, version=version, dt=first.dt, performer=first.performer, cause=None,
            request_id=str(new_id()), event_id=new_id(), meta_dt=first.meta.dt,
        )  # fmt: skip


def scenario_of(point: str) -> str:
    """Name the scenario that passes a point."""
    return "date" if point in DATE else "parked" if point in PARKED else "letter"


@pytest.fixture(scope="module")
async def crashes(ground: Any, effects: Any) -> AsyncIterator[Crashes]:
    child = await ground.start()
    port = int(child.url.rpartition(":")[2])
    async with AIOKafkaProducer(bootstrap_servers=ground.servers.kafka.bootstrap) as producer:
        found = Crashes(ground, port, child, ground.stage(child), producer)
        await found.prepare(1 + sum(scenario_of(point) == "letter" for point in POINTS))
        # What the requesters are told of their requests goes out now, and not in the first scenario.
        await found.stage.advance("PT2M")
        for scenario in ("letter", "date", "parked"):
            seen = await effects(ground.sql).begin()
            await found.play(scenario)
            found.undisturbed[scenario] = await seen.end()
        yield found


@pytest.mark.parametrize("point", POINTS)
async def test_a_crash_at(point: str, crashes: Crashes, effects: Any) -> None:
    scenario, ground = scenario_of(point), crashes.ground
    seen = await effects(ground.sql).begin()
    await crashes.child.arm(point, "crash")
    playing = asyncio.create_task(crashes.play(scenario))
    dying = asyncio.create_task(crashes.child.gone())
    await asyncio.wait({playing, dying}, return_when=asyncio.FIRST_COMPLETED)
    assert crashes.child.reached(point), f"{point} was not reached"
    await dying
    crashes.reached.add(point)
    crashes.child = await ground.start(port=crashes.port)
    await playing
    assert seen.unlike(await seen.end(), crashes.undisturbed[scenario]) == []
    assert await ground.findings() == []
    await ground.letters_match_receipts()


def test_every_point_was_broken(crashes: Crashes, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\nA crash at each of {len(crashes.reached)} fault points.\n")
    assert crashes.reached == set(POINTS)
