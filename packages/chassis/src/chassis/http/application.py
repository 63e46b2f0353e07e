"""Composes the HTTP side of a process: a FastAPI app for each service, a front app for the house, the door around them."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from typing import Any

import uvicorn
from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from chassis.auth.gate import Gate
from chassis.http import idempotency
from chassis.http.front import add_house_routes
from chassis.http.middleware import FrontDoor
from chassis.http.openapi import house_version, openapi_of_all
from chassis.http.ops import ops
from chassis.http.problems import install
from chassis.log import logger
from chassis.runtime import Runtime
from chassis.settings import Settings
from chassis.tasks import end

SWEEP_EVERY = 3600.0

_log = logger(__name__)


def build(runtimes: Sequence[Runtime], settings: Settings, *, api: bool = True) -> FrontDoor:
    """Make the app of a process that serves these services on one port.

    Every service is a FastAPI app of its own whose `state.runtime` is that service's and whose `state.gate` is the process's; the door
    chooses by the first path segment. `api` False (a worker alone) leaves health and metrics. The lifespan polls revocations.

    Raises:
        ValueError: no service, or no issuer is named.
    """
    if not runtimes:
        raise ValueError("a process serves at least one service")
    gate = Gate(settings)
    front: FastAPI = FastAPIOffline(
        title="Office Actions", version=house_version(), lifespan=_lifespan(gate, runtimes), redirect_slashes=False
    )
    front.state.runtime, front.state.gate = runtimes[0], gate
    install(front)
    add_house_routes(front, runtimes, settings, gate)
    services = [runtime.service for runtime in runtimes]
    if api:
        front.router.routes.extend(ops.routes)
    document: list[dict[str, Any]] = []

    def described() -> dict[str, Any]:
        if not document:
            document.append(openapi_of_all(services))
        return document[0]

    front.openapi = described  # type: ignore[method-assign]  # FastAPI's own way to give another document
    apps = {_segment(runtime): _service_app(runtime, settings, gate) for runtime in runtimes} if api else {}
    return FrontDoor(front, apps, hsts=settings.hsts)


def bind(host: str, port: int) -> socket.socket:
    """Take a port before anything is started for it; nobody is let in until `serve` listens.

    Raises:
        OSError: it is taken, or the host is no address of this machine.
    """
    taken = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((host, port))
    except BaseException:
        taken.close()
        raise
    return taken


async def serve(
    app: FrontDoor,
    settings: Settings,
    *,
    host: str = "127.0.0.1",
    bound: socket.socket | None = None,
    stop: asyncio.Event | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT, or until `stop` is set; requests under way are finished first, for at most 10 s.

    `bound` is a port that `bind` has taken already; without it `host` and the settings' port are.
    """
    config = uvicorn.Config(
        app,
        host=host,
        port=settings.port,
        loop="none",
        http="httptools",
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=10,
        h11_max_incomplete_event_size=65536,
    )
    server = _Server(config)
    end = stop or signalled()

    async def obey() -> None:
        await end.wait()
        server.should_exit = True

    watcher = asyncio.create_task(obey())
    try:
        await server.serve(sockets=None if bound is None else [bound])
    finally:
        watcher.cancel()


class _Server(uvicorn.Server):
    """Signals stay with `serve` or its caller: uvicorn would take them first, and raise them again before the workers have drained."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to `serve`."""
        yield


def signalled() -> asyncio.Event:
    """Give what is set at the first SIGTERM or SIGINT from now on, instead of what the process would do then."""
    end = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, end.set)
    return end


def run(main: Callable[[], Awaitable[None]]) -> None:
    """Run a process's main coroutine on uvloop."""
    import uvloop

    async def started() -> None:
        await main()

    uvloop.run(started())


def _service_app(runtime: Runtime, settings: Settings, gate: Gate) -> FastAPI:
    service = runtime.service
    app = FastAPI(title=service.title, version=house_version(), docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.state.runtime, app.state.gate = runtime, gate
    install(app)
    # The hot path first: a router tries its routes in order.
    app.router.routes.extend(service.hot)
    if service.routes is not None:
        app.router.routes.extend(service.routes(runtime))
    for router in service.routers:
        app.router.routes.extend(router.routes)
    if settings.dev:
        from chassis.http.front import add_pulse

        add_pulse(app, runtime)
    return app


def _segment(runtime: Runtime) -> str:
    return runtime.service.prefix.strip("/").partition("/")[0]


def _lifespan(gate: Gate, runtimes: Sequence[Runtime]) -> Callable[[Any], contextlib.AbstractAsyncContextManager[None]]:
    @contextlib.asynccontextmanager
    async def lifespan(_app: Any) -> AsyncIterator[None]:
        await gate.start(runtimes[0])
        sweeper = asyncio.create_task(_sweep(runtimes))
        try:
            yield
        finally:
            await end(sweeper)
            await gate.stop()

    return lifespan


async def _sweep(runtimes: Sequence[Runtime]) -> None:
    while True:
        await asyncio.sleep(SWEEP_EVERY)
        for runtime in runtimes:
            try:
                await idempotency.sweep(runtime)
            except Exception as error:  # noqa: BLE001  # the answers are still there in an hour
                _log.warning("idempotency.not_swept", service=runtime.service.name, error=type(error).__name__)
