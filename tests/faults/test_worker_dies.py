"""Journey 5: the house breaks at each named fault point, in each kind, and its effects are those of an undisturbed run.

A crash is a `kill -9` of the real `office up` with all five services, whose servers stay up; other kinds break the house in this process.
"""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer
from chassis.bus import Record
from chassis.edge import new_id
from chassis.fault import POINTS
from chassis.testing import House, broken_at
from contracts.case import CaseChange
from office.demo import clock, steps
from office.demo.stage import Answer, Stage

STREAM = CaseChange.stream_name()
KINDS = ("error", "cancel", "slow", "timeout")
SCENARIO = {
    **dict.fromkeys(("ticker.read.after", "ticker.acted.before", "ticker.acted.after"), "date"),
    **dict.fromkeys(("ticker.parked.before", "ticker.parked.after"), "parked"),
}
"""Which scenario passes a point; all others are passed by `letter`."""

HEARERS = ("ban", "appeals", "notify")


@dataclass
class Play:
    """Scenarios in one house, seen over HTTP: `send` puts a raw event on the stream of cases, `sql` looks into the database."""

    stage: Stage
    sql: Callable[..., Awaitable[Any]]
    send: Callable[[bytes, bytes], Awaitable[Any]]
    approved: list[Answer] = field(default_factory=list)
    undisturbed: dict[str, Counter[str]] = field(default_factory=dict)

    async def begin(self, effects: Any, letters: int) -> None:
        """Get the actions ready, and play each scenario once with nothing broken."""
        await self._prepare(letters + 1)
        # What the requesters are told of their requests goes out now, and not in the first scenario.
        await self.stage.advance("PT2M")
        for scenario in ("letter", "date", "parked"):
            seen = await effects(self.sql).begin()
            await self.play(scenario)
            self.undisturbed[scenario] = await seen.end()

    async def play(self, scenario: str) -> None:
        await getattr(self, scenario)()
        # To the end of it: what a requester is told of the request goes out after a minute.
        await self.stage.advance("PT2M")

    async def _prepare(self, count: int) -> None:
        """Bring that many actions to where they are approved."""
        cases = []
        for number in range(count):
            user = f"Example Troll {number}"
            case_id = (await steps.open_case(self.stage, user, number=number))["case_id"]
            await self.stage.post(f"/intake/v1/cases/{case_id}/assignment", "evaluator-1", {"assignee": "evaluator-1"})
            form = {"course": "act", "rationale": "Local governance does not reach far enough.", "action": steps.ban_of(user)}
            await self.stage.post(f"/intake/v1/cases/{case_id}/recommendations", "evaluator-1", form, want=201)
            cases.append(case_id)
        await self.stage.advance("PT0S")
        for case_id in cases:
            made = await self.stage.get(f"/bans/v1/actions?case_id={case_id}", "auditor-1", reason="following a case")
            self.approved.append(await steps.approve(self.stage, made["items"][0]))

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
        row = (await self.sql("SELECT key, payload FROM intake.outbox WHERE key LIKE $1", f"%{request['case_id']}%"))[0]
        first = CaseChange.model_validate_json(row["payload"])
        third, second = (_after(first, version) for version in (3, 2))

        async def all_have(table: str) -> bool:
            each = " + ".join(f"(SELECT count(*) FROM {one}.{table} WHERE event_id = $1)" for one in HEARERS)
            return bool((await self.sql(f"SELECT {each}", third.meta.id))[0][0] == len(HEARERS))

        await self.send(row["key"].encode(), third.to_bytes())
        await self.stage.until(lambda: all_have("parked"), "the event being parked by all who hear it")
        await self.send(row["key"].encode(), second.to_bytes())
        await self.stage.until(lambda: all_have("inbox"), "the event being heard after the one that it follows")


def _after(first: CaseChange, version: int) -> CaseChange:
    return CaseChange.of(
        "expanded", state=first.case, prior=first.case, version=version, dt=first.dt, performer=first.performer, cause=None,
        request_id=str(new_id()), event_id=new_id(), meta_dt=first.meta.dt,
    )  # fmt: skip


def scenario_of(point: str) -> str:
    return SCENARIO.get(point, "letter")


LETTERS = sum(scenario_of(point) == "letter" for point in POINTS)


@dataclass
class Crashes:
    """The real house in a process of its own, with what is played in it."""

    ground: Any
    child: Any
    play: Play
    reached: set[str] = field(default_factory=set)


@pytest.fixture(scope="module")
async def crashes(ground: Any, effects: Any) -> AsyncIterator[Crashes]:
    child = await ground.start()
    async with AIOKafkaProducer(bootstrap_servers=ground.servers.kafka.bootstrap) as producer:
        play = Play(ground.stage(child), ground.sql, lambda key, value: producer.send_and_wait(STREAM, value, key=key))
        await play.begin(effects, LETTERS)
        yield Crashes(ground, child, play)


@pytest.mark.parametrize("point", POINTS)
async def test_a_crash_at(point: str, crashes: Crashes, effects: Any) -> None:
    scenario, ground = scenario_of(point), crashes.ground
    seen = await effects(ground.sql).begin()
    await crashes.child.arm(point, "crash")
    playing = asyncio.create_task(crashes.play.play(scenario))
    dying = asyncio.create_task(crashes.child.gone())
    await asyncio.wait({playing, dying}, return_when=asyncio.FIRST_COMPLETED)
    assert crashes.child.reached(point), f"{point} was not reached"
    await dying
    crashes.reached.add(point)
    crashes.child = await ground.start(port=crashes.child.port)
    await playing
    assert seen.unlike(await seen.end(), crashes.play.undisturbed[scenario]) == []
    assert await ground.findings() == []
    await ground.letters_match_receipts()


def test_every_point_crashed(crashes: Crashes, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\nA crash at each of {len(crashes.reached)} fault points.\n")
    assert crashes.reached == set(POINTS)


@pytest.fixture(scope="module")
async def play(breakable_house: Any, house: House, insisting: Any, effects: Any) -> AsyncIterator[Play]:
    desk = breakable_house.desk
    stage = insisting(breakable_house.url, desk.settings.home, secrets=house.secrets)

    async def send(key: bytes, value: bytes) -> None:
        assert list(await desk.runtime.bus.send([Record(STREAM, key, value, 0)])) == [None]

    play = Play(stage, breakable_house.sql, send)
    await play.begin(effects, LETTERS * len(KINDS))
    yield play
    await stage.close()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("point", POINTS)
async def test_a_fault_at(point: str, kind: str, play: Play, breakable_house: Any, effects: Any) -> None:
    scenario = scenario_of(point)
    seen = await effects(breakable_house.sql).begin()
    with broken_at(point, kind) as passed:
        await play.play(scenario)
    assert point in passed
    assert seen.unlike(await seen.end(), play.undisturbed[scenario]) == []
    assert await breakable_house.findings() == []
