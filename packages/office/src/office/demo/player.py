"""Starts the house, plays the three journeys, says where to look, and stays up."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import httpx
from chassis.edge import new_id
from chassis.settings import Settings
from chassis.tasks import end

from office.cli import DONE, REFUSED
from office.demo import clock, global_ban, real_notice
from office.demo.stage import JourneyFailed, Stage, to_person, to_program
from office.home import open_home
from office.house import House, at_work, run, take_port
from office.services import load

READY = 60.0


def play(*, once: bool, port: int | None, json: bool) -> int:
    """Play the journeys in dev mode; `once` stops afterwards. Gives the exit code."""
    from chassis.http.application import run as on_loop
    from chassis.http.application import signalled

    settings = Settings()
    settings = settings.model_copy(update={"dev": True, "port": port or settings.port})
    tell = to_program if json else to_person
    outcome: list[int] = []

    async def work(log_to: TextIO | None) -> None:
        services = load()
        began = time.monotonic()
        async with open_home(settings, services, say=tell) as home, at_work(home, services, log_to=log_to) as house:
            stop = signalled()
            serving = asyncio.create_task(run(house, home, bound, stop=stop))
            stage = Stage(f"http://127.0.0.1:{settings.port}", settings.home, secrets=settings.secrets_dir, tell=tell)
            try:
                await _ready(stage, serving)
                way = "the local hop instead of a broker" if settings.kafka == "local" else "Kafka"
                tell(f"Everything is up after {time.monotonic() - began:.1f} s: five services, PostgreSQL and {way}.")
                playing = asyncio.create_task(_play_all(stage, house))
                await asyncio.wait((playing, asyncio.create_task(stop.wait())), return_when=asyncio.FIRST_COMPLETED)
                if not playing.done():
                    await end(playing)
                    tell("Broken off; ending what was started.")
                    return
                outcome.append(await playing)
                _where_to_look(stage)
                if not once:
                    tell("Staying up. Ctrl-C ends it.")
                    await serving
            finally:
                stop.set()
                await asyncio.gather(serving, return_exceptions=True)
                await stage.close()

    with take_port("127.0.0.1", settings.port) as bound, _log_beside(settings.home) as log_to:
        on_loop(lambda: work(log_to))
    return outcome[0] if outcome else REFUSED


@contextmanager
def _log_beside(home: Path) -> Iterator[TextIO | None]:
    """Keep the log lines out of a story that a person reads: on a terminal they go to a file of the home."""
    if not sys.stderr.isatty():
        yield None
        return
    home.mkdir(parents=True, exist_ok=True)
    with (home / "demo.log").open("a", encoding="utf-8", buffering=1) as lines:
        yield lines


async def _play_all(stage: Stage, house: House) -> int:
    journeys: tuple[Callable[[Stage], Awaitable[object]], ...] = (_global_ban, clock.play, real_notice.play)
    failed = 0
    for number, journey in enumerate(journeys, 1):
        if sys.stderr.isatty():
            print(f"[{number}/{len(journeys)}]", file=sys.stderr)
        try:
            await journey(stage)
        except JourneyFailed as error:
            failed += 1
            stage.say(f"  THIS JOURNEY FAILED: {error}")
        stage.say("")
    crossed = sorted({stream for runtime in house.runtimes for stream in runtime.service.reactions})
    stage.say(f"Events crossed {len(crossed)} topics: {', '.join(crossed)}.")
    return REFUSED if failed else DONE


async def _global_ban(stage: Stage) -> None:
    # Each play bans another account: one that is banned already cannot be banned again.
    await global_ban.play(stage, f"Example Troll {new_id().hex[-6:]}")


async def _ready(stage: Stage, serving: "asyncio.Task[None]") -> None:
    async def answers() -> bool:
        if serving.done():
            await serving
            raise JourneyFailed("the house ended before it was ready")
        try:
            return (await stage.client.get("/readyz")).is_success
        except httpx.HTTPError:
            return False

    await stage.until(answers, "readiness", within=READY)


def _where_to_look(stage: Stage) -> None:
    stage.say(f"Documentation of every operation: {stage.url}/docs")
    if sys.stderr.isatty():
        stage.say(f"Log lines: {stage.home / 'demo.log'}")
    stage.say(f"Letters as they would have been sent: {stage.home / 'mail'}")
    stage.say(f"Figures: {stage.url}/metrics    Health: {stage.url}/readyz")
    stage.say("A token for any role: office token --role evaluator    What is parked: office parked list    Invariants: office check")
