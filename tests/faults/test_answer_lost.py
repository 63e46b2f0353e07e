"""Journey 6: the answer is lost. Requests are cancelled at random awaits and repeated with the same key."""

import asyncio
import contextlib
import random
from typing import Any

from chassis.testing import Desk, House, eventually
from intake_svc.app import SERVICE
from office.demo.steps import request_for

CALLS = 2_000
AT_ONCE = 40
AGAIN = 0.05


async def test_two_thousand_cancelled_calls_are_done_once_each_and_leave_nothing_open(house: House) -> None:
    desk = await house.desk(SERVICE, fresh=True)
    chance = random.Random(20_261_123)
    gate = asyncio.Semaphore(AT_ONCE)
    lost = 0

    async def insist(number: int) -> str:
        nonlocal lost
        body, headers = request_for(f"Example {number}", number=number), {"Idempotency-Key": f"lost-{number}"}

        async def call() -> Any:
            return await desk.post("/intake/v1/requests", body, role="requester_desk", headers=headers)

        async with gate:
            doomed = asyncio.create_task(call())
            await asyncio.sleep(chance.random() * 0.08)
            if not doomed.done():
                lost += 1
                doomed.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await doomed
            while True:
                answer = await call()
                if answer.status_code == 201:
                    return str(answer.json()["id"])
                # The first call's transaction may still be at work for a moment: 409 says so, and asks to come again.
                assert answer.status_code in (409, 503), answer.text
                assert "retry-after" in answer.headers
                # Forty that ask again without a pause leave no moment for what they wait for: a refusal awaits nothing.
                await asyncio.sleep(AGAIN)

    ids = await asyncio.gather(*(insist(number) for number in range(CALLS)))
    assert lost > CALLS / 4, "hardly a call was cancelled: the test says nothing"
    assert len(set(ids)) == CALLS
    stored = await desk.sql("SELECT id::text FROM request")
    assert sorted(row["id"] for row in stored) == sorted(ids)
    await nothing_is_left_open(desk)
    # Nothing that was answered as done is missing from what will be told.
    assert (await desk.sql("SELECT count(DISTINCT key) AS n FROM outbox WHERE stream LIKE '%request%'"))[0]["n"] == CALLS
    assert await desk.findings() == []
    await desk.close()


async def nothing_is_left_open(desk: Desk) -> None:
    """Within a second no connection is idle in a transaction, and the pool has all of its own back."""

    async def quiet() -> bool:
        open_ones = await desk.sql(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user"
            " AND state LIKE 'idle in transaction%'"
        )
        return not open_ones and desk.runtime.db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]  # what a queue pool has

    await eventually(quiet, within=1.0, what="every transaction being over and the pool full again")
