"""A change of one replica, seen by all: from its 200 to the last replica's answer, while tools go on asking."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
from ban_svc.app import SERVICE
from kernel.actor import Role

from office.bench import load
from office.bench.check import VARIETY, asked
from office.bench.figure import Goal, Line, Sample
from office.bench.ground import OFFICE, Ground, free_port, until_ready
from office.bench.growth import begin, grow
from office.bench.handover import at_pace

BANS_A_SECOND = 2
CONNECTIONS = 8
LOOK = 0.002
PATIENCE = 30.0


async def measure_visible(ground: Ground, runs: int) -> list[Line]:
    """Ban and lift at a steady pace, on each replica in turn, and tell the slowest change."""
    await ground.migrated([SERVICE])
    accounts, samples, rates = max(ground.scale.grown), [], []
    owner = await asyncpg.connect(ground.admin_dsn)
    try:
        await begin(owner, ground)
        await grow(owner, ground, range(accounts))
    finally:
        await owner.close()
    async with _replicas(ground) as replicas:
        for _ in range(runs):
            slowest, rate = await replicas.changed(ground.scale.changes)
            samples.append(Sample(slowest))
            rates.append(rate)
    note = (
        f"slowest of {2 * ground.scale.changes} bans and lifts, from the 200 to the answer of all {ground.scale.replicas} replicas, "
        f"with {accounts:,} accounts in force and {min(rates):.0f} checks a second going on"
    )
    return [Line("visible", Goal("<=", 1), "s", note, samples)]


@asynccontextmanager
async def _replicas(ground: Ground) -> AsyncIterator["Replicas"]:
    """Start them all on one database."""
    ports = [free_port() for _ in range(ground.scale.replicas)]
    async with AsyncExitStack() as stack:
        for port in ports:
            command = (*OFFICE, "up", "--dev", "--service", SERVICE.name, "--role", "api", "--port", str(port))
            await until_ready(await stack.enter_async_context(ground.program(*command)), port)
        yield Replicas(ground, ports, await stack.enter_async_context(httpx.AsyncClient(trust_env=False, timeout=PATIENCE)))


@dataclass(frozen=True, slots=True)
class Replicas:
    """The API processes, by their ports, and who acts in them."""

    ground: Ground
    ports: Sequence[int]
    client: httpx.AsyncClient
    _tokens: dict[Role, str] = field(default_factory=dict)

    async def changed(self, count: int) -> tuple[float, float]:
        """Put `count` bans into force and lift each again; give the slowest change in seconds, and how many checks a second went on."""
        approved = [await self._approved(f"Bench change {uuid4().hex[:12]}") for _ in range(count)]
        waiting, took = iter(enumerate(approved)), list[float]()

        async def ban_and_lift() -> None:
            number, (name, action) = next(waiting)
            port, where = self.ports[number % len(self.ports)], f"actions/{action}"
            await self._post(port, f"{where}/enactment", Role.ENFORCER, {})
            took.append(await self._seen(name, banned=True))
            await self._post(port, f"{where}/lift", Role.TEAM_MANAGER, {"reason": "It served its purpose.", "note": "All is quiet."})
            await self._post(port, f"{where}/lift/confirmation", Role.DIRECTOR, {"note": "I agree."})
            took.append(await self._seen(name, banned=False))

        seconds = count / BANS_A_SECOND + 1
        async with asyncio.TaskGroup() as tasks:
            loads = [tasks.create_task(load.rates(plan)) for plan in self._plans(seconds)]
            await asyncio.sleep(load.WARM_UP)
            await at_pace(count, BANS_A_SECOND, ban_and_lift)
        return max(took), sum(rate for one in loads for rate in one.result().values())

    def _plans(self, seconds: float) -> list[load.Plan]:
        """Have tools ask all replicas alike."""
        token, each = self._token(Role.TOOLING), self.ground.scale.checks_a_second / len(self.ports)
        questions = [load.request("GET", f"/bans/v1/check{query}", token=token) for query in asked(self.ground, VARIETY)]
        return [load.Plan({"check": load.Target(port, questions)}, ["check"], CONNECTIONS, seconds, each) for port in self.ports]

    async def _seen(self, name: str, *, banned: bool) -> float:
        """Ask every replica until it answers so; give the seconds that the last one took."""
        begun = time.perf_counter()

        async def by(port: int) -> None:
            while True:
                if await self._check(port, name) is banned:
                    return
                await asyncio.sleep(LOOK)

        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*(by(port) for port in self.ports))
        return time.perf_counter() - begun

    async def _approved(self, name: str) -> tuple[str, str]:
        """Have a ban of this account proposed and signed."""
        port = self.ports[0]
        action = await self._post(port, "actions", Role.EVALUATOR, {"case_id": str(uuid4()), "course": "act", "spec": _ban_of(name)})
        for step in action["review"]["steps"]:
            if step["required"]:
                signature = {"level": step["level"], "verdict": "approve", "digest": action["review"]["digest"], "note": "Read and agreed."}
                await self._post(port, f"actions/{action['id']}/reviews", Role(step["level"]), signature)
        return name, action["id"]

    async def _check(self, port: int, name: str) -> bool:
        headers = {"Authorization": f"Bearer {self._token(Role.TOOLING)}"}
        answer = await self.client.get(f"http://127.0.0.1:{port}/bans/v1/check", params={"user": name}, headers=headers)
        banned: bool = answer.raise_for_status().json()["banned"]
        return banned

    def _token(self, role: Role) -> str:
        """Show the same token each time, as a tool does."""
        if role not in self._tokens:
            self._tokens[role] = self.ground.token(role)
        return self._tokens[role]

    async def _post(self, port: int, path: str, role: Role, body: Any) -> Any:
        headers = {"Authorization": f"Bearer {self._token(role)}", "Idempotency-Key": uuid4().hex}
        answer = await self.client.post(f"http://127.0.0.1:{port}/bans/v1/{path}", json=body, headers=headers)
        return answer.raise_for_status().json()


def _ban_of(name: str) -> dict[str, Any]:
    """Write a lawful text."""
    return {
        "kind": "global_ban",
        "accounts": [{"name": name}],
        "grounds": ["harassment_multiple_projects"],
        "tou_basis": "Terms of Use, section 4",
        "justification": {"why": "insufficient", "note": "Three communities asked for help."},
        "prior_warnings": ["https://example.org/wiki/User_talk:Loud_visitor"],
        "disclosure": "public",
        "disclosure_reason": "Global bans are listed.",
    }
