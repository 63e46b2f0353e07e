"""The ban check as the list of bans grows: its ratio, its slowest answers, and what its memory costs, from ten thousand accounts on."""

import random
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address, ip_network
from uuid import UUID

import asyncpg
from ban_svc.app import SERVICE
from ban_svc.hashes import Hashes
from ban_svc.index import BanIndex
from chassis.bus.local import LocalHop
from chassis.peers import Peers
from chassis.runtime import Runtime

from office.bench import load
from office.bench.check import Pair, asked, name_of, ratio, servers
from office.bench.figure import Goal, Line, Sample
from office.bench.ground import Ground

# As block lists have them: most are single addresses and small ranges, and every length has its own look-up.
LENGTHS_4 = (16, 18, 19, 20, 21, 22, 23, 24, 24, 24, 25, 26, 28, 32, 32, 32, 32)
LENGTHS_6 = (19, 24, 32, 36, 40, 44, 48, 56, 64, 64, 64, 64, 128)
SHARE_4 = 0.7
GLOBAL_6 = 1 << 125
"""2000::/3, where addresses are given out."""
ANSWERS = 4_000


async def measure_growth(ground: Ground, runs: int) -> list[Line]:
    """Check one and many at each size, p99 at the largest beside the smallest, load and bytes of the index."""
    await ground.migrated([SERVICE])
    lines: list[Line] = []
    slowest: list[list[float]] = []
    stands = 0
    async with AsyncExitStack() as stack:
        owner = await asyncpg.connect(ground.admin_dsn)
        stack.push_async_callback(owner.close)
        await begin(owner, ground)
        for count in ground.scale.grown:
            await grow(owner, ground, range(stands, count))
            stands = count
            grown = replace(ground, scale=replace(ground.scale, accounts=count, ranges=ground.scale.grown_ranges))
            said = f"{count:,} accounts and {ground.scale.grown_ranges:,} ranges in force"
            lines += await _memory(grown, runs, said)
            async with servers(grown) as pair:
                one, many = (
                    await ratio(grown, pair, connections=32, runs=runs),
                    await ratio(grown, pair, connections=1, runs=runs, many=True),
                )
                slowest.append([await _p99(grown, pair) for _ in range(runs)])
            lines.append(Line(f"check of {count:,}", Goal(">=", 0.8), "answers/s", f"{said}, 32 connections", one))
            lines.append(Line(f"check many of {count:,}", Goal(">=", 2), "answers/s", f"{ground.scale.subjects:,} subjects, {said}", many))
    p99 = [Sample(large, small) for small, large in zip(slowest[0], slowest[-1], strict=True)]
    note = f"the largest beside the smallest, {ANSWERS:,} answers, 1 connection"
    return [*lines, Line("check p99 grown", Goal("<=", 1.5), "s", note, p99)]


async def _memory(ground: Ground, runs: int, said: str) -> list[Line]:
    """Load the index as a process does at its start."""
    runtime = Runtime(SERVICE, ground.settings, bus=LocalHop(), keyring=ground.keyring, peers=Peers(ground.settings))
    loads, weights = [], []
    try:
        for _ in range(runs):
            index, begun = BanIndex(Hashes(ground.keyring)), time.perf_counter()
            await index.load(runtime)
            loads.append(Sample(time.perf_counter() - begun))
            accounts = index._accounts  # noqa: SLF001  # what it weighs is asked of it by nobody else
            weights.append(Sample((sys.getsizeof(accounts) + sum(map(sys.getsizeof, accounts))) / ground.scale.accounts))
    finally:
        await runtime.close()
    figure = f"index of {ground.scale.accounts:,}"
    return [
        Line(figure, Goal("<=", 10), "s", f"loaded, {said}", loads),
        Line(f"{figure} bytes", Goal("<=", 300), "B/account", said, weights),
    ]


async def _p99(ground: Ground, pair: Pair) -> float:
    """Ask one after the other and give the time that one in a hundred exceeds."""
    questions = [load.request("GET", f"/bans/v1/check{query}", token=pair.token) for query in asked(ground, ANSWERS)]
    took = await load.times(pair.ours, questions)
    return sorted(took)[len(took) * 99 // 100]


async def begin(owner: asyncpg.Connection, ground: Ground) -> None:
    """Begin with ranges alone."""
    await owner.execute("SET session_replication_role = replica; SET search_path = ban; TRUNCATE cover")
    rows = [(UUID(int=8), network) for network in _ranges(ground.scale.grown_ranges)]
    statement = "INSERT INTO cover (action_id, kind, network, starts_at, changed) VALUES ($1, 'range_block', $2::text::cidr, now(), 1)"
    await owner.executemany(statement, rows)


async def grow(owner: asyncpg.Connection, ground: Ground, numbers: range) -> None:
    """Put more accounts in force; nobody signed for them, so what asks for it is left out."""
    hashes, action, batch = Hashes(ground.keyring), UUID(int=7), 50_000
    now = await owner.fetchval("SELECT now()")
    for start in range(numbers.start, numbers.stop, batch):
        part = range(start, min(start + batch, numbers.stop))
        records = [(action, "global_ban", hashes.account(name_of(number)), now, 1) for number in part]
        columns = ["action_id", "kind", "name_hash", "starts_at", "changed"]
        await owner.copy_records_to_table("cover", schema_name="ban", columns=columns, records=records)
    await owner.execute("ANALYZE cover")


def _ranges(count: int) -> Sequence[str]:
    """Make networks of both versions, each once, the same at every run."""
    chance, found = random.Random(7), dict[str, None]()  # noqa: S311  # no secret
    while len(found) < count:
        version = 4 if chance.random() < SHARE_4 else 6
        length = chance.choice(LENGTHS_4 if version == 4 else LENGTHS_6)
        address = chance.getrandbits(32) if version == 4 else GLOBAL_6 | chance.getrandbits(125)
        found[str(ip_network((IPv4Address(address) if version == 4 else IPv6Address(address), length), strict=False))] = None
    return list(found)
