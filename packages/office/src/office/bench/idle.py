"""Everything in one process, at rest: how much memory it holds, and how soon it is ready."""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

import psutil

from office.bench.figure import Goal, Line, Sample, Scale
from office.bench.ground import OFFICE, free_port, program, until_ready


async def measure_idle(scale: Scale, runs: int) -> list[Line]:
    """Start `office up --dev` in a home that has been used before, servers and all, and look at it when it rests."""
    memory, ready = [], []
    with tempfile.TemporaryDirectory(prefix="office-bench-") as folder:
        home = Path(folder) / "home"
        await _up(home, 0.0)
        for _ in range(runs):
            megabytes, seconds = await _up(home, scale.idle)
            memory.append(Sample(megabytes))
            ready.append(Sample(seconds))
    return [
        Line(
            "memory at rest",
            Goal("<=", 250),
            "MB",
            "resident, five services in one process and its own children, without the servers",
            memory,
        ),
        Line("ready", Goal("<=", 8), "s", "`office up --dev` in a used home, PostgreSQL and Kafka started with it", ready),
    ]


async def _up(home: Path, rest: float) -> tuple[float, float]:
    port = free_port()
    begin = time.perf_counter()
    async with program([*OFFICE, "up", "--dev", "--port", str(port)], {"OFFICE_HOME": str(home)}) as process:
        await until_ready(process, port)
        seconds = time.perf_counter() - begin
        await asyncio.sleep(rest)
        return _resident(process.pid) / 1e6, seconds


def _resident(pid: int) -> int:
    """Add up the process and those of its children that are ours: the servers are no Python programs."""
    us = psutil.Process(pid)
    python = Path(sys.executable).resolve()
    ours = [us, *(child for child in us.children(recursive=True) if Path(child.exe()).resolve() == python)]
    return sum(int(one.memory_info().rss) for one in ours)
