"""Two made-up services: one keeps matters and says what becomes of them, the other counts what it hears."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from chassis.audit import write_audit
from chassis.crypto import new_data_key
from chassis.deliveries import deliver
from chassis.edge import Edge, new_id
from chassis.outbox import record
from chassis.service import Carrier, Due, Parcel, Reaction, Service
from chassis.testing import Desk, House
from chassis.ticker import cancel
from chassis.trace import current_trace_id
from contracts.case import CaseChange, CaseState
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

MIGRATIONS = Path(__file__).parent / "toy_migrations"
STREAM = CaseChange.stream_name()


class Speaks(SQLModel, registry=registry()):
    pass


class Matter(Speaks, table=True):
    id: UUID = Field(primary_key=True)
    state: str
    version: int
    rung: int = 0

    def public(self) -> CaseState:
        return CaseState(case_id=self.id, kind="other", state=self.state, team="legal", received_at="2026-01-05T00:00:00Z")  # type: ignore[arg-type]


class Hears(SQLModel, registry=registry()):
    pass


class Heard(Hears, table=True):
    id: UUID = Field(primary_key=True)
    matter: UUID
    version: int


async def open_matter(edge: Edge) -> Matter:
    matter = Matter(id=new_id(), state="open", version=1)
    edge.session.add(matter)
    record(edge, CaseChange.of("opened", state=matter.public(), prior=None, version=1, **edge.stamp()))
    write_audit(edge, aggregate="case", aggregate_id=matter.id, state="open")
    return matter


async def change_matter(edge: Edge, matter_id: UUID) -> Matter:
    matter = await edge.lock(Matter, matter_id, "matter")
    prior = matter.public()
    matter.version += 1
    record(edge, CaseChange.of("expanded", state=matter.public(), prior=prior, version=matter.version, **edge.stamp()))
    write_audit(edge, aggregate="case", aggregate_id=matter.id, state=matter.state)
    return matter


async def send_word(edge: Edge, matter: Matter, word: str, *, urgent: bool = False, kind: str = "word") -> UUID:
    key = new_data_key(edge, matter.id)
    return deliver(edge, key, aggregate_id=matter.id, kind=kind, intent={"word": word}, urgent=urgent)


@dataclass
class World:
    """The world outside: what it was told, and how it behaves when told."""

    told: list[tuple[UUID, str]] = field(default_factory=list)
    behaviour: list[str] = field(default_factory=list)
    can_be_asked: bool = True
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class Toys:
    world: World
    trouble: dict[str, Any]
    speaker: Service
    hearer: Service
    open_matter = staticmethod(open_matter)
    change_matter = staticmethod(change_matter)
    send_word = staticmethod(send_word)
    Matter = Matter
    Heard = Heard


@pytest.fixture
def toys() -> Toys:  # noqa: C901  # two small services, written where they are used
    """The two services, with knobs: `trouble` breaks the hearer's reaction, `world` is what deliveries reach."""
    world = World()
    trouble: dict[str, Any] = {"fail": set(), "permanent": set(), "unfetched": set(), "order": [], "error": RuntimeError("not now")}

    async def ring(edge: Edge, matter: Matter) -> None:
        edge.after_commit.append(lambda: trouble["order"].append(matter.id))
        trouble["trace"] = current_trace_id()
        if trouble.get("ring"):
            raise RuntimeError("the bell is broken")
        matter.rung += 1
        if cancelled := trouble.get("cancels", {}).get(matter.id):
            await cancel(edge, cancelled)

    async def call(_runtime: Any, parcel: Parcel) -> dict[str, Any]:
        how = world.behaviour.pop(0) if world.behaviour else "ok"
        if how == "refused":
            raise ConnectionRefusedError
        if how == "no":
            from chassis.deliveries import Refusal

            raise Refusal("no_such_address")
        if how == "held":
            world.reached.set()
            await world.released.wait()
        world.told.append((parcel.delivery_id, parcel.intent["word"]))
        if how == "told_but_lost":
            raise TimeoutError
        return {"no": len(world.told)}

    async def read_back(_runtime: Any, parcel: Parcel) -> dict[str, Any] | None:
        if not world.can_be_asked:
            raise ConnectionResetError
        there = [n for n, (delivery_id, _) in enumerate(world.told) if delivery_id == parcel.delivery_id]
        return {"no": there[0] + 1} if there else None

    async def take(edge: Edge, parcel: Parcel, _receipt: dict[str, Any]) -> None:
        if parcel.intent["word"] == trouble.get("take"):
            raise RuntimeError("the action does not take it")
        matter = await edge.lock(Matter, parcel.aggregate_id, "matter")
        matter.state = "closed"

    async def hear(edge: Edge, event: CaseChange, facts: Any) -> None:
        name = (event.case.case_id, event.version)
        if name in trouble["permanent"]:
            from chassis.service import Permanent

            raise Permanent("never")
        if name in trouble["fail"]:
            raise trouble["error"]
        edge.session.add(Heard(id=new_id(), matter=event.case.case_id, version=event.version))
        edge.after_commit.append(lambda: trouble["order"].append(name))

    async def fetch(_runtime: Any, event: CaseChange) -> None:
        if (event.case.case_id, event.version) in trouble["unfetched"]:
            raise ConnectionRefusedError

    speaker = Service(
        name="intake", title="speaker", prefix="/intake/v1", summary="says", metadata=Speaks.metadata, migrations=MIGRATIONS, routers=[],
        deadlines={"ring": Due(aggregate=Matter, act=ring)},
        carriers={
            "word": Carrier(call=call, take_receipt=take, read_back=read_back),
            "word_far_away": Carrier(call=call, take_receipt=take, read_back=read_back, pauses=(10, 60), apart=True),
        },
    )  # fmt: skip
    hearer = Service(
        name="ban", title="hearer", prefix="/bans/v1", summary="hears", metadata=Hears.metadata, migrations=MIGRATIONS, routers=[],
        reactions={STREAM: {"opened": Reaction(apply=hear), "expanded": Reaction(apply=hear, fetch=fetch)}},
    )  # fmt: skip
    return Toys(world, trouble, speaker, hearer)


@pytest.fixture
async def speaker(house: House, toys: Toys) -> Desk:
    desk = await house.desk(toys.speaker, fresh=True)
    yield desk
    assert await desk.findings() == []
    await desk.close()
