"""The bench as a whole: which figures there are, one after the other, told as JSON lines or as a table."""

import logging
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from office.bench.figure import Line, Scale, as_json, as_table
from office.bench.ground import Ground, open_ground

Figure = Callable[[Ground, int], Awaitable[list[Line]]]


async def _check(ground: Ground, runs: int) -> list[Line]:
    from office.bench.check import measure_check

    return await measure_check(ground, runs)


async def _growth(ground: Ground, runs: int) -> list[Line]:
    from office.bench.growth import measure_growth

    return await measure_growth(ground, runs)


async def _visible(ground: Ground, runs: int) -> list[Line]:
    from office.bench.visible import measure_visible

    return await measure_visible(ground, runs)


async def _lists(ground: Ground, runs: int) -> list[Line]:
    from office.bench.lists import measure_lists

    return await measure_lists(ground, runs)


async def _queue(ground: Ground, runs: int) -> list[Line]:
    from office.bench.queue import measure_queue

    return await measure_queue(ground, runs)


async def _filing(ground: Ground, runs: int) -> list[Line]:
    from office.bench.filing import measure_filing

    return await measure_filing(ground, runs)


async def _bulk(ground: Ground, runs: int) -> list[Line]:
    from office.bench.bulk import measure_bulk

    return await measure_bulk(ground, runs)


async def _mail(ground: Ground, runs: int) -> list[Line]:
    from office.bench.mail import measure_mail

    return await measure_mail(ground, runs)


async def _deadlines(ground: Ground, runs: int) -> list[Line]:
    from office.bench.deadlines import measure_deadlines

    return await measure_deadlines(ground, runs)


async def _relay(ground: Ground, runs: int) -> list[Line]:
    from office.bench.relay import measure_relay

    return await measure_relay(ground, runs)


async def _inbox(ground: Ground, runs: int) -> list[Line]:
    from office.bench.inbox import measure_inbox

    return await measure_inbox(ground, runs)


async def _handover(ground: Ground, runs: int) -> list[Line]:
    from office.bench.handover import measure_handover

    return await measure_handover(ground, runs)


FIGURES: dict[str, Figure] = {
    "check": _check,
    "growth": _growth,
    "visible": _visible,
    "lists": _lists,
    "queue": _queue,
    "filing": _filing,
    "bulk": _bulk,
    "mail": _mail,
    "deadlines": _deadlines,
    "relay": _relay,
    "inbox": _inbox,
    "handover": _handover,
}
IDLE = "idle"
NAMES = (*FIGURES, IDLE)


def measure(only: list[str] | None, runs: int, json: bool) -> int:
    """Measure the chosen figures, or all, and print each line as soon as it is known (JSON) or the table at the end.

    Returns 0 when everything could be measured, goals met or not; 1 when something could not.

    Raises:
        BadInput: a figure has another name, or `runs` is less than one.
    """
    from chassis.http.application import run as on_loop

    from office.cli import DONE, REFUSED, BadInput

    if only == ["none"]:
        print("\n".join(NAMES))
        return DONE
    if unknown := [name for name in only or () if name not in NAMES]:
        raise BadInput(f"There is no figure {unknown[0]!r}. The figures are {', '.join(NAMES)}.")
    if runs < 1:
        raise BadInput("--runs must be at least 1.")
    lines: list[Line] = []
    failed: list[str] = []

    def tell(found: Sequence[Line]) -> None:
        lines.extend(found)
        if json:
            for line in found:
                print(as_json(line), flush=True)

    # Topics are made the moment before they are used: what aiokafka says of it is no news.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)

    async def work() -> None:
        failed.extend(await measure_all(only or NAMES, runs, Scale(), tell))

    on_loop(work)
    if not json and lines:
        print(as_table(lines))
    return REFUSED if failed else DONE


async def measure_all(
    names: Sequence[str], runs: int, scale: Scale, tell: Callable[[Sequence[Line]], None], *, home: Path | None = None
) -> list[str]:
    """Measure these figures in a home of their own, or in `home`; give the names of those that could not be measured."""
    failed: list[str] = []
    async with AsyncExitStack() as stack:
        if IDLE in names:
            await _one(IDLE, _idle(scale, runs), tell, failed)
        if wanted := [name for name in FIGURES if name in names]:
            folder = home or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="office-bench-"))) / "home"
            ground = await stack.enter_async_context(open_ground(folder, scale))
            for name in wanted:
                await _one(name, FIGURES[name](ground, runs), tell, failed)
    return failed


async def _idle(scale: Scale, runs: int) -> list[Line]:
    from office.bench.idle import measure_idle

    return await measure_idle(scale, runs)


async def _one(name: str, work: Awaitable[list[Line]], tell: Callable[[Sequence[Line]], None], failed: list[str]) -> None:
    if sys.stderr.isatty():
        print(f"Measuring {name} …", file=sys.stderr)
    try:
        tell(await work)
    except Exception as error:  # noqa: BLE001  # one figure that cannot be measured keeps no other from being measured
        print(f"{name} could not be measured: {type(error).__name__}: {error}", file=sys.stderr)
        failed.append(name)
