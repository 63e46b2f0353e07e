"""Ten thousand dates of cases that arrive in one moment, and two workers."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import asyncpg
from chassis.bus.topics import make_topics
from contracts.streams import STREAMS
from intake_svc.app import SERVICE

from office.bench.figure import Goal, Line, Sample
from office.bench.ground import OFFICE, Ground, free_port, until_ready

PATIENCE = 120.0
LOOK = 0.05
AHEAD = timedelta(seconds=3)
# Each case has its target at the moment $1, and a date that will say that it has passed.
DRAWN = """
WITH opened AS (
  INSERT INTO "case" (id, kind, state, team, priority, rank, received_at, due_at, target_at, at_risk_at, clock_state, request_ids,
      action_ids, open_action_ids, complained_of, awaits_action, reports, version)
    SELECT id, 'threat_of_harm', 'open', 'trust_and_safety', 'normal', 2, due - interval '28 days', due, due, due - interval '7 days',
      'at_risk', ARRAY[id], '{}', '{}', '{}', false, 1, 1
    FROM (SELECT gen_random_uuid() AS id, $1::timestamptz AS due FROM generate_series(1, $2::int)) AS made
    RETURNING id)
INSERT INTO deadline (id, aggregate_id, kind, due_at, state) SELECT gen_random_uuid(), id, 'case.breached', $1, 'waiting' FROM opened
"""
FIRED = "SELECT count(*) FROM deadline WHERE state = 'fired'"
SAID = "SELECT count(*), count(DISTINCT key) FROM outbox"


async def measure_deadlines(ground: Ground, runs: int) -> list[Line]:
    """Have every target pass at once, and tell when the last of them has been said and committed."""
    samples = [Sample(await _last(ground)) for _ in range(runs)]
    note = f"{ground.scale.due:,} targets of cases that pass in one moment, until the last is said; two workers with all their loops"
    return [Line("deadlines", Goal("<=", 10), "s", note, samples)]


async def _last(ground: Ground) -> float:
    settings = await ground.apart(SERVICE)
    await make_topics(settings, list(STREAMS))
    owner = await asyncpg.connect(settings.admin_dsn().replace("postgresql+asyncpg", "postgresql", 1))
    environment = {"OFFICE_DATABASE_URL": settings.database_url or "", "OFFICE_DATACENTER": settings.datacenter}
    try:
        async with AsyncExitStack() as stack:
            for name in ("first", "second"):
                port = free_port()
                command = (*OFFICE, "up", "--dev", "--service", SERVICE.name, "--role", "worker", "--port", str(port))
                process = await stack.enter_async_context(ground.program(*command, **environment, OFFICE_WORKER=name))
                await until_ready(process, port)
            # No request or trail belongs to these rows: replica mode leaves out what asks for them.
            await owner.execute("SET session_replication_role = replica; SET search_path = intake")
            moment = datetime.now(UTC) + AHEAD
            await owner.execute(DRAWN, moment, ground.scale.due)
            await asyncio.wait_for(_all_fired(owner, ground.scale.due), PATIENCE)
            took = (datetime.now(UTC) - moment).total_seconds()
            if tuple(await owner.fetchrow(SAID)) != (ground.scale.due, ground.scale.due):
                raise RuntimeError("a target that passed was not said exactly once")
            return took
    finally:
        await owner.close()
        await ground.drop(settings)


async def _all_fired(owner: asyncpg.Connection, count: int) -> None:
    while True:
        if await owner.fetchval(FIRED) == count:
            return
        await asyncio.sleep(LOOK)
