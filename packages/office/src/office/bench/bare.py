"""The bare things: FastAPI routes that do the least that can be called an answer, under the house's own server settings.

`python -m office.bench.bare check|filing PORT` serves them; `filing` takes its database from BENCH_DSN.
"""

import json
import os
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from chassis.http.application import run, serve
from chassis.settings import Settings
from fastapi import FastAPI, Request
from starlette.responses import JSONResponse

POOL = Settings().pool_size + Settings().pool_overflow


def check_app() -> FastAPI:
    """Answer the two forms of the check without looking anything up."""
    app = FastAPI(openapi_url=None)

    @app.get("/readyz")
    async def ready() -> dict[str, str]:
        return {"status": "ready"}

    @app.get("/check")
    async def check(user: str | None = None, ip: str | None = None) -> dict[str, Any]:
        return {"subject": {"user": user} if user else {"ip": ip}, "banned": False, "covers": []}

    @app.post("/check")
    async def check_many(body: dict[str, Any]) -> JSONResponse:
        # Of the ways to answer a dict this is the one whose cost agrees with the figures that the goal was set by.
        return JSONResponse({"results": [{"subject": subject, "banned": False, "covers": []} for subject in body["subjects"]]})

    return app


def filing_app() -> FastAPI:
    """Take a JSON object and insert it, committed, with one statement."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(os.environ["BENCH_DSN"], min_size=POOL, max_size=POOL) as pool:
            await pool.execute("CREATE TABLE IF NOT EXISTS public.bare_request (id uuid PRIMARY KEY, body jsonb NOT NULL)")
            app.state.pool = pool
            yield

    app = FastAPI(openapi_url=None, lifespan=lifespan)

    @app.get("/readyz")
    async def ready() -> dict[str, str]:
        return {"status": "ready"}

    @app.post("/requests", status_code=201)
    async def file_request(request: Request, body: dict[str, Any]) -> dict[str, Any]:
        new = uuid.uuid4()
        await request.app.state.pool.execute("INSERT INTO public.bare_request VALUES ($1, $2)", new, json.dumps(body))
        return {"id": str(new), "state": "complete"}

    return app


def main() -> None:
    """Serve one of the two until SIGTERM."""
    name, port = sys.argv[1:]
    app: Any = {"check": check_app, "filing": filing_app}[name]()
    run(lambda: serve(app, Settings(port=int(port))))


if __name__ == "__main__":
    main()
