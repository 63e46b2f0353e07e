"""Journey 5: error, cancel, slow, and done though the caller saw a time-out, at each named fault point, from approved to the letter."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from chassis.bus import Record
from chassis.fault import POINTS
from chassis.testing import House, broken_at
from contracts.case import CaseChange

# Two on one action: there are two letters, and what fails oftener than it may be tried is rightly not delivered.
PAIRS = (("error", "slow"), ("cancel", "timeout"))


@pytest.fixture(scope="module")
async def play(breakable_house: Any, house: House, insisting: Any, playing: Any) -> AsyncIterator[Any]:
    desk = breakable_house.desk
    stage = insisting(breakable_house.url, desk.settings.home, secrets=house.secrets)

    async def send(key: bytes, value: bytes) -> None:
        assert list(await desk.runtime.bus.send([Record(CaseChange.stream_name(), key, value, 0)])) == [None]

    play = playing(stage, breakable_house.sql, send)
    await play.begin(len(PAIRS))
    yield play
    await stage.close()


@pytest.mark.parametrize("kinds", PAIRS, ids="+".join)
@pytest.mark.parametrize("point", POINTS)
async def test_faults_at(point: str, kinds: tuple[str, str], play: Any, breakable_house: Any, effects: Any) -> None:
    scenario = play.scenario_of(point)
    seen = await effects(breakable_house.sql).begin()
    with broken_at(point, *kinds) as passed:
        await play.play(scenario)
    assert passed.count(point) >= len(kinds), f"{point} was passed {passed.count(point)} times"
    assert seen.unlike(await seen.end(), play.undisturbed[scenario]) == []
    assert await breakable_house.findings() == []
