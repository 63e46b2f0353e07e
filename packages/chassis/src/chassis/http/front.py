"""The house's own addresses: what it is, whether it lives and is ready, its figures, its problem pages, and dev mode's clock."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from chassis import metrics, pulse
from chassis.auth.gate import Gate
from chassis.errors import Malformed, Unavailable
from chassis.http.body import read_json
from chassis.http.hot import NamedRoute
from chassis.http.openapi import house_version
from chassis.http.pages import ProblemPages
from chassis.runtime import Runtime
from chassis.settings import Settings

HOME = "https://foundation.wikimedia.org/wiki/Policy:Office_actions"
LONGEST_WALK = timedelta(days=3660)


def add_house_routes(front: FastAPI, runtimes: Sequence[Runtime], settings: Settings, gate: Gate) -> None:
    """Add what belongs to no service."""
    pages = ProblemPages(runtime.service for runtime in runtimes)
    info = {
        "name": "office-actions",
        "version": house_version(),
        "description": "Carries out the Wikimedia Foundation Office Actions Policy.",
        "home": HOME,
        "services": {runtime.service.name: runtime.service.prefix for runtime in runtimes},
    }

    _add_info(front, info)

    async def root(request: Request) -> Response:
        if "spec" in request.query_params:
            return JSONResponse(front.openapi())
        if "doc" in request.query_params:
            return RedirectResponse("/docs", 302)
        return JSONResponse({**info, "documentation": "/docs"})

    async def live(_request: Request) -> Response:
        return JSONResponse({"status": "live"})

    async def ready(_request: Request) -> Response:
        found = await _missing(runtimes, gate)
        wait = {"Retry-After": "1"} if found else None
        return JSONResponse(
            {"status": "not ready" if found else "ready", "missing": found} if found else {"status": "ready"}, 503 if found else 200, wait
        )

    async def figures(_request: Request) -> Response:
        return Response(metrics.render(), headers={"Content-Type": metrics.CONTENT_TYPE})

    async def show_problem(request: Request) -> Response:
        return pages.show(request.path_params["code"])

    for path, endpoint in {
        "/": root,
        "/healthz": live,
        "/readyz": ready,
        "/metrics": figures,
        "/problems/{code}": show_problem,
    }.items():
        front.router.routes.append(NamedRoute("GET", path, endpoint))
    if settings.dev:
        _add_clock(front, runtimes, settings, gate)


def _add_info(front: FastAPI, info: Mapping[str, Any]) -> None:
    async def show_info(_request: Request) -> Response:
        return JSONResponse(info)

    async def show_name(_request: Request) -> Response:
        return JSONResponse({"name": info["name"]})

    async def show_version(_request: Request) -> Response:
        return JSONResponse({"version": info["version"]})

    async def show_home(_request: Request) -> Response:
        return RedirectResponse(HOME, 301)

    for path, endpoint in {"": show_info, "/name": show_name, "/version": show_version, "/home": show_home}.items():
        front.router.routes.append(NamedRoute("GET", f"/_info{path}", endpoint))


def add_pulse(app: FastAPI, runtime: Runtime) -> None:
    """Add dev mode's question whether the service has settled."""

    async def show_pulse(request: Request) -> Response:
        await request.app.state.gate.authenticate(request.headers.get("authorization"))
        return JSONResponse(await pulse.pulse(runtime))

    app.router.routes.append(NamedRoute("GET", f"{runtime.service.prefix}/dev/pulse", show_pulse))


class _Walk(BaseModel):
    model_config = ConfigDict(extra="forbid")

    advance: str


_duration = TypeAdapter(timedelta)


def _add_clock(front: FastAPI, runtimes: Sequence[Runtime], settings: Settings, gate: Gate) -> None:
    walking = asyncio.Lock()

    async def walk_clock(request: Request) -> Response:
        await gate.authenticate(request.headers.get("authorization"))
        try:
            by = _duration.validate_python(_Walk.model_validate(read_json(await request.body())).advance)
        except ValidationError as error:
            raise Malformed("malformed", 'body.advance: It must be an ISO 8601 duration such as "P1D" or "PT18H".') from error
        if not timedelta() <= by <= LONGEST_WALK:
            raise Malformed("malformed", "body.advance: The clock goes forward, at most ten years at once.")
        async with walking:
            return JSONResponse(await pulse.advance(runtimes, settings, by))

    front.router.routes.append(NamedRoute("POST", "/dev/clock", walk_clock))


async def _missing(runtimes: Sequence[Runtime], gate: Gate) -> list[str]:
    if not gate.keys.loaded:
        try:
            await gate.keys.refresh()
        except Unavailable:
            return ["the issuer's keys"]
    found = [] if gate.revocations.fresh else ["revocations"]
    answers = await asyncio.gather(*(_lacks(runtime) for runtime in runtimes))
    return found + [one for answer in answers for one in answer]


async def _lacks(runtime: Runtime) -> list[str]:
    name = runtime.service.name
    try:
        async with asyncio.timeout(3), runtime.db.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
    except Exception:  # noqa: BLE001  # whatever the reason, it cannot be reached
        return [f"{name}: database"]
    return [f"{name}: {what}" for what, ready in runtime.readiness.items() if not ready()]
