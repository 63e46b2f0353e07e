"""What an operation declares beside its route, and who calls it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from uuid import UUID

from kernel.actor import Actor, Performer, Role

from chassis.http.body import DEFAULT_LIMIT, JSON, Received

if TYPE_CHECKING:
    from starlette.requests import Request

Prepare = Callable[["Request", Received], Awaitable[Any]]
"""What an operation must know from outside before its transaction opens: `request.app.state.runtime` and the body, once admitted."""


@dataclass(frozen=True, slots=True)
class Operation:
    """The declaration of one operation. `roles` empty means public, said on purpose.

    `reads` names what needs `X-Access-Reason`; `refuses` are the codes of the refusals it may answer; `limited` False exempts it from
    the limit on writes; `body_limit` in bytes; `accepts` are the media types of its body. `prepares` is done before the edge opens, and
    not for a repeat that is answered from its key; the endpoint takes its result as a `Prepared`.
    """

    roles: tuple[Role, ...]
    creates: bool = False
    reads: str | None = None
    refuses: tuple[str, ...] = ()
    limited: bool = True
    body_limit: int = DEFAULT_LIMIT
    accepts: tuple[str, ...] = (JSON,)
    example: Mapping[str, Any] | None = None
    prepares: Prepare | None = None

    def __post_init__(self) -> None:
        if self.creates and not self.roles:
            raise ValueError("an idempotency key belongs to a caller: a public operation cannot create")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls which operation about what: what a refusal's trace says."""

    by: Performer
    operation: str
    actor: Actor | None = None
    aggregate: str | None = None
    aggregate_id: UUID | None = None


def thing_in(path: str, params: Mapping[str, Any]) -> tuple[str | None, UUID | None]:
    """Give the noun and id of the aggregate that a path names: of `/bans/v1/actions/{action_id}/reviews` the action."""
    parts = path.split("/")
    for before, part in pairwise(parts):
        if part.startswith("{") and part.endswith("}"):
            try:
                return before.removesuffix("s").replace("-", "_"), UUID(str(params.get(part[1:-1].partition(":")[0])))
            except ValueError:
                return None, None
    return None, None


def name_in(path: str, params: Mapping[str, Any]) -> str | None:
    """Give what a path names, whatever kind of name it is: of `/intake/v1/staff/{sub}` the `sub`."""
    first = next((part for part in path.split("/") if part.startswith("{") and part.endswith("}")), None)
    return None if first is None else str(params.get(first[1:-1].partition(":")[0]))
