"""`Router`: FastAPI's, whose every operation declares its roles, and whose documents name every problem."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

from fastapi import APIRouter
from kernel.actor import Role

from chassis.http.body import DEFAULT_LIMIT, JSON
from chassis.http.description import as_problem, extra_of, problems_of
from chassis.http.hot import HotRoute
from chassis.http.operation import Operation, Prepare
from chassis.http.pages import OWN
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

    def put(self, path: str, *, roles: tuple[Role, ...], **options: Any) -> Callable[[Endpoint], Endpoint]:  # type: ignore[override]  # as for get
        """Declare a write of what the caller names in the path. Options: those of `post`."""
        return self._declare("PUT", path, roles, **options)

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
        own = {status: as_problem(one) if int(status) >= HTTPStatus.BAD_REQUEST else one for status, one in (responses or {}).items()}
        operation = Operation(roles, creates, reads, refuses, limited, body_limit, accepts, example, prepares)

        def register(endpoint: Endpoint) -> Endpoint:
            self.add_api_route(
                path,
                endpoint,
                methods=[method],
                status_code=status,
                operation_id=endpoint.__name__,
                response_model_exclude_none=True,
                responses={**problems_of(operation, method, self.prefix + path), **own},
                openapi_extra={**extra_of(operation, method), **(openapi_extra or {})},
                route_class_override=partial(OfficeRoute, operation=operation),  # type: ignore[arg-type]  # called, never subclassed
                **{"summary": _summary(endpoint), "description": _description(endpoint), **options},
            )
            return endpoint

        return register


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


def _summary(endpoint: Callable[..., Any]) -> str:
    lines = (endpoint.__doc__ or endpoint.__name__.replace("_", " ").capitalize()).strip().splitlines()
    return lines[0].rstrip(".")


def _description(endpoint: Callable[..., Any]) -> str:
    import inspect

    return "\n".join(inspect.getdoc(endpoint).splitlines()[1:]).strip() if endpoint.__doc__ else ""  # type: ignore[union-attr]  # there is one
