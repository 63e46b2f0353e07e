"""The front door of a process: one pure ASGI layer around all its services.

A request's first path segment chooses the service's own app, so that `request.app.state.runtime` is always that service's and no
prefix is cut off: `scope["route"].path` is the whole template, which metrics use as their label. What belongs to no service goes to
the front app. Hot routes are found here by method and path, without a router. The door keeps or makes the request id, counts the
body's bytes, sets the security headers, and writes one log line and one observation a request. No `BaseHTTPMiddleware` anywhere: it
would cancel a route whose client went away.
"""

import random
import re
import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import uuid_utils.compat
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import log, metrics, trace
from chassis.errors import TooLarge
from chassis.http.body import BodyLimit
from chassis.http.problems import answer_to, document

_log = log.logger(__name__)
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,128}")
_ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
)
_NO_STORE = (b"cache-control", b"no-store")
_API_POLICY = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
# The offline documentation pages run one inline script and style each, and load nothing from elsewhere.
_PAGE_POLICY = (
    b"content-security-policy",
    (
        b"default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
        b"img-src 'self' data:; worker-src blob:; frame-ancestors 'none'"
    ),
)
_HSTS = (b"strict-transport-security", b"max-age=31536000")
_PAGES = frozenset({"/docs", "/redoc", "/docs/oauth2-redirect"})


class FrontDoor:
    """The ASGI app that a process serves. `services` maps the first path segment (`intake`) to that service's app."""

    def __init__(self, front: ASGIApp, services: Mapping[str, Any], *, hsts: bool = False) -> None:
        """`hsts` belongs where the gateway in front speaks TLS."""
        self.front: Any = front
        self.services = services
        self._hsts = hsts
        self._hot = {
            (method, one.path): one for app in services.values() for one in app.state.runtime.service.hot for method in one.methods or ()
        }

    @property
    def router(self) -> Any:
        """The front app's router, whose `lifespan_context(app)` starts and stops what the process polls."""
        return self.front.router

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the lifespan."""
        if scope["type"] != "http":
            await self.front(scope, receive, send)
            return
        started = time.perf_counter()
        segment = scope["path"].partition("/")[2].partition("/")[0]
        app = self.services.get(segment, self.front)
        request_id = _request_id(scope)
        scope["office.request_id"] = request_id
        limit = scope["office.body_limit"] = BodyLimit()
        status = 0

        async def counted() -> Message:
            if limit.seen == 0:
                _check_length(scope, limit)
            message = await receive()
            limit.count(len(message.get("body", b"")))
            return message

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), *self._headers(scope, message), (b"x-request-id", request_id.encode())]
            await send(message)

        hot = self._hot.get((scope["method"], scope["path"]))
        if hot is not None:
            scope["app"] = app
            try:
                await hot.serve(scope, counted, sent)
            finally:
                self._tell(scope, app, status, time.perf_counter() - started)
            return
        with trace.started("http.request", _traceparent(scope), request_id=request_id), log.bound(request_id=request_id):
            try:
                await app(scope, counted, sent)
            except Exception as error:  # noqa: BLE001  # the last net: Starlette raises again what its own handler has already answered
                if status == 0:
                    await document(answer_to(error, Request(scope)), request_id)(scope, receive, sent)
            finally:
                self._tell(scope, app, status, time.perf_counter() - started)

    def _headers(self, scope: Scope, message: Message) -> list[tuple[bytes, bytes]]:
        given = {name.lower() for name, _ in message.get("headers", ())}
        page = scope["path"] in _PAGES
        wanted = [*_ALWAYS, _PAGE_POLICY if page else _API_POLICY, _NO_STORE]
        if self._hsts:
            wanted.append(_HSTS)
        return [header for header in wanted if header[0] not in given]

    def _tell(self, scope: Scope, app: Any, status: int, seconds: float) -> None:
        # 499, as gateways say it: cancelled before there was an answer.
        status = status or 499
        runtime = getattr(app.state, "runtime", None)
        service = runtime.service.name if runtime is not None and app is not self.front else "house"
        route = scope.get("route")
        template = getattr(route, "path", None) or "none"
        metrics.observe_request(service, scope["method"], template, status, seconds)
        one_in = getattr(route, "log_one_in", 1)
        if status == 200 and one_in > 1 and random.randrange(one_in):  # noqa: S311  # a sample, no secret
            return
        caller = scope.get("office.caller")
        ids = {"request_id": scope["office.request_id"], **({"sub": caller.by.id, "role": caller.by.role} if caller is not None else {})}
        _log.info("http.request", service=service, method=scope["method"], route=template, status=status, seconds=round(seconds, 4), **ids)


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(value):
            return str(value.decode())
    made: UUID = uuid_utils.compat.uuid7()
    return str(made)


def _traceparent(scope: Scope) -> str | None:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == b"traceparent"), None)


def _check_length(scope: Scope, limit: BodyLimit) -> None:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and (len(value) > 15 or int(value) > limit.bytes):
            raise TooLarge(limit.bytes)
