"""`Router`: FastAPI's, whose every operation declares its roles, and whose documents name every problem."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from fastapi import APIRouter
from kernel.actor import Role

from chassis.http.body import DEFAULT_LIMIT, JSON
from chassis.http.hot import HotRoute
from chassis.http.operation import Operation, Prepare
from chassis.http.pages import OWN
from chassis.http.problems import MEDIA_TYPE
from chassis.http.route import OfficeRoute

if TYPE_CHECKING:
    from chassis.service import Service

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


class Router(APIRouter):
    """One service's operations. `prefix` is whole: `/intake/v1`."""

    def get(self, path: str, *, roles: tuple[Role, ...], **options: Any) -> Callable[[Endpoint], Endpoint]:  # type: ignore[override]  # the house's own declaration
        """Declare a read. Options: those of `post`, without `creates`."""
        return self._declare("GET", path, roles, **options)

    def post(self, path: str, *, roles: tuple[Role, ...], **options: Any) -> Callable[[Endpoint], Endpoint]:  # type: ignore[override]  # as for get
        """Declare a write.

        Options: `status` (200), `creates` (an Idempotency-Key is demanded), `reads` (names what needs X-Access-Reason), `refuses` (codes of
        the refusals it may answer), `limited` (False: not under the limit on writes), `body_limit` (bytes), `accepts` (media types; with
        any but JSON the endpoint takes a `ReceivedBody`), `example` (a body that works), `prepares` (what must be asked of others before
        the edge opens, since no outside call is made while a transaction is open; the endpoint takes the answer as `Prepared`), and
        FastAPI's own, such as `response_class`.
        """
        return self._declare("POST", path, roles, **options)

    def delete(self, path: str, *, roles: tuple[Role, ...], **options: Any) -> Callable[[Endpoint], Endpoint]:  # type: ignore[override]  # as for get
        """Declare a removal. Options: those of `post`."""
        return self._declare("DELETE", path, roles, **options)

    def _declare(
        self,
        method: str,
        path: str,
        roles: tuple[Role, ...],
        *,
        status: int = 200,
        creates: bool = False,
        reads: str | None = None,
        refuses: tuple[str, ...] = (),
        limited: bool = True,
        body_limit: int = DEFAULT_LIMIT,
        accepts: tuple[str, ...] = (JSON,),
        example: Mapping[str, Any] | None = None,
        prepares: Prepare | None = None,
        responses: Mapping[int | str, dict[str, Any]] | None = None,
        openapi_extra: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> Callable[[Endpoint], Endpoint]:
        operation = Operation(roles, creates, reads, refuses, limited, body_limit, accepts, example, prepares)

        def register(endpoint: Endpoint) -> Endpoint:
            self.add_api_route(
                path,
                endpoint,
                methods=[method],
                status_code=status,
                operation_id=endpoint.__name__,
                response_model_exclude_none=True,
                responses={**problems_of(operation, method, self.prefix + path), **(responses or {})},
                openapi_extra={**extra_of(operation, method), **(openapi_extra or {})},
                route_class_override=partial(OfficeRoute, operation=operation),  # type: ignore[arg-type]  # called, never subclassed
                **{"summary": _summary(endpoint), "description": _description(endpoint), **options},
            )
            return endpoint

        return register


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
    return {
        status: {"description": says, "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
        for status, says in sorted(said.items())
    }


def extra_of(operation: Operation, method: str) -> dict[str, Any]:
    """Give what an operation's OpenAPI says beyond FastAPI: its roles, its refusals, its headers, an example."""
    extra: dict[str, Any] = {"x-roles": [role.value for role in operation.roles], "x-refusals": list(operation.refuses)}
    if operation.roles or method != "GET":
        # The Foundation's service-checker would call it without a token and want a 200.
        extra["x-monitor"] = False
    extra["security"] = [{"bearer": []}] if operation.roles else []
    headers = []
    if operation.reads:
        headers.append(_header("X-Access-Reason", f"Why you read this ({operation.reads}); it is logged.", required=True))
    if method != "GET" and operation.roles:
        headers.append(_header("Idempotency-Key", "The same for every repeat of one call.", required=operation.creates))
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


def walk(routers: Iterable[APIRouter] | APIRouter, hot: Sequence[HotRoute] = ()) -> Iterator[tuple[str, str, tuple[Role, ...]]]:
    """List every operation as (method, path, roles); roles empty means public."""
    for router in [routers] if isinstance(routers, APIRouter) else routers:
        for route in router.routes:
            if isinstance(route, OfficeRoute):
                yield min(route.methods or {"GET"}), route.path, route.operation.roles
    for one in hot:
        for method in sorted(one.methods or ()):
            if method != "HEAD":
                yield method, one.path, one.roles


def undocumented_problems(service: "Service") -> list[str]:
    """List the refusal codes that a service's operations name and no page explains; a test wants this empty."""
    named = {
        code for router in service.routers for route in router.routes if isinstance(route, OfficeRoute) for code in route.operation.refuses
    }
    return sorted(named - set(service.problems) - set(OWN))


def _header(name: str, says: str, *, required: bool) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": required, "description": says, "schema": {"type": "string", "maxLength": 500}}


def _summary(endpoint: Callable[..., Any]) -> str:
    lines = (endpoint.__doc__ or endpoint.__name__.replace("_", " ").capitalize()).strip().splitlines()
    return lines[0].rstrip(".")


def _description(endpoint: Callable[..., Any]) -> str:
    import inspect

    return "\n".join(inspect.getdoc(endpoint).splitlines()[1:]).strip() if endpoint.__doc__ else ""  # type: ignore[union-attr]  # there is one
