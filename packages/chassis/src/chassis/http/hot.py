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
from chassis.http.description import problems_of
from chassis.http.operation import Caller, Operation
from chassis.http.problems import problem
from chassis.log import bound

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

    No edge is opened and no trace begun; `request.app.state.runtime` is the service's. `document` is the operation in OpenAPI, `schemas`
    what it refers to under `#/components/schemas`. A 200 is logged once in `log_one_in`. A body that msgspec cannot decode is 422.
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
        """`path` is whole and has no parameters; `document` has at least `operationId`, `summary` and `responses`."""
        if not roles or "{" in path:
            raise ValueError("a hot route has roles, and a path without parameters")
        said_of = problems_of(Operation(roles=roles, limited=False), method, path)
        self.roles = roles
        self.document = {
            "x-roles": [role.value for role in roles],
            "x-monitor": False,
            "security": [{"bearer": []}] if roles else [],
            **document,
            "responses": {**{str(status): said for status, said in said_of.items()}, **document.get("responses", {})},
        }
        self.schemas = dict(schemas or {})
        names = frozenset(query)
        known = f"this operation knows {', '.join(query)}" if query else "this operation knows none"
        operation = f"http:{document['operationId']}"

        async def answer(request: Request) -> Response:
            scope = request.scope
            principal = await request.app.state.gate.authenticate(request.headers.get("authorization"))
            held = next((role for role in roles if role in principal.actor.roles), None)
            by = Performer(role=held or min(principal.actor.roles, default="none"), id=principal.actor.sub)
            scope["office.caller"] = Caller(by, operation, principal.actor)
            if held is None:
                role_for(principal, roles)
            query = scope["query_string"]
            if query:
                check_target(query, None)
                if not names.issuperset(request.query_params):
                    raise Malformed("unknown_parameter", f"There is a query parameter that is not known here; {known}.")
            return await endpoint(request, principal)

        super().__init__(method, path, answer, name=str(document["operationId"]))
        self.log_one_in = log_one_in
        self._answer = answer

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer without a router or a middleware: the door has found this route by its method and path."""
        scope["route"] = self
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except (UnicodeDecodeError, RecursionError):
            # What msgspec raises besides its own: the body is not UTF-8, or nested too deep.
            response = await problem(request, Malformed("malformed", "The body is not the JSON that is wanted here."))
        except Exception as error:  # noqa: BLE001  # what the apps of the house do by their exception handlers
            with bound(request_id=scope.get("office.request_id")):
                response = await problem(request, error)
        await response(scope, receive, send)
