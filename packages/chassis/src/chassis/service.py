"""What a service is, declared once in its `app.py`: what it says, hears, waits for, delivers and answers."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import MetaData

if TYPE_CHECKING:
    from fastapi import APIRouter
    from starlette.routing import BaseRoute

    from chassis.check import Invariant
    from chassis.edge import Edge
    from chassis.http.hot import HotRoute
    from chassis.runtime import Runtime


class Permanent(Exception):
    """A reaction that can never succeed as things are: it is parked for a person at once instead of being tried again."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """What one service does when another says one kind of thing.

    `fetch` asks the event's owner over HTTP for what the bus does not carry, with no transaction open;
    `apply` does the work in the inbox's transaction, with what was fetched (None without `fetch`).
    """

    apply: Callable[["Edge", Any, Any], Awaitable[None]]
    fetch: Callable[["Runtime", Any], Awaitable[Any]] | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """What happens when a date arrives: `aggregate` is locked first, then `act` asks the rule again and does it.

    `act(edge, row)` returns the next moment to ask again, or None when the deadline is over.
    """

    aggregate: type[Any]
    act: Callable[["Edge", Any], Awaitable[datetime | None]]


@dataclass(frozen=True, slots=True)
class Parcel:
    """One delivery in hand: its id (stable over every attempt), the aggregate it belongs to and its intent as recorded."""

    delivery_id: UUID
    aggregate_id: UUID
    intent: Mapping[str, Any]
    tries: int


@dataclass(frozen=True, slots=True)
class Carrier:
    """How one kind of delivery leaves the house.

    `call(runtime, parcel)` does the outside call, no transaction open, and returns the receipt as JSON;
    `read_back(runtime, parcel)` tells after a time-out or a crash whether it had been done (its receipt) or surely not (None),
    and is None where the outside cannot tell: then the delivery becomes `uncertain` and waits for a person;
    `take_receipt(edge, parcel, receipt)` is the action that the receipt brings about, in its transaction;
    `take_failure(edge, parcel, state, code)` is told when the delivery has become `failed` or `uncertain`.
    `pauses` are the seconds between one call and the next, so that there is one call more than there are pauses. `apart`: carried by a
    loop of its own, because whoever it goes to may keep us waiting.
    """

    call: Callable[["Runtime", Parcel], Awaitable[dict[str, Any]]]
    take_receipt: Callable[["Edge", Parcel, dict[str, Any]], Awaitable[None]]
    read_back: Callable[["Runtime", Parcel], Awaitable[dict[str, Any] | None]] | None = None
    take_failure: Callable[["Edge", Parcel, str, str], Awaitable[None]] | None = None
    pauses: tuple[float, ...] = (5, 30, 120, 600, 3600, 3600, 3600)
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Service:
    """One service, whole. `name` is its schema, its database role and its Kafka group.

    `hot` are hand-written routes (the hot path) with their own token and role check, `routes` any other Starlette routes;
    `on_start` and `on_stop` run in every process of the service. `loops` run beside the API in every process that serves it, and sleep
    by `runtime.nap(NAME, seconds)`, which `edge.pokes.add(NAME)` cuts short in all processes after a commit.
    """

    name: str
    title: str
    prefix: str
    summary: str
    metadata: MetaData
    migrations: Path
    routers: Sequence["APIRouter"]
    hot: Sequence["HotRoute"] = ()
    routes: Callable[["Runtime"], Sequence["BaseRoute"]] | None = None
    reactions: Mapping[str, Mapping[str, Reaction]] = field(default_factory=dict)
    deadlines: Mapping[str, Due] = field(default_factory=dict)
    carriers: Mapping[str, Carrier] = field(default_factory=dict)
    invariants: Sequence["Invariant"] = ()
    loops: Mapping[str, Callable[["Runtime"], Awaitable[None]]] = field(default_factory=dict)
    on_start: Callable[["Runtime"], Awaitable[None]] | None = None
    on_stop: Callable[["Runtime"], Awaitable[None]] | None = None
    problems: Mapping[str, str] = field(default_factory=dict)
