"""All chosen services at work in one process: APIs on one port, workers beside them, drained in order at the end."""

import asyncio
import errno
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Literal, TextIO

from chassis import log, trace
from chassis.crypto import Keyring
from chassis.hints import Hints
from chassis.http.application import bind, build, serve
from chassis.peers import Peers
from chassis.runtime import Runtime
from chassis.service import Service
from chassis.tasks import end
from chassis.worker import Worker, keep_running

from office.home import CannotReach, Home

Part = Literal["api", "worker"]


@dataclass(frozen=True, slots=True)
class House:
    """The runtimes of this process, in the order of the flow."""

    runtimes: Sequence[Runtime]


@asynccontextmanager
async def at_work(
    home: Home, services: Sequence[Service], *, part: Part | None = None, log_to: TextIO | None = None
) -> AsyncIterator[House]:
    """Run the services until the block ends: `part` None runs both API and worker. Workers drain before connections close.

    `log_to` takes the log lines instead of standard error.

    Raises:
        CannotReach: the keyring is missing.
    """
    settings = home.settings
    log.configure(service=services[0].title if len(services) == 1 else "office", stream=log_to)
    trace.configure_sdk(settings)
    try:
        keyring = Keyring.load(settings.secrets_dir / "keyring.json")
    except FileNotFoundError as error:
        raise CannotReach("There is no keyring in the secrets folder: run `office migrate` first.") from error
    async with AsyncExitStack() as stack:
        runtimes = [
            Runtime(service, settings, bus=home.bus_for(service.name), keyring=keyring, peers=Peers(settings, service.name))
            for service in services
        ]
        for runtime in runtimes:
            stack.push_async_callback(runtime.bus.close)
            stack.push_async_callback(runtime.close)
            runtime.db.hints = Hints(runtime.db.asyncpg_dsn, runtime.service.name, runtime.wake, lambda one=runtime: list(one.wakes))  # type: ignore[misc]  # mypy cannot type the default of a lambda
            runtime.db.hints.start()
        for runtime in runtimes:
            await _begin(runtime, stack)
            if part != "worker":
                _start_loops(runtime, stack)
            if part != "api":
                worker = Worker(runtime)
                worker.start()
                stack.push_async_callback(worker.stop)
        yield House(runtimes)


async def _begin(runtime: Runtime, stack: AsyncExitStack) -> None:
    """Let a service make sure of what it needs in every process, and end it with the process."""
    service = runtime.service
    if service.on_stop is not None:
        stack.push_async_callback(service.on_stop, runtime)
    if service.on_start is not None:
        await service.on_start(runtime)


def _start_loops(runtime: Runtime, stack: AsyncExitStack) -> None:
    """Start what a service keeps beside its API, such as the ban index, and end it with the process."""
    for name, loop in runtime.service.loops.items():
        stack.push_async_callback(end, asyncio.create_task(keep_running(f"{runtime.service.name}.{name}", partial(loop, runtime))))


def take_port(host: str, port: int) -> socket.socket:
    """Take the port first: nothing is started for a process that nobody could reach.

    Raises:
        CannotReach: another process has it, or the host is not this machine's.
    """
    try:
        return bind(host, port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotReach(f"Port {port} of {host} is taken by another process: name another with --port, or end that one.") from error
        raise CannotReach(f"Port {port} of {host} cannot be used: {error.strerror or error}.") from error


async def run(house: House, home: Home, bound: socket.socket, *, part: Part | None = None, stop: asyncio.Event | None = None) -> None:
    """Serve on a port taken before until SIGTERM or until `stop` is set; a worker alone answers health and metrics only."""
    await serve(build(list(house.runtimes), home.settings, api=part != "worker"), home.settings, bound=bound, stop=stop)
