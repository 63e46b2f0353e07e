"""OpenAPI documents: of one service or of all, paths whole; no server, database or settings needed."""

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from fastapi.openapi.utils import get_openapi

from chassis.http.ops import ops
from chassis.http.schemas import merged, shortened

if TYPE_CHECKING:
    from chassis.service import Service

SECURITY = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "aud: office-actions; in dev mode `office token` prints one.",
    }
}

_TEXT = {"type": "string"}
PROBLEM = {
    "title": "Problem",
    "description": "A problem document (RFC 9457). `type` is a page of ours: the rule, an example, what to do next.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "reasons", "request_id"],
    "properties": {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "reasons": {
            "type": "array",
            "items": {"type": "object", "required": ["code", "says", "cite"], "properties": {"code": _TEXT, "says": _TEXT, "cite": _TEXT}},
        },
        "request_id": _TEXT,
    },
}


def house_version() -> str:
    """Give the version of this installation."""
    try:
        return version("office-chassis")
    except PackageNotFoundError:
        return "0"


def openapi(service: "Service") -> dict[str, Any]:
    """Give the document of one service."""
    return _whole(service.title, service.summary, _part(service))


def openapi_of_all(services: Sequence["Service"]) -> dict[str, Any]:
    """Give one document of all of them, with what an operator may do."""
    parts = {service.name: _part(service) for service in services}
    own = shortened(get_openapi(title="office", version="0", routes=list(ops.routes)))
    found = merged({**parts, "house": own})
    summary = "Carries out the Wikimedia Foundation Office Actions Policy."
    return _whole("Office Actions", summary, {"paths": found["paths"], "components": {"schemas": found["schemas"]}})


def _part(service: "Service") -> dict[str, Any]:
    """Describe one service's operations, hot ones too."""
    routes = [route for router in service.routers for route in router.routes]
    found = get_openapi(title=service.title, version=house_version(), routes=routes)
    schemas = found.setdefault("components", {}).setdefault("schemas", {})
    for one in service.hot:
        schemas.update(one.schemas)
        for method in one.methods or ():
            found.setdefault("paths", {}).setdefault(one.path, {})[method.lower()] = one.document
    for name in ("HTTPValidationError", "ValidationError"):
        # FastAPI's own 422, which nobody here answers.
        schemas.pop(name, None)
    return shortened(found)


def _whole(title: str, summary: str, part: dict[str, Any]) -> dict[str, Any]:
    paths = part.get("paths", {})
    for methods in paths.values():
        for operation in methods.values():
            for content in operation.get("requestBody", {}).get("content", {}).values():
                # An operation without a form: `{}` is how a caller says "nothing".
                content.setdefault("schema", {"type": "object", "additionalProperties": False})
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "summary": summary, "version": house_version()},
        "paths": paths,
        "components": {"schemas": {**part["components"]["schemas"], "Problem": PROBLEM}, "securitySchemes": SECURITY},
    }
