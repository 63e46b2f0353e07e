"""What leaves the house leaves it once, and nothing counts as done without its receipt."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from chassis import deliveries
from chassis.deliveries import cancel
from chassis.errors import Conflict
from chassis.testing import Desk, broken_at, eventually


async def send(speaker: Desk, toys: Any, word: str = "hello", *, urgent: bool = True, kind: str = "word") -> Any:
    async with speaker.runtime.edge("test") as edge:
        matter = await toys.open_matter(edge)
        return await toys.send_word(edge, matter, word, urgent=urgent, kind=kind)


async def state(speaker: Desk, delivery_id: Any) -> tuple[str, Any]:
    row = (await speaker.sql("SELECT state, receipt FROM delivery WHERE id = $1", delivery_id))[0]
    return row["state"], row["receipt"]


async def test_a_word_is_told_once_and_its_receipt_changes_the_matter(speaker: Desk, toys: Any) -> None:
    one = await send(speaker, toys)
    await speaker.settle()
    assert toys.world.told == [(one, "hello")]
    assert await state(speaker, one) == ("done", '{"no": 1}')
    assert (await speaker.sql("SELECT state FROM matter"))[0]["state"] == "closed"


async def test_an_intent_lies_encrypted(speaker: Desk, toys: Any) -> None:
    await send(speaker, toys, "planted marker", urgent=False)
    assert b"planted" not in (await speaker.sql("SELECT intent FROM delivery"))[0]["intent"]


async def test_a_letter_waits_a_minute_and_can_be_taken_back(speaker: Desk, toys: Any) -> None:
    kept, taken_back = await send(speaker, toys, "kept", urgent=False), await send(speaker, toys, "back", urgent=False)
    await speaker.settle()
    assert toys.world.told == []
    async with speaker.runtime.edge("test") as edge:
        await cancel(edge, taken_back)
    await speaker.advance(timedelta(seconds=61))
    assert toys.world.told == [(kept, "kept")]
    async with speaker.runtime.edge("test") as edge:
        with pytest.raises(Conflict):
            await cancel(edge, kept)


async def test_what_was_told_though_the_answer_was_lost_is_not_told_again(speaker: Desk, toys: Any) -> None:
    toys.world.behaviour[:] = ["told_but_lost"]
    one = await send(speaker, toys)
    await speaker.settle()
    assert toys.world.told == [(one, "hello")]
    assert (await state(speaker, one))[0] == "done"


async def test_a_refused_connection_is_tried_again(speaker: Desk, toys: Any) -> None:
    toys.world.behaviour[:] = ["refused", "refused"]
    one = await send(speaker, toys)
    await speaker.settle()
    await speaker.advance(timedelta(minutes=1))
    assert toys.world.told == [(one, "hello")]


async def test_a_final_no_waits_for_a_person(speaker: Desk, toys: Any) -> None:
    toys.world.behaviour[:] = ["no"]
    one = await send(speaker, toys)
    await speaker.settle()
    assert (await state(speaker, one))[0] == "failed"
    assert (await speaker.sql("SELECT error FROM delivery"))[0]["error"] == "no_such_address"


async def test_what_is_under_way_cannot_be_taken_back_and_what_was_taken_back_never_goes(speaker: Desk, toys: Any) -> None:
    toys.world.behaviour[:] = ["held"]
    one = await send(speaker, toys)
    await speaker.work()
    await toys.world.reached.wait()
    async with speaker.runtime.edge("test") as edge:
        with pytest.raises(Conflict):
            await cancel(edge, one)
    toys.world.released.set()
    await eventually(lambda: speaker.sql("SELECT 1 FROM delivery WHERE state = 'done'"))

    async with speaker.runtime.edge("test") as edge:
        # The worker is stopped at the row's lock, with the delivery already chosen; then the undo commits.
        two = await toys.send_word(edge, await toys.open_matter(edge), "two", urgent=False)
    async with speaker.runtime.edge("test") as edge:
        await cancel(edge, two)
        await edge.flush()
        speaker.runtime.clock.move_to(speaker.runtime.clock.law() + timedelta(seconds=61))
        waits = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'UPDATE delivery%'"
        await eventually(lambda: speaker.sql(waits), what="the worker at the lock")
    await speaker.settle()
    assert [word for _, word in toys.world.told] == ["hello"]
    assert (await state(speaker, two))[0] == "cancelled"


async def test_who_keeps_us_waiting_keeps_no_other_waiting(speaker: Desk, toys: Any) -> None:
    toys.world.behaviour[:] = ["held"]
    slow = await send(speaker, toys, "far", kind="word_far_away")
    await speaker.work()
    await toys.world.reached.wait()
    near = await send(speaker, toys, "near")
    await eventually(lambda: speaker.sql("SELECT 1 FROM delivery WHERE id = $1 AND state = 'done'", near))
    assert (await state(speaker, slow))[0] == "attempting"
    toys.world.released.set()
    await eventually(lambda: speaker.sql("SELECT 1 FROM delivery WHERE id = $1 AND state = 'done'", slow))


async def test_each_kind_has_its_own_pauses(speaker: Desk, toys: Any) -> None:
    toys.world.behaviour[:] = ["refused", "refused", "refused"]
    one = await send(speaker, toys, kind="word_far_away")
    for tries, pause in ((1, 10), (2, 60)):
        await speaker.work()
        paused = "SELECT next_at, attempted_at FROM delivery WHERE id = $1 AND tries = $2 AND state = 'waiting'"
        row = (await eventually(partial(speaker.sql, paused, one, tries)))[0]
        assert timedelta(seconds=pause) <= row["next_at"] - row["attempted_at"] < timedelta(seconds=pause + 5)
        speaker.runtime.clock.move_to(row["next_at"])
    await speaker.settle()
    assert (await state(speaker, one))[0] == "failed"
    assert toys.world.told == []


async def test_what_nobody_can_tell_reaches_a_person_and_is_not_written_again(speaker: Desk, toys: Any, monkeypatch: Any) -> None:
    monkeypatch.setitem(toys.speaker.carriers, "word", replace(toys.speaker.carriers["word"], pauses=(0.01,) * 7))
    toys.world.behaviour[:] = ["told_but_lost"]
    toys.world.can_be_asked = False
    one = await send(speaker, toys)
    await speaker.work()
    await eventually(lambda: speaker.sql("SELECT 1 FROM delivery WHERE state = 'uncertain' AND error = 'ConnectionResetError'"))
    assert toys.world.told == [(one, "hello")]


@pytest.mark.parametrize("broken", ["intent", "action"])
async def test_one_broken_delivery_holds_up_no_other_and_reaches_a_person(speaker: Desk, toys: Any, broken: str, monkeypatch: Any) -> None:
    monkeypatch.setattr(deliveries, "BACK_OFF_OWN", (0.01,))
    toys.trouble["take"] = "bad"
    bad = [await send(speaker, toys, "bad" if broken == "action" else "sealed", urgent=False) for _ in range(deliveries.AT_ONCE)]
    if broken == "intent":
        await speaker.sql("UPDATE delivery SET intent = decode(repeat('01', 80), 'hex')")
    good = await send(speaker, toys, "good")
    await speaker.advance(timedelta(minutes=2))
    assert (await state(speaker, good))[0] == "done"
    given_up = {"intent": "failed", "action": "uncertain"}[broken]
    for one in bad:
        await eventually(partial(speaker.sql, "SELECT 1 FROM delivery WHERE id = $1 AND state = $2 AND error IS NOT NULL", one, given_up))
    assert [word for _, word in toys.world.told].count("bad") == (deliveries.AT_ONCE if broken == "action" else 0)


@pytest.mark.parametrize(
    "point",
    [
        "delivery.attempt.before",
        "delivery.attempt.after",
        "delivery.call.before",
        "delivery.call.after",
        "delivery.receipt.before",
        "delivery.receipt.after",
    ],
)
@pytest.mark.parametrize("kind", ["error", "timeout", "slow", "cancel"])
async def test_a_fault_on_the_way_out_tells_it_once(speaker: Desk, toys: Any, point: str, kind: str) -> None:
    with broken_at(point, kind) as passed:
        one = await send(speaker, toys)
        await speaker.settle()
        await speaker.advance(timedelta(minutes=1))
    assert point in passed
    assert toys.world.told == [(one, "hello")]
    assert (await state(speaker, one))[0] == "done"
