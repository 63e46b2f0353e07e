"""A date that arrives is acted on once, by whoever gets there first, and a broken one does not hold up the others."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from chassis import trace
from chassis.testing import Desk, broken_at
from chassis.ticker import Ticker, cancel, move, schedule
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter


async def matter_due_in(speaker: Desk, toys: Any, *hours: int) -> Any:
    async with speaker.runtime.edge("test") as edge:
        matter = await toys.open_matter(edge)
        for one in hours:
            schedule(edge, aggregate_id=matter.id, kind="ring", due_at=edge.now + timedelta(hours=one))
        return matter.id


async def rung(speaker: Desk, matter_id: Any) -> int:
    return (await speaker.sql("SELECT rung FROM matter WHERE id = $1", matter_id))[0]["rung"]


async def test_each_date_is_acted_on_at_its_own_time(speaker: Desk, toys: Any) -> None:
    matter = await matter_due_in(speaker, toys, 2, 5)
    await speaker.advance(timedelta(hours=1))
    assert await rung(speaker, matter) == 0
    await speaker.advance(timedelta(hours=1, minutes=1))
    assert await rung(speaker, matter) == 1
    await speaker.advance(timedelta(hours=4))
    assert await rung(speaker, matter) == 2
    ended = await speaker.sql("SELECT due_at, ended_at FROM deadline")
    assert all(timedelta() <= row["ended_at"] - row["due_at"] < timedelta(seconds=30) for row in ended)


async def test_two_thousand_at_once_are_acted_on_once_by_two_workers_in_batches(speaker: Desk) -> None:
    await speaker.sql("INSERT INTO matter SELECT gen_random_uuid(), 'open', 1, 0 FROM generate_series(1, 2000)")
    due = speaker.runtime.clock.law()
    await speaker.sql("INSERT INTO deadline (id, aggregate_id, kind, due_at, state) SELECT id, id, 'ring', $1, 'waiting' FROM matter", due)

    async def work() -> list[int]:
        ticker, worked = Ticker(speaker.runtime), [0]
        while one := await ticker.step():
            worked.append(one)
        return worked

    async with asyncio.timeout(10):
        first, second = await asyncio.gather(work(), work())
    assert sum(first) + sum(second) == 2000
    # A hundred at a time, and neither stood in the other's way.
    assert max(first) == max(second) == 100
    assert len(first) + len(second) < 30
    assert await speaker.sql("SELECT rung, count(*) FROM matter GROUP BY rung") == [(1, 2000)]
    assert (await speaker.sql("SELECT count(*) FROM deadline WHERE state = 'fired'"))[0]["count"] == 2000


async def test_a_date_that_another_of_its_batch_cancels_does_not_ring(speaker: Desk, toys: Any) -> None:
    first, second = sorted([await matter_due_in(speaker, toys, 0), await matter_due_in(speaker, toys, 0)])
    alone = await matter_due_in(speaker, toys, 0, 0)
    toys.trouble["cancels"] = {first: second, alone: alone}
    ticker = Ticker(speaker.runtime)
    while await ticker.step():
        pass
    assert [await rung(speaker, matter) for matter in (first, second, alone)] == [1, 0, 1]


async def test_a_cancelled_or_moved_date_does_not_ring(speaker: Desk, toys: Any) -> None:
    matter = await matter_due_in(speaker, toys, 1)
    async with speaker.runtime.edge("test") as edge:
        await move(edge, matter, "ring", edge.now + timedelta(hours=10))
    await speaker.advance(timedelta(hours=2))
    assert await rung(speaker, matter) == 0
    async with speaker.runtime.edge("test") as edge:
        await cancel(edge, matter)
    await speaker.advance(timedelta(hours=20))
    assert await rung(speaker, matter) == 0
    assert [row["state"] for row in await speaker.sql("SELECT state FROM deadline ORDER BY id")] == ["cancelled", "cancelled"]


async def test_a_deadline_that_fails_is_tried_again_and_others_go_on(speaker: Desk, toys: Any) -> None:
    toys.trouble["ring"] = True
    broken = await matter_due_in(speaker, toys, 0)
    ticker = Ticker(speaker.runtime)
    await ticker.step()
    row = (await speaker.sql("SELECT state, tries, error FROM deadline"))[0]
    assert (row["state"], row["tries"], row["error"]) == ("waiting", 1, "RuntimeError")
    # What it wanted done after the commit went with its savepoint.
    assert toys.trouble["order"] == []
    toys.trouble["ring"] = False
    fine = await matter_due_in(speaker, toys, 0)
    await ticker.step()
    assert await rung(speaker, fine) == 1
    await speaker.settle()
    assert await rung(speaker, broken) == 1


async def test_a_date_of_no_known_kind_holds_up_no_other(speaker: Desk, toys: Any) -> None:
    async with speaker.runtime.edge("test") as edge:
        matter = await toys.open_matter(edge)
        schedule(edge, aggregate_id=matter.id, kind="of_another_version", due_at=edge.now)
    fine = await matter_due_in(speaker, toys, 0)
    await Ticker(speaker.runtime).step()
    assert await rung(speaker, fine) == 1
    assert (await speaker.sql("SELECT tries, error FROM deadline WHERE state = 'waiting'"))[0]["error"] == "KeyError"
    await speaker.sql("UPDATE deadline SET state = 'cancelled' WHERE state = 'waiting'")


async def test_a_date_whose_aggregate_is_locked_elsewhere_waits_and_others_go_on(speaker: Desk, toys: Any) -> None:
    locked, free = await matter_due_in(speaker, toys, 0), await matter_due_in(speaker, toys, 0)
    ticker = Ticker(speaker.runtime)
    async with speaker.runtime.edge("test") as edge:
        await edge.lock(toys.Matter, locked, "matter")
        async with asyncio.timeout(5):
            assert await ticker.step() == 1
        assert (await rung(speaker, locked), await rung(speaker, free)) == (0, 1)
    assert await ticker.step() == 1
    assert await rung(speaker, locked) == 1


async def test_a_date_that_arrives_is_a_trace_of_its_own_with_a_link_to_the_one_that_set_it(
    speaker: Desk, toys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "_tracer", provider.get_tracer("office"))
    monkeypatch.setattr(trace, "_sampled_by_sdk", True)
    with trace.started("request"):
        set_by = trace.current_trace_id()
        await matter_due_in(speaker, toys, 0)
    await Ticker(speaker.runtime).step()
    (span,) = [one for one in exporter.get_finished_spans() if one.name == "deadline"]
    assert [f"{link.context.trace_id:032x}" for link in span.links] == [set_by]
    assert toys.trouble["trace"] not in (None, set_by)


@pytest.mark.parametrize("point", ["ticker.read.after", "ticker.acted.before", "ticker.acted.after", "commit.before", "commit.after"])
@pytest.mark.parametrize("kind", ["error", "cancel"])
async def test_a_fault_between_date_and_deed_does_it_once(speaker: Desk, toys: Any, point: str, kind: str) -> None:
    matter = await matter_due_in(speaker, toys, 0)
    with broken_at(point, kind) as passed:
        await speaker.settle()
    assert point in passed
    assert await rung(speaker, matter) == 1
