"""What OpenAPI says of an operation beyond FastAPI: its problems, roles, refusals, headers and an example."""

from collections.abc import Mapping
from typing import Any

from chassis.http.body import JSON
from chassis.http.operation import Operation
from chassis.http.problems import MEDIA_TYPE

REASON = {"type": "string", "minLength": 1, "maxLength": 500, "pattern": r"^[!-~]([ -~]*[!-~])?$"}
KEY = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^[!#-\[\]-~]+$"}


def problems_of(operation: Operation, method: str, path: str) -> dict[int | str, dict[str, Any]]:
    """Give the problem statuses that an operation may answer, for its OpenAPI `responses`."""
    said: dict[int, str] = {
        422: "The request cannot be read, or a parameter is not known.",
        503: "Out of reach or busy; nothing was done. See Retry-After.",
    }
    if operation.roles:
        said[401] = "There is no token, or it is not good."
        said[403] = f"The token has none of the roles {', '.join(operation.roles)}."
    if operation.creates or operation.reads:
        said[400] = (
            "Missing: "
            + " or ".join(name for name, needed in (("Idempotency-Key", operation.creates), ("X-Access-Reason", operation.reads)) if needed)
            + "."
        )
    if "{" in path or operation.creates:
        said[404] = "There is no such thing."
        said[410] = "Its text was destroyed; what happened stays on record."
    if method != "GET" or operation.refuses:
        refusals = (
            "Refused: " + ", ".join(f"[{code}](/problems/{code})" for code in operation.refuses) + "." if operation.refuses else "Refused."
        )
        said[409] = f"{refusals} Also a stale If-Match, and a key that is still running."
    if method != "GET":
        said[413] = f"The body may have at most {operation.body_limit:,} bytes."
        said[429] = "Too many; see Retry-After."
    return {status: as_problem({"description": says}) for status, says in sorted(said.items())}


def as_problem(response: Mapping[str, Any]) -> dict[str, Any]:
    """Say of a response that it is a problem document, unless it says itself what it is."""
    return {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}, **response}


def extra_of(operation: Operation, method: str) -> dict[str, Any]:
    """Give what an operation's OpenAPI says beyond FastAPI: its roles, its refusals, its headers, an example."""
    extra: dict[str, Any] = {"x-roles": [role.value for role in operation.roles], "x-refusals": list(operation.refuses)}
    if operation.roles or method != "GET":
        # The Foundation's service-checker would call it without a token and want a 200.
        extra["x-monitor"] = False
    extra["security"] = [{"bearer": []}] if operation.roles else []
    headers = []
    if operation.reads:
        headers.append(_header("X-Access-Reason", f"Why you read this ({operation.reads}); it is logged.", REASON, required=True))
    if method != "GET" and operation.roles:
        headers.append(_header("Idempotency-Key", "The same for every repeat of one call.", KEY, required=operation.creates))
    if headers:
        extra["parameters"] = headers
    if operation.example is not None or operation.accepts != (JSON,):
        kinds: dict[str, Any] = {kind: {"schema": {} if kind == JSON else {"type": "string"}} for kind in operation.accepts}
        if operation.example is not None:
            kinds.setdefault(JSON, {})["example"] = dict(operation.example)
            if operation.accepts == (JSON,):
                kinds[JSON].pop("schema")
        extra["requestBody"] = {"content": kinds, **({"required": True} if operation.accepts != (JSON,) else {})}
    return extra


def _header(name: str, says: str, schema: dict[str, Any], *, required: bool) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": required, "description": says, "schema": schema}
