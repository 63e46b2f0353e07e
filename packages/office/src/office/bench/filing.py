"""A request filed, with everything that belongs to it, beside a route that inserts one row and commits."""

from json import dumps

from intake_svc.api.requests import EXAMPLE
from intake_svc.app import SERVICE
from kernel.actor import Role

from office.bench import load
from office.bench.figure import Goal, Line, Sample
from office.bench.ground import BARE, OFFICE, Ground, free_port, until_ready

CONNECTIONS = 8
ORDER = ("bare", "ours", "bare", "ours")


async def measure_filing(ground: Ground, runs: int) -> list[Line]:
    """`POST /intake/v1/requests`: validation, case, clock and outbox in one transaction."""
    await ground.migrated([SERVICE])
    bare, ours = free_port(), free_port()
    # Each request is another matter: the same one again would join the first one's case.
    body = dumps(EXAMPLE | {"subjects": [{"user": f"Example {load.SERIAL.decode()}"}]}).encode()
    own = {"Idempotency-Key": load.SERIAL.decode()}
    async with (
        ground.program(*BARE, "filing", str(bare), BENCH_DSN=ground.admin_dsn) as first,
        ground.program(*OFFICE, "up", "--dev", "--service", "intake", "--role", "api", "--port", str(ours)) as second,
    ):
        await until_ready(first, bare)
        await until_ready(second, ours)
        token = ground.token(Role.REQUESTER_DESK)
        targets = {
            "bare": load.Target(bare, [load.request("POST", "/requests", token=token, body=body, headers=own)], 201),
            "ours": load.Target(ours, [load.request("POST", "/intake/v1/requests", token=token, body=body, headers=own)], 201),
        }
        samples = [Sample(**await load.rates(load.Plan(targets, ORDER, CONNECTIONS, ground.scale.seconds))) for _ in range(runs)]
    note = f"{CONNECTIONS} connections, PostgreSQL waits for the disk, no worker beside it; bare: one asyncpg insert, committed"
    return [Line("filing", Goal(">=", 0.25), "answers/s", note, samples)]
