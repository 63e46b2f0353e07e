"""OpenAPI documents: of one service or of all, paths whole; no server, database or settings needed."""

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from fastapi.openapi.utils import get_openapi
from starlette.routing import BaseRoute

from chassis.http.ops import ops

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
    return _document(service.title, service.summary, [service], [])


def openapi_of_all(services: Sequence["Service"]) -> dict[str, Any]:
    """Give one document of all of them, with what an operator may do."""
    return _document("Office Actions", "Carries out the Wikimedia Foundation Office Actions Policy.", services, list(ops.routes))


def _document(title: str, summary: str, services: Sequence["Service"], more: list[BaseRoute]) -> dict[str, Any]:
    routes = [*(route for service in services for router in service.routers for route in router.routes), *more]
    found = get_openapi(title=title, version=house_version(), summary=summary, routes=routes)
    components = found.setdefault("components", {})
    components["securitySchemes"] = SECURITY
    schemas = components.setdefault("schemas", {})
    schemas["Problem"] = PROBLEM
    for service in services:
        for one in service.hot:
            schemas.update(one.schemas)
            for method in one.methods or ():
                found.setdefault("paths", {}).setdefault(one.path, {})[method.lower()] = one.document
    for name in ("HTTPValidationError", "ValidationError"):
        # FastAPI's own 422, which nobody here answers.
        schemas.pop(name, None)
    return found
