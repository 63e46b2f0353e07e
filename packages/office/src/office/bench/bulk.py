"""Requests filed many at a time, beside the same filed one by one."""

from json import dumps

from intake_svc.api.requests import EXAMPLE
from intake_svc.app import SERVICE
from kernel.actor import Role

from office.bench import load
from office.bench.figure import Goal, Line, Sample
from office.bench.ground import OFFICE, Ground, free_port, until_ready

ROWS = 250
CONNECTIONS = 1
ORDER = ("bare", "ours", "bare", "ours")


async def measure_bulk(ground: Ground, runs: int) -> list[Line]:
    """`POST /intake/v1/requests/bulk`: what one caller files, who waits for each answer before asking again."""
    await ground.migrated([SERVICE])
    port = free_port()
    own = {"Idempotency-Key": load.SERIAL.decode()}
    async with ground.program(*OFFICE, "up", "--dev", "--service", "intake", "--role", "api", "--port", str(port)) as program:
        await until_ready(program, port)
        token = ground.token(Role.REQUESTER_DESK)
        # Each request is another matter: the same one again would be linked to the first.
        rows = [EXAMPLE | {"subjects": [{"user": f"Example {load.SERIAL.decode()} {number}"}]} for number in range(ROWS + 1)]
        one, many = dumps(rows[ROWS]).encode(), dumps({"requests": rows[:ROWS]}).encode()
        targets = {
            "bare": load.Target(port, [load.request("POST", "/intake/v1/requests", token=token, body=one, headers=own)], 201),
            "ours": load.Target(port, [load.request("POST", "/intake/v1/requests/bulk", token=token, body=many, headers=own)], 200),
        }
        samples = []
        for _ in range(runs):
            found = await load.rates(load.Plan(targets, ORDER, CONNECTIONS, ground.scale.seconds))
            samples.append(Sample(ours=found["ours"] * ROWS, bare=found["bare"]))
    note = f"{ROWS} rows a call, beside single posts; one caller, PostgreSQL waits for the disk, no worker beside it"
    return [Line("bulk", Goal(">=", 5), "requests/s", note, samples)]
