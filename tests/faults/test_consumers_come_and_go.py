"""Journey 7, second half: consumers join and leave, by SIGTERM or by `kill -9`."""

import itertools
import signal
import sys
import time
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from chassis.testing import eventually
from office.demo import steps
from office.demo.stage import Stage

SESSION = 10.0


async def test_consumers_join_and_leave_twenty_times(ground: Any, capsys: pytest.CaptureFixture[str]) -> None:
    told = await join_and_leave(ground, 20)
    with capsys.disabled():
        sys.stdout.write(f"\n{told}\n")


@pytest.mark.chaos
@pytest.mark.timeout(1200)
async def test_consumers_join_and_leave_fifty_times(ground: Any, capsys: pytest.CaptureFixture[str]) -> None:
    told = await join_and_leave(ground, 50)
    with capsys.disabled():
        sys.stdout.write(f"\n{told}\n")


async def join_and_leave(ground: Any, rounds: int) -> str:
    """A second worker of notify-svc leaves, by SIGTERM or by `kill -9`, and comes back; at last it stays away."""
    child = await ground.start()
    stage = ground.stage(child)
    member = {"OFFICE_WORKER": "2", **{f"OFFICE_{name}_URL": child.url for name in ("INTAKE", "BAN", "DMCA", "APPEALS")}}
    second = await ground.start("--service", "notify", "--role", "worker", **member)
    await heard(ground, await ask(stage), within=SESSION + 5)
    slowest = 0.0
    for number in range(rounds):
        await second.end(signal.SIGKILL if number % 2 else signal.SIGTERM)
        asked = await ask(stage)
        began = time.monotonic()
        second = await ground.start("--service", "notify", "--role", "worker", **member)
        await heard(ground, asked, within=5.0)
        slowest = max(slowest, time.monotonic() - began)
    assert len(await members(ground)) == 2
    await second.end(signal.SIGKILL)
    began = time.monotonic()
    await heard(ground, await ask(stage), within=SESSION + 3)
    taken_over = time.monotonic() - began
    await stage.advance("PT0S")
    await ground.nothing_is_lost_and_nothing_twice()
    await child.end(signal.SIGTERM)
    return (
        f"{rounds} rounds: reading {slowest:.1f} s after its start at most; those of a dead one were read again after {taken_over:.1f} s."
    )


_numbers = itertools.count(1000)


async def ask(stage: Stage) -> list[str]:
    """File requests enough to reach every partition."""
    numbers = [next(_numbers) for _ in range(12)]
    return [(await steps.open_case(stage, f"Example Troll {number}", number=number))["id"] for number in numbers]


async def heard(ground: Any, ids: list[str], *, within: float) -> None:
    """Wait until notify-svc has heard of each of these requests."""
    known = "SELECT count(DISTINCT key) AS n FROM notify.inbox WHERE key::jsonb->>'request_id' = ANY($1)"

    async def all_of_them() -> bool:
        return bool((await ground.sql(known, ids))[0]["n"] == len(ids))

    await eventually(all_of_them, within=within, what="every partition being read")


async def members(ground: Any) -> list[str]:
    """Ask the broker who is in the group of notify-svc."""
    admin = AIOKafkaAdminClient(bootstrap_servers=ground.servers.kafka.bootstrap)
    await admin.start()
    try:
        described = (await admin.describe_consumer_groups(["office-notify"]))[0].to_object()
    finally:
        await admin.close()
    return [one["member_id"] for one in described["groups"][0]["members"] if one["member_assignment"]]
