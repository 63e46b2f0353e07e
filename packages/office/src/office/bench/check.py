"""The ban check, one subject and many, on a full index, beside FastAPI routes that look nothing up."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address
from json import dumps
from urllib.parse import quote
from uuid import UUID

import asyncpg
from ban_svc.app import SERVICE
from ban_svc.hashes import Hashes
from kernel.actor import Role

from office.bench import load
from office.bench.figure import Goal, Line, Sample
from office.bench.ground import BARE, OFFICE, Ground, free_port, until_ready

# Each prefix length once among the small ones: real lists mix them, and each costs a look-up.
RANGE_LENGTHS = (24, 22, 20, 19)
ORDER = ("bare", "ours", "bare", "ours")
VARIETY = 500


@dataclass(frozen=True, slots=True)
class Pair:
    """The two servers, up, and a token that ours takes."""

    bare: int
    ours: int
    token: str


async def measure_check(ground: Ground, runs: int) -> list[Line]:
    """`GET /bans/v1/check` at 1 and at 32 connections, and `POST /bans/v1/check` with many subjects at once."""
    await _seed(ground)
    async with servers(ground) as pair:
        stands = f"{ground.scale.accounts:,} accounts and {ground.scale.ranges:,} ranges in force"
        lines = []
        for connections, said in ((1, "1 connection"), (32, "32 connections")):
            samples = await ratio(ground, pair, connections=connections, runs=runs)
            lines.append(Line(f"check at {connections}", Goal(">=", 0.8), "answers/s", f"{stands}, {said}", samples))
        samples = await ratio(ground, pair, connections=1, runs=runs, many=True)
        note = f"{ground.scale.subjects:,} subjects, {stands}, 1 connection; bare: the same JSON in and out as dict"
        return [*lines, Line("check many", Goal(">=", 2), "answers/s", note, samples)]


async def ratio(ground: Ground, pair: Pair, *, connections: int, runs: int, many: bool = False) -> list[Sample]:
    """Ask both servers in turn, one subject a question or many."""
    if many:
        targets = _targets(pair, "POST", [("", _question(ground, number)) for number in range(4)])
    else:
        targets = _targets(pair, "GET", [(query, b"") for query in asked(ground, VARIETY)])
    plan = load.Plan(targets, ORDER, connections, ground.scale.seconds)
    return [Sample(**await load.rates(plan)) for _ in range(runs)]


def asked(ground: Ground, count: int) -> list[str]:
    """Give the queries that a tool would send."""
    return [f"?{name}={quote(value)}" for name, value in _asked(ground, count)]


def _targets(pair: Pair, method: str, asked: list[tuple[str, bytes]]) -> dict[str, load.Target]:
    return {
        "bare": load.Target(pair.bare, [load.request(method, f"/check{query}", token=pair.token, body=body) for query, body in asked]),
        "ours": load.Target(
            pair.ours, [load.request(method, f"/bans/v1/check{query}", token=pair.token, body=body) for query, body in asked]
        ),
    }


def _question(ground: Ground, number: int) -> bytes:
    asked = [{name: value} for name, value in _asked(ground, ground.scale.subjects, seed=number)]
    return dumps({"subjects": asked}, separators=(",", ":")).encode()


@asynccontextmanager
async def servers(ground: Ground) -> AsyncIterator[Pair]:
    """Start both, ours with what is in force already."""
    bare, ours = free_port(), free_port()
    async with (
        ground.program(*BARE, "check", str(bare)) as first,
        ground.program(*OFFICE, "up", "--dev", "--service", "ban", "--role", "api", "--port", str(ours)) as second,
    ):
        await until_ready(first, bare)
        await until_ready(second, ours)
        yield Pair(bare, ours, ground.token(Role.TOOLING))


def _asked(ground: Ground, count: int, *, seed: int = 0) -> list[tuple[str, str]]:
    """Ask as tools do: mostly accounts, half of them banned, and some addresses."""
    chance, asked = random.Random(seed), []  # noqa: S311  # the same questions at every run
    for number in range(count):
        if number % 5 == 4:
            asked.append(("ip", str(IPv4Address(chance.getrandbits(32)))))
        else:
            known = chance.randrange(2 * ground.scale.accounts)
            asked.append(("user", name_of(known)))
    return asked


def name_of(number: int) -> str:
    """Give the name of the account with this number."""
    return f"Bench account {number}"


async def _seed(ground: Ground) -> None:
    """Put accounts and ranges in force, as rows: enacting them one by one is another figure."""
    await ground.migrated([SERVICE])
    hashes, action = Hashes(ground.keyring), UUID(int=7)
    rows: list[tuple[str, bytes | None, str | None]]
    rows = [("global_ban", hashes.account(name_of(number)), None) for number in range(ground.scale.accounts)]
    rows += [("range_block", None, _range(number)) for number in range(ground.scale.ranges)]
    owner = await asyncpg.connect(ground.admin_dsn)
    try:
        # The action behind them would need its chain of signatures, which nobody gave; replica mode leaves out what asks for it.
        await owner.execute("SET session_replication_role = replica; SET search_path = ban")
        await owner.executemany(
            "INSERT INTO cover (action_id, kind, name_hash, network, starts_at, changed) VALUES ($1, $2, $3, $4::text::cidr, now(), 1)",
            [(action, *row) for row in rows],
        )
        await owner.execute("ANALYZE cover")
    finally:
        await owner.close()


def _range(number: int) -> str:
    length = RANGE_LENGTHS[number % len(RANGE_LENGTHS)]
    return f"{IPv4Address((16 << 24) + (number << (32 - RANGE_LENGTHS[-1])))}/{length}"
