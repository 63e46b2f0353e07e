"""Dev mode: the clock of the law is walked over HTTP, and nobody is limited."""

from datetime import datetime, timedelta

import pytest
from chassis.http.limits import limits_of
from chassis.testing import Desk


async def test_nobody_is_limited(desk: Desk) -> None:
    for _ in range(3):
        limits_of(desk.runtime).spend("sender", "one", 1)


async def test_any_token_walks_the_clock_and_none_does_not(desk: Desk) -> None:
    await desk.work()
    before = desk.runtime.clock.law()
    assert (await desk.post("/dev/clock", {"advance": "P1D"})).status_code == 401
    answer = await desk.post("/dev/clock", {"advance": "P1DT1H"}, role="auditor")
    assert answer.status_code == 200, answer.text
    moved = datetime.fromisoformat(answer.json()["law"]) - before
    assert timedelta(days=1, hours=1) <= moved < timedelta(days=1, hours=1, minutes=1)
    assert answer.json()["steps"] >= 0
    assert (await desk.get("/intake/v1/dev/pulse", role="auditor")).json()["due"] == 0


@pytest.mark.parametrize(
    "body", [{}, {"advance": 1}, {"advance": "-P1D"}, {"advance": "tomorrow"}, {"advance": "P99Y"}, {"advance": "P1D", "x": 1}, []]
)
async def test_a_walk_that_is_none_is_422(desk: Desk, body: object) -> None:
    assert (await desk.post("/dev/clock", body, role="auditor")).status_code == 422
