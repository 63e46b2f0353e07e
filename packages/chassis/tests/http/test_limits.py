"""How often a caller may ask: so many writes a minute a person, none of it in dev mode."""

import pytest
from chassis.errors import TooMany
from chassis.http.limits import limits_of
from chassis.testing import Desk


async def test_the_write_after_the_last_of_a_minute_is_429(strict: Desk) -> None:
    for _ in range(5):
        assert (await strict.post("/intake/v1/notes", {"text": "x"}, role="evaluator", sub="busy")).status_code == 201
    answer = await strict.post("/intake/v1/notes", {"text": "x"}, role="evaluator", sub="busy")
    assert (answer.status_code, answer.json()["type"]) == (429, "/problems/too_many")
    assert 50 <= int(answer.headers["retry-after"]) <= 60
    assert (await strict.get("/intake/v1/notes", role="evaluator", sub="busy")).status_code == 200
    assert (await strict.post("/intake/v1/notes", {"text": "x"}, role="evaluator", sub="calm")).status_code == 201


async def test_a_service_limits_by_what_it_likes(strict: Desk) -> None:
    limits = limits_of(strict.runtime)
    for _ in range(3):
        limits.spend("sender", "one", 3)
    with pytest.raises(TooMany):
        limits.spend("sender", "one", 3)
    limits.spend("sender", "two", 3)
    assert limits_of(strict.runtime) is limits


async def test_outside_dev_mode_nobody_moves_the_clock(strict: Desk) -> None:
    assert (await strict.post("/dev/clock", {"advance": "P1D"}, role="operator")).status_code == 404
    assert (await strict.get("/intake/v1/dev/pulse", role="operator")).status_code == 404
