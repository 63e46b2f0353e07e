"""Journey 5: `office up` dies by `kill -9` at each named fault point, its servers stay up, and the effects are as if it had not."""

import asyncio
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from chassis.fault import POINTS
from contracts.case import CaseChange


@dataclass
class Crashes:
    """The real house in a process of its own, with what is played in it."""

    ground: Any
    child: Any
    play: Any
    reached: set[str] = field(default_factory=set)


@pytest.fixture(scope="module")
async def crashes(ground: Any, playing: Any) -> AsyncIterator[Crashes]:
    child = await ground.start()
    async with AIOKafkaProducer(bootstrap_servers=ground.servers.kafka.bootstrap) as producer:
        send = lambda key, value: producer.send_and_wait(CaseChange.stream_name(), value, key=key)  # noqa: E731  # said where it is used
        play = playing(ground.stage(child), ground.sql, send)
        await play.begin()
        yield Crashes(ground, child, play)


@pytest.mark.parametrize("point", POINTS)
async def test_a_crash_at(point: str, crashes: Crashes, effects: Any) -> None:
    scenario, ground = crashes.play.scenario_of(point), crashes.ground
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


def test_every_point_was_crashed_at(crashes: Crashes, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\nA crash at each of {len(crashes.reached)} fault points.\n")
    assert crashes.reached == set(POINTS)
