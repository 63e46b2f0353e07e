"""What leaves the house leaves it once, and nothing counts as done without its receipt."""

from datetime import timedelta
from typing import Any

import pytest
from chassis.deliveries import cancel
from chassis.errors import Conflict
from chassis.testing import Desk, broken_at


async def send(speaker: Desk, toys: Any, word: str = "hello", *, urgent: bool = True) -> Any:
    async with speaker.runtime.edge("test") as edge:
        matter = await toys.open_matter(edge)
        return await toys.send_word(edge, matter, word, urgent=urgent)


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
@pytest.mark.parametrize("kind", ["error", "timeout", "slow"])
async def test_a_fault_on_the_way_out_tells_it_once(speaker: Desk, toys: Any, point: str, kind: str) -> None:
    with broken_at(point, kind) as passed:
        one = await send(speaker, toys)
        await speaker.settle()
        await speaker.advance(timedelta(minutes=1))
    assert point in passed
    assert toys.world.told == [(one, "hello")]
    assert (await state(speaker, one))[0] == "done"
