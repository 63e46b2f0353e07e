"""Problem documents (RFC 9457): one table from exception to status, and never a word of what the caller sent."""

import http
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import msgspec
from fastapi.exceptions import RequestValidationError
from kernel.decision import Reason, Refused
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from chassis import errors
from chassis.audit import write_refusal
from chassis.crypto.data_key import KeyDestroyed
from chassis.http.validation import reasons_of
from chassis.log import logger
from chassis.peers import PeerFailed
from chassis.pulse import NotSettled

MEDIA_TYPE = "application/problem+json"

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What an exception is answered with."""

    status: int
    reasons: tuple[Reason, ...]
    headers: Mapping[str, str] = field(default_factory=dict)


def answer_to(error: Exception, request: Request) -> Answer:
    """Look the exception's class up along its MRO; what is in no table is a 500 that says nothing."""
    for kind in type(error).__mro__:
        entry = TABLE.get(kind)
        if isinstance(entry, int):
            return Answer(entry, error.reasons, _headers(error, entry))  # type: ignore[attr-defined]  # both families carry reasons
        if entry is not None:
            return entry(error, request)
    return _unexpected(error, request)


async def problem(request: Request, error: Exception) -> Response:
    """Answer an exception as a problem document; a refusal leaves its trace first, and is 503 when it cannot."""
    answer = answer_to(error, request)
    if isinstance(error, Refused | errors.NotAllowed):
        try:
            await _leave_trace(request, answer.reasons)
        except Exception:  # noqa: BLE001  # whatever it was: a refusal without its trace is not answered
            _log.exception("http.refusal_not_audited")
            answer = answer_to(
                errors.Unavailable("The answer could not be written to the audit trail; nothing was done, try again."), request
            )
    return document(answer, request.scope.get("office.request_id", ""))


def document(answer: Answer, request_id: str) -> Response:
    """Render an answer."""
    content = json.dumps(body_of(answer, request_id)).encode()
    return Response(content, answer.status, dict(answer.headers), media_type=MEDIA_TYPE)


def body_of(answer: Answer, request_id: str) -> dict[str, Any]:
    """Write `Problem {type, title, status, detail, reasons, request_id}`."""
    first = answer.reasons[0]
    return {
        "type": f"/problems/{first.code}",
        "title": first.code.replace("_", " ").capitalize(),
        "status": answer.status,
        "detail": first.says,
        "reasons": [{"code": reason.code, "says": reason.says, "cite": reason.cite} for reason in answer.reasons],
        "request_id": request_id,
    }


def _headers(error: Exception, status: int) -> dict[str, str]:
    headers = {}
    wait = getattr(error, "retry_after", 1 if status == http.HTTPStatus.SERVICE_UNAVAILABLE else None)
    if wait is not None:
        headers["Retry-After"] = str(math.ceil(wait))
    if status == http.HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="office-actions"'
    return headers


def _own(error: errors.OfficeError, status: int) -> Answer:
    return Answer(status, error.reasons, _headers(error, status))


def _invalid(error: Exception, request: Request) -> Answer:
    known = getattr(request.scope.get("route"), "known_names", frozenset)
    return Answer(422, reasons_of(error.errors(), known()))  # type: ignore[attr-defined]  # RequestValidationError alone comes here


def _undecodable(error: Exception, _request: Request) -> Answer:
    # "Expected `str`, got `int` - at `$.subjects[0].user`" holds our own words alone; its other sentences quote the body.
    said = str(error)
    says = f"{said}." if said.startswith("Expected `") else "The body is not the JSON that is wanted here."
    return _own(errors.Malformed("malformed", says), 422)


_PLAIN = {
    400: ("malformed", "The request cannot be read."),
    404: ("no_such_page", "Nothing is served under this address."),
    405: ("method_not_allowed", "This address does not take that method; see the header Allow."),
    413: ("too_large", "The body is too large."),
}


def _plain(error: Exception, _request: Request) -> Answer:
    status: int = error.status_code  # type: ignore[attr-defined]  # HTTPException alone comes here
    code, says = _PLAIN.get(status, ("malformed" if status < 500 else "unexpected", http.HTTPStatus(status).phrase + "."))
    # A framework's 400 is a body it could not read, and every unreadable body is 422.
    return Answer(422 if status == 400 else status, (Reason(code, says, "docs/decisions/0017"),), getattr(error, "headers", None) or {})


# SQLSTATE classes: connection lost, login refused, no such database, rolled back, out of resources, shutting down.
OUT_OF_REACH = frozenset({"08", "28", "3D", "40", "53", "57"})


def _database(error: Exception, request: Request) -> Answer:
    orig = getattr(error, "orig", None)
    state = getattr(orig, "sqlstate", None) or getattr(getattr(orig, "__cause__", None), "sqlstate", None) or ""
    if state == "23505":
        constraint = getattr(getattr(orig, "__cause__", None), "constraint_name", "")
        if constraint == "idempotency_pkey":
            return _own(errors.StillRunning(), 409)
        return _own(errors.Conflict("conflict", "Somebody else stored the same thing first; read it and try again."), 409)
    if state[:2] == "22" or isinstance(getattr(orig, "__cause__", None), asyncpg.DataError):
        return _own(errors.Malformed("malformed", "A value lies outside of what can be stored or compared."), 422)
    if state[:2] in OUT_OF_REACH or getattr(error, "connection_invalidated", False):
        return _unreachable(error, request)
    if state == "" and isinstance(getattr(orig, "__cause__", None), asyncpg.InterfaceError | OSError):
        return _unreachable(error, request)
    return _unexpected(error, request)


def _unreachable(error: Exception, _request: Request) -> Answer:
    _log.warning("http.database_unreachable", error=type(error).__name__)
    return _own(errors.Unavailable("The database is out of reach; nothing was done, try again."), 503)


def _out_of_reach(error: Exception, _request: Request) -> Answer:
    _log.warning("http.peer_unreachable", error=type(error).__name__)
    return _own(errors.Unavailable("Another service is out of reach; nothing was done, try again."), 503)


def _unexpected(error: Exception, _request: Request) -> Answer:
    _log.error("http.unexpected", exc_info=error)
    return Answer(
        500, (Reason("unexpected", "Something went wrong on our side; it was logged under the request id.", "docs/decisions/0017"),)
    )


Handler = Callable[[Exception, Request], Answer]

TABLE: Mapping[type[BaseException], int | Handler] = {
    Refused: 409,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.StillRunning: 409,
    errors.NotAllowed: 403,
    errors.Unauthenticated: 401,
    errors.Malformed: 422,
    errors.TooLarge: 413,
    errors.TooMany: 429,
    errors.AccessReasonMissing: 400,
    errors.IdempotencyKeyMissing: 400,
    errors.Busy: 503,
    errors.Unavailable: 503,
    errors.OfficeError: 409,
    KeyDestroyed: 410,
    NotSettled: 504,
    PeerFailed: _out_of_reach,
    RequestValidationError: _invalid,
    msgspec.DecodeError: _undecodable,
    HTTPException: _plain,
    IntegrityError: _database,
    DBAPIError: _database,
    PoolTimeout: _unreachable,
    # asyncpg's own, when a connection cannot even be made; SQLAlchemy does not wrap these.
    asyncpg.PostgresConnectionError: _unreachable,
    asyncpg.CannotConnectNowError: _unreachable,
    asyncpg.TooManyConnectionsError: _unreachable,
    asyncpg.AdminShutdownError: _unreachable,
    ConnectionError: _unreachable,
    TimeoutError: _unreachable,
}
"""Every exception that has an answer of its own, and its status."""


async def _leave_trace(request: Request, reasons: tuple[Reason, ...]) -> None:
    caller = request.scope.get("office.caller")
    if caller is None:
        return
    await write_refusal(
        request.app.state.runtime,
        by=caller.by,
        operation=caller.operation,
        aggregate=caller.aggregate,
        aggregate_id=caller.aggregate_id,
        reasons=reasons,
        request_id=request.scope["office.request_id"],
    )


def install(app: Any) -> None:
    """Have a FastAPI or Starlette app answer every exception from the table."""
    for kind in (*TABLE, Exception):
        app.add_exception_handler(kind, problem)
