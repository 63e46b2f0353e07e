"""A hand-written Starlette route for the hot path: the same token and role, none of FastAPI's cost, documented by hand."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from kernel.actor import Performer, Role
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from chassis.auth.gate import role_for
from chassis.auth.principal import Principal
from chassis.errors import Malformed
from chassis.http.body import check_target
from chassis.http.operation import Caller

Endpoint = Callable[[Request, Principal], Awaitable[Response]]


class NamedRoute(Route):
    """A Starlette route that names itself in the scope, so that figures carry its template; it answers no HEAD."""

    def __init__(self, method: str, path: str, endpoint: Callable[[Request], Awaitable[Response]], *, name: str | None = None) -> None:
        """`path` is whole."""
        super().__init__(path, endpoint, methods=[method], name=name, include_in_schema=False)
        # Starlette adds HEAD to GET, which no document of ours speaks of.
        self.methods = {method}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, named."""
        scope["route"] = self
        await super().handle(scope, receive, send)


class HotRoute(NamedRoute):
    """Authenticates, checks the role and the names of query parameters, then calls `endpoint(request, principal)`.

    No edge is opened; `request.app.state.runtime` is the service's. `document` is the operation in OpenAPI, `schemas` what it refers to
    under `#/components/schemas`. A 200 is logged once in `log_one_in`.
    """

    def __init__(
        self,
        method: str,
        path: str,
        endpoint: Endpoint,
        *,
        roles: tuple[Role, ...],
        query: Sequence[str] = (),
        document: Mapping[str, Any],
        schemas: Mapping[str, Any] | None = None,
        log_one_in: int = 100,
    ) -> None:
        """`path` is whole; `document` has at least `operationId`, `summary` and `responses`."""
        self.roles = roles
        self.document = {
            "x-roles": [role.value for role in roles],
            "x-monitor": False,
            "security": [{"bearer": []}] if roles else [],
            **document,
        }
        self.schemas = dict(schemas or {})
        names = frozenset(query)
        operation = f"http:{document['operationId']}"

        async def answer(request: Request) -> Response:
            scope = request.scope
            principal = await request.app.state.gate.authenticate(request.headers.get("authorization"))
            sub = principal.actor.sub
            scope["office.caller"] = Caller(
                Performer(role=str(min(principal.actor.roles, default="none")), id=sub), operation, principal.actor
            )
            role = role_for(principal, roles)
            scope["office.caller"] = Caller(Performer(role=role.value, id=sub), operation, principal.actor)
            check_target(scope["query_string"], None)
            if scope["query_string"] and not names.issuperset(request.query_params):
                raise Malformed(
                    "unknown_parameter",
                    f"There is a query parameter that is not known here; this operation knows {', '.join(query) or 'none'}.",
                )
            return await endpoint(request, principal)

        super().__init__(method, path, answer, name=str(document["operationId"]))
        self.log_one_in = log_one_in
