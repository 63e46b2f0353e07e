"""The way of one request: token and role before the body, one edge around the endpoint, the commit before the answer."""

from collections.abc import Awaitable, Callable, Iterator
from functools import cached_property
from typing import Annotated, Any

from fastapi import Depends
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from kernel.actor import Performer
from kernel.decision import Refused
from pydantic import BaseModel, TypeAdapter
from sqlalchemy.exc import IntegrityError
from starlette.requests import Request
from starlette.responses import Response

from chassis.auth.gate import Gate, role_for
from chassis.edge import Edge
from chassis.errors import AccessReasonMissing, IdempotencyKeyMissing, Malformed, OfficeError
from chassis.http import etag, idempotency
from chassis.http.body import ANY, BodyLimit, Received, check_media_type, check_target, media_type, read_json
from chassis.http.limits import limits_of
from chassis.http.operation import Caller, Operation, name_in, thing_in
from chassis.runtime import Runtime

Endpoint = Callable[[Request], Awaitable[Response]]
LONGEST_REASON = 500


async def open_edge(request: Request) -> Edge:
    """Give the edge that the route opened for this request."""
    edge: Edge = request.scope["office.edge"]
    return edge


OpenEdge = Annotated[Edge, Depends(open_edge)]
"""The request's edge: `edge.by` acts in the first of the operation's roles that the token holds."""


async def prepared(request: Request) -> Any:
    """Give what the operation's `prepares` answered."""
    return request.scope["office.prepared"]


Prepared = Depends(prepared)
"""What was asked of others before the edge opened: `party: Annotated[bool, Prepared]`."""


class OfficeRoute(APIRoute):
    """A FastAPI route with the house's order of things around it."""

    def __init__(self, path: str, endpoint: Callable[..., Any], *, operation: Operation, **options: Any) -> None:
        """`operation` is declared by `Router`; the rest goes to FastAPI."""
        self.operation = operation
        super().__init__(path, endpoint, **options)
        self.writes = not (self.methods or set()) <= {"GET", "HEAD"}
        if operation.creates and not self.writes:
            raise ValueError(f"{self.name} reads: it cannot create")
        model = self.response_model
        self.versioned = isinstance(model, type) and issubclass(model, BaseModel) and "version" in model.model_fields

    @cached_property
    def query_names(self) -> frozenset[str]:
        """The query parameters there are; any other is refused."""
        names: set[str] = set()
        for field in (field for one in _all_of(self.dependant) for field in one.query_params):
            kind = field.field_info.annotation
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                names.update(inner.alias or name for name, inner in kind.model_fields.items())
            else:
                names.add(field.alias)
        return frozenset(names)

    def known_names(self) -> frozenset[str]:
        """Every name our own forms use here: the only ones a problem may repeat."""
        return self._known_names

    @cached_property
    def _known_names(self) -> frozenset[str]:
        names = set(self.query_names)
        for one in _all_of(self.dependant):
            names.update(field.alias for field in (*one.path_params, *one.query_params, *one.header_params))
        kind = self.body_field.field_info.annotation if self.body_field is not None else None
        if kind is not None:
            names |= _property_names(TypeAdapter(kind).json_schema())
        return frozenset(names)

    def get_route_handler(self) -> Callable[[Request], Any]:
        """Wrap FastAPI's own handler, which reads, validates, calls and renders."""
        endpoint = super().get_route_handler()

        async def handle(request: Request) -> Response:
            return await self._answer(request, endpoint)

        return handle

    async def _answer(self, request: Request, endpoint: Endpoint) -> Response:
        runtime: Runtime = request.app.state.runtime
        caller = await self._admit(request, request.app.state.gate)
        self._check_query(request)
        named = caller.aggregate_id or name_in(self.path, request.path_params)
        match = etag.if_match(request.headers.get("if-match"), named) if self.writes else None
        key = idempotency.key_of(request.headers.get("idempotency-key")) if self.writes and caller.actor else None
        if self.operation.creates and key is None:
            raise IdempotencyKeyMissing
        if self.writes and self.operation.limited and caller.actor:
            limits_of(runtime).spend("writes", caller.actor.sub, runtime.settings.writes_per_minute)
        body = await self._read_body(request) if self.writes else b""
        this = idempotency.attempt(request, runtime.keyring, caller, key, body) if key is not None else None
        if self.operation.prepares is not None:
            # A key that is reused or still at work is told before anything is asked of others.
            stored = await self._earlier(runtime, this) if this is not None else None
            if stored is not None:
                return stored
            request.scope["office.prepared"] = await self.operation.prepares(request, Received(body, media_type(request)))
        try:
            response = await self._work(request, caller, endpoint, match=match, this=this)
        except (Refused, OfficeError, IntegrityError):
            # The first call may have committed between our look and our lock; what it did may be why this one is refused.
            if this is None:
                raise
            try:
                earlier = await self._earlier(runtime, this)
            except OfficeError:
                earlier = None
            if earlier is None:
                raise
            response = earlier
        return response

    async def _work(
        self, request: Request, caller: Caller, endpoint: Endpoint, *, match: etag.IfMatch | None, this: idempotency.Attempt | None
    ) -> Response:
        runtime: Runtime = request.app.state.runtime
        async with runtime.edge(
            caller.operation,
            actor=caller.actor,
            by=caller.by if caller.actor else None,
            request_id=request.scope.get("office.request_id"),
            access_reason=self._access_reason(request),
        ) as edge:
            edge.if_match = match
            request.scope["office.edge"] = edge
            if this is not None:
                stored = await idempotency.claim(edge, this)
                if stored is not None:
                    return stored
            response = await endpoint(request)
            if match is not None and not match.compared:
                raise etag.not_compared()
            response = self._tagged(request, response)
            if this is not None and response.status_code < 400:
                idempotency.keep(edge, this, response)
        return response

    async def _earlier(self, runtime: Runtime, this: idempotency.Attempt) -> Response | None:
        async with runtime.edge(this.operation) as edge:
            return await idempotency.claim(edge, this)

    async def _admit(self, request: Request, gate: Gate) -> Caller:
        name = f"http:{self.operation_id}"
        aggregate, aggregate_id = thing_in(self.path, request.path_params)
        if not self.operation.roles:
            return Caller(Performer(role="public", id="public"), name, None, aggregate, aggregate_id)
        principal = await gate.authenticate(request.headers.get("authorization"))
        # What the refusal's trace says when the next line refuses: the person, in no role of this operation.
        held = min(principal.actor.roles, default="none")
        request.scope["office.caller"] = Caller(
            Performer(role=str(held), id=principal.actor.sub), name, principal.actor, aggregate, aggregate_id
        )
        role = role_for(principal, self.operation.roles)
        caller = Caller(Performer(role=role.value, id=principal.actor.sub), name, principal.actor, aggregate, aggregate_id)
        request.scope["office.caller"] = caller
        return caller

    def _check_query(self, request: Request) -> None:
        check_target(request.scope["query_string"], request.scope.get("raw_path"))
        for name in request.query_params:
            if name not in self.query_names:
                wanted = f"this operation knows {', '.join(sorted(self.query_names))}" if self.query_names else "this operation knows none"
                raise Malformed("unknown_parameter", f"There is a query parameter that is not known here; {wanted}.")

    def _access_reason(self, request: Request) -> str | None:
        given = (request.headers.get("x-access-reason") or "").strip()
        if not given:
            if self.operation.reads is not None:
                raise AccessReasonMissing
            return None
        # HTTP hands headers over as latin-1; a reason written in another script came in UTF-8.
        try:
            reason = given.encode("latin-1").decode()
        except UnicodeError:
            reason = given
        if len(reason) > LONGEST_REASON or not reason.isprintable():
            raise Malformed("malformed", f"The header X-Access-Reason must be one line of at most {LONGEST_REASON} characters.")
        return reason

    async def _read_body(self, request: Request) -> bytes:
        limit: BodyLimit | None = request.scope.get("office.body_limit")
        if limit is not None:
            limit.bytes = self.operation.body_limit
        body = await request.body()
        if self.body_field is None and not self._takes_any_body:
            # `{}` is how a caller says "nothing" in JSON; anything else would be silently ignored.
            if body and read_json(body) != {}:
                raise Malformed("malformed", "This operation takes no body, or {}.")
            return body
        if not body:
            if self._takes_any_body:
                raise Malformed("malformed", "The body is empty.")
            return body
        given = check_media_type(request, self.operation.accepts)
        if given.endswith("json") and ANY not in self.operation.accepts:
            # FastAPI would read it again, less strictly; `Request.json` hands out what it finds here.
            value = read_json(body)
            if value is None:
                # An optional form would take it for nothing; here nothing is `{}`, and null is never said.
                raise Malformed("malformed", "The body is null; send an object.")
            request._json = value  # noqa: SLF001  # Starlette's own cache, and the only way to give it the strict reading
        return body

    @cached_property
    def _takes_any_body(self) -> bool:
        return self.operation.accepts != Operation(roles=()).accepts

    def _tagged(self, request: Request, response: Response) -> Response:
        if not self.versioned or response.status_code >= 300:
            return response
        tag = etag.tag_of(bytes(response.body))
        if tag is None:
            return response
        if not self.writes and etag.is_known(request.headers.get("if-none-match"), tag):
            return Response(status_code=304, headers={"ETag": tag})
        response.headers["ETag"] = tag
        return response


def _all_of(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for inner in dependant.dependencies:
        yield from _all_of(inner)


def _property_names(schema: Any) -> set[str]:
    names: set[str] = set()
    waiting = [schema]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            inner = one.get("properties")
            if isinstance(inner, dict):
                names.update(inner)
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
    return names
