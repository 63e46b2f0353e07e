"""Several processes answer the check: each learns what another has changed, by the poke at once and by the poll in any case (R20, R30)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from ban_svc import index as module
from ban_svc.app import SERVICE
from ban_svc.index import POLL, index_of, keep_fresh, start_index
from chassis.bus.local import LocalHop
from chassis.hints import Hints
from chassis.peers import Peers
from chassis.runtime import Runtime
from chassis.tasks import end
from chassis.testing import Desk, eventually
from sqlalchemy import TextClause, text

NEVER = 3600.0


@asynccontextmanager
async def replica(desk: Desk, *, hears: bool) -> AsyncIterator[Runtime]:
    """Another process of the service on the same database, whose pokes reach it or do not."""
    async with AsyncExitStack() as stack:
        runtime = Runtime(SERVICE, desk.settings, bus=LocalHop(), keyring=desk.runtime.keyring, peers=Peers(desk.settings))
        stack.push_async_callback(runtime.close)
        if hears:
            runtime.db.hints = Hints(runtime.db.asyncpg_dsn, SERVICE.name, runtime.wake, lambda: list(runtime.wakes))
            runtime.db.hints.start()
            await runtime.db.hints.connected.wait()
        await start_index(runtime)
        stack.push_async_callback(end, asyncio.create_task(keep_fresh(runtime)))
        yield runtime


async def lifted(desk: Desk, action: dict[str, Any]) -> None:
    where, body = f"/bans/v1/actions/{action['id']}/lift", {"reason": "It has served its purpose.", "note": "Quiet years."}
    assert (await desk.post(where, body, role="team_manager", sub="maja")).status_code == 200
    assert (await desk.post(f"{where}/confirmation", {"note": "I agree."}, role="director", sub="dora")).status_code == 200


@pytest.mark.parametrize(("hears", "poll"), [(True, NEVER), (False, POLL)], ids=["poke", "poll"])
async def test_another_process_knows_what_one_has_changed(office: Any, monkeypatch: pytest.MonkeyPatch, hears: bool, poll: float) -> None:
    desk: Desk = office.desk
    monkeypatch.setattr(module, "POLL", poll)
    async with replica(desk, hears=hears) as other:
        spec = office.spec()
        name = spec["accounts"][0]["name"]

        async def banned() -> bool:
            return index_of(other).account_until(name, other.clock.law().timestamp()) is not None

        async def free() -> bool:
            return not await banned()

        assert await free()
        action = await office.enacted(spec)
        await eventually(banned, within=2 * POLL, what="the other process's yes")
        await lifted(desk, action)
        await eventually(free, within=2 * POLL, what="the other process's no")


@pytest.mark.parametrize(("question", "about"), [(module._SINCE, {"since": 1}), (module._OF, {"actions": [uuid4()]})], ids=["since", "of"])
async def test_what_has_changed_is_found_by_indexes_alone(desk: Desk, question: TextClause, about: dict[str, Any]) -> None:
    """Each replica asks twice a second: reading a million rows for it took more than answering did."""
    async with desk.runtime.db.engine.connect() as connection:
        await connection.execute(text("SET LOCAL enable_seqscan = off"))
        plan = "\n".join(await connection.scalars(text(f"EXPLAIN {question}"), about))
    assert "Index" in plan
    assert "Seq Scan" not in plan
