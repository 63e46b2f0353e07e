"""Journey 5 at length: every point in every kind in the middle of a global ban, and again in the recovery that follows (`make chaos`)."""

import asyncio
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer
from ban_svc.rules import usual_rate
from chassis.clock import Clock
from chassis.fault import POINTS
from chassis.testing import eventually
from contracts.case import CaseChange
from office.demo import global_ban

KINDS = ("crash", "error", "cancel", "slow", "timeout")
pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]


@dataclass
class Chaos:
    """A house in a process of its own, what an undisturbed matter does in it, and which faults were met."""

    ground: Any
    child: Any
    play: Any
    undisturbed: dict[str, Counter[str]] = field(default_factory=dict)
    met: Counter[str] = field(default_factory=Counter)

    async def stay_usual(self) -> None:
        """Let the time of the usual rate pass before one ban more would be unusual: an anomaly is told of, as in no other matter."""
        now = Clock(self.ground.home / "clock").law()
        usual = usual_rate(on=now.date())
        late = await self.ground.sql("SELECT count(*) AS n FROM ban.action WHERE enacted_at > $1", now - timedelta(days=usual.days))
        if late[0]["n"] >= usual.actions:
            await self.play.stage.advance(f"P{usual.days + 1}D")

    async def matter(self, scenario: str, middle: asyncio.Event) -> None:
        """A whole global ban, in whose middle `middle` is set; for a date or a parked event, that as well, begun in the middle."""
        stage, user = self.play.stage, f"Example Troll {uuid4().hex[:8]}"

        def told(sentence: str) -> None:
            if "must sign in turn" in sentence:
                middle.set()

        stage._tell = told
        if scenario != "letter":
            middle.set()
            await self.play.play(scenario)
        await global_ban.play(stage, user)
        await stage.advance("PT2M")


@pytest.fixture(scope="module")
async def chaos(ground: Any, playing: Any, effects: Any, capsys_disabled: Any) -> AsyncIterator[Chaos]:
    child = await ground.start()
    began = time.monotonic()
    async with AIOKafkaProducer(bootstrap_servers=ground.servers.kafka.bootstrap) as producer:
        send = lambda key, value: producer.send_and_wait(CaseChange.stream_name(), value, key=key)  # noqa: E731  # said where it is used
        found = Chaos(ground, child, playing(ground.stage(child), ground.sql, send))
        for scenario in ("letter", "date", "parked"):
            seen = await effects(ground.sql).begin()
            await found.matter(scenario, asyncio.Event())
            found.undisturbed[scenario] = await seen.end()
        yield found
    with capsys_disabled():
        sys.stdout.write(f"\n{dict(found.met)} in {time.monotonic() - began:.0f} s.\n")


@pytest.fixture(scope="session")
def capsys_disabled(pytestconfig: pytest.Config) -> Any:
    return pytestconfig.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled


async def until(true: Callable[[], bool]) -> None:
    async def ask() -> bool:
        return true()

    await eventually(ask, within=120, what="the fault or the end of the matter")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("point", POINTS)
async def test_in_the_middle_and_during_the_recovery(point: str, kind: str, chaos: Chaos, effects: Any) -> None:
    await chaos.stay_usual()
    scenario, ground, middle = chaos.play.scenario_of(point), chaos.ground, asyncio.Event()
    seen = await effects(ground.sql).begin()
    matter = asyncio.create_task(chaos.matter(scenario, middle))
    await middle.wait()
    first = chaos.child
    before = first.reached(point)
    await first.arm(point, kind)
    await until(lambda: matter.done() or (not first.alive if kind == "crash" else first.reached(point) > before))
    assert first.reached(point) > before, f"{point} was not reached"
    chaos.met["first"] += 1
    if kind == "crash":
        # Armed from its start on: it breaks again at the first passing, if what was left over leads it there.
        chaos.child = await ground.start(port=first.port, fault={"point": point, "kind": kind})
        await until(lambda: matter.done() or not chaos.child.alive)
        if not chaos.child.alive:
            chaos.met["second"] += 1
            assert chaos.child.reached(point)
            chaos.child = await ground.start(port=first.port)
    else:
        before = first.reached(point)
        await first.arm(point, kind)
        await matter
        chaos.met["second"] += first.reached(point) > before
    await matter
    if chaos.child.alive and kind == "crash":
        # What is still armed and was not reached must not break the next matter.
        await chaos.child.end()
        chaos.child = await ground.start(port=first.port)
    assert seen.unlike(await seen.end(), chaos.undisturbed[scenario]) == []
    assert await ground.findings() == []
    await ground.letters_match_receipts()
