"""Everything that leaves the house: intent with the decision, attempt committed, call, receipt committed (DESIGN 3)."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select, update

from chassis import metrics, tables
from chassis.audit import log_access, write_audit
from chassis.crypto import DataKey, Sealed, reveal
from chassis.edge import Edge, new_id
from chassis.errors import Busy, Conflict, NotFound
from chassis.fault import fault
from chassis.log import logger
from chassis.service import Carrier, Parcel
from chassis.trace import current_traceparent, started

if TYPE_CHECKING:
    from chassis.runtime import Runtime
    from chassis.service import Service

log = logger(__name__)
UNDO = timedelta(seconds=60)
POLL = 1.0
AT_ONCE = 8
CALL_LIMIT = 60.0
# When the fault is the house's own: an intent that does not open, an action that will not take the receipt.
BACK_OFF_OWN = (1.0, 4.0, 15.0, 60.0)
LAST_TRY = 8
PLACE = "delivery.intent"
row_of = tables.delivery.c


class Refusal(Exception):
    """The outside said no for good: trying again cannot help. Its argument is a code."""


class NotDone(Exception):
    """It surely did not leave the house, and the same call may do later: nothing is to be read back. Its argument is a code."""


def apart_kinds(service: "Service") -> list[str]:
    """Name the kinds of delivery that have a loop of their own."""
    return [kind for kind, carrier in service.carriers.items() if carrier.apart]


def deliver(edge: Edge, key: DataKey, *, aggregate_id: UUID, kind: str, intent: Mapping[str, Any], urgent: bool = False) -> UUID:
    """Write the intent to deliver with the decision that brings it about.

    Letters and writes on wikis wait 60 s of the law's time, so that `cancel` is an honest undo; urgent ones go at once.
    The intent lies encrypted under `key`, that of the case or person it speaks of.
    """
    delivery_id = new_id()
    not_before = edge.now if urgent else edge.now + UNDO
    edge.write(
        tables.delivery,
        id=delivery_id,
        aggregate_id=aggregate_id,
        kind=kind,
        intent=key.seal(json.dumps(dict(intent)), place=PLACE).blob,
        data_key=key.id,
        urgent=urgent,
        not_before=not_before,
        state="waiting",
        next_at=not_before,
        traceparent=current_traceparent(),
        at=edge.now,
    )
    edge.pokes.add("deliveries")
    return delivery_id


async def cancel(edge: Edge, delivery_id: UUID) -> None:
    """Take back a delivery that has not been attempted yet.

    Raises:
        NotFound: there is no such delivery.
        Conflict: it is under way or over.
    """
    row = (await edge.session.execute(select(tables.delivery).where(row_of.id == delivery_id).with_for_update())).one_or_none()
    if row is None:
        raise NotFound("delivery")
    if row.state != "waiting" or row.attempted_at is not None:
        raise Conflict("delivery_under_way", "It has been attempted already and cannot be taken back.", "docs/decisions/0011")
    await edge.session.execute(update(tables.delivery).where(row_of.id == delivery_id).values(state="cancelled", next_at=None))
    write_audit(edge, aggregate="delivery", aggregate_id=delivery_id, prior_state="waiting", state="cancelled")


class Deliveries:
    """Carries out what is due; one worker a service, under a claim, and what a dead one left is read back first.

    Of two loops one carries the kinds that are `apart`, the other all the rest, so that a slow receiver keeps no letter waiting.
    """

    def __init__(self, runtime: "Runtime", *, apart: bool = False) -> None:
        """Nothing in hand yet."""
        self._runtime = runtime
        kinds = apart_kinds(runtime.service)
        self._mine = row_of.kind.in_(kinds) if apart else row_of.kind.not_in(kinds)

    async def run(self) -> None:
        """Settle what a predecessor left in the middle, then deliver until cancelled."""
        settled = False
        while True:
            try:
                worked = 0 if settled else await self.settle_left_over()
                settled = True
                worked += await self.step()
            except Exception as error:  # noqa: BLE001  # the database is away: say it, wait, go on
                log.warning("deliveries.failed", error=type(error).__name__)
                await asyncio.sleep(POLL)
                # What was in hand when the database went is in doubt, as if another had died with it.
                settled = False
                continue
            if worked == 0:
                await self._runtime.nap("deliveries", POLL)

    async def step(self) -> int:
        """Carry out up to eight due deliveries side by side; tell how many."""
        law = self._runtime.clock.law()
        async with self._runtime.db.engine.connect() as connection:
            due = select(row_of.id, row_of.state).where(row_of.next_at <= law, self._mine).order_by(row_of.next_at).limit(AT_ONCE)
            rows = (await connection.execute(due)).all()
        works = (self._one(row.id, self._carry if row.state == "waiting" else self._settle) for row in rows)
        outcomes = await asyncio.gather(*works, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
        return len(rows)

    async def settle_left_over(self) -> int:
        """Read back every delivery that was under way when its worker died; nothing is written twice."""
        async with self._runtime.db.engine.connect() as connection:
            ids = (await connection.scalars(select(row_of.id).where(row_of.state == "attempting", self._mine))).all()
        for delivery_id in ids:
            await self._one(delivery_id, self._settle)
        return len(ids)

    async def _one(self, delivery_id: UUID, work: Callable[[UUID], Awaitable[None]]) -> None:
        """Work one row; what goes wrong inside the house puts off this row and no other."""
        try:
            await work(delivery_id)
        except Exception as error:  # noqa: BLE001  # if it is the database that is away, putting off fails too, and the loop waits
            await self._put_off(delivery_id, type(error).__name__)

    async def _settle(self, delivery_id: UUID) -> None:
        parcel, carrier, trace = await self._open(delivery_id)
        with started("delivery", traceparent=trace, delivery_id=str(delivery_id)):
            await self._read_back(parcel, carrier, "worker_lost", tries=parcel.tries)

    async def _carry(self, delivery_id: UUID) -> None:
        parcel, carrier, trace = await self._open(delivery_id)
        with started("delivery", traceparent=trace, delivery_id=str(delivery_id)):
            await fault("delivery.attempt.before")
            if not await self._attempt(delivery_id):
                return
            await fault("delivery.attempt.after")
            try:
                await fault("delivery.call.before")
                async with asyncio.timeout(CALL_LIMIT):
                    receipt = await carrier.call(self._runtime, parcel)
                await fault("delivery.call.after")
            except Refusal as error:
                await self._give_up(parcel, carrier, "failed", str(error))
            except NotDone as error:
                await self._retry(parcel, carrier, str(error), again="waiting", tries=parcel.tries + 1)
            except Exception as error:  # noqa: BLE001  # whatever it was, the call may have been done: read back
                await self._read_back(parcel, carrier, type(error).__name__, tries=parcel.tries + 1)
            else:
                await self._take_receipt(parcel, carrier, receipt)

    async def _open(self, delivery_id: UUID) -> tuple[Parcel, Carrier, str | None]:
        """Read the intent under a logged reason."""
        async with self._runtime.edge("delivery", access_reason=f"delivery {delivery_id}") as edge:
            row = (await edge.session.execute(select(tables.delivery).where(row_of.id == delivery_id))).one()
            await log_access(edge, "delivery", row.data_key)
            intent = json.loads(await reveal(edge, Sealed(row.intent), place=PLACE))
        return Parcel(row.id, row.aggregate_id, intent, row.tries), self._runtime.service.carriers[row.kind], row.traceparent

    async def _attempt(self, delivery_id: UUID) -> bool:
        """Commit that it is being attempted; False when it was cancelled meanwhile."""
        async with self._runtime.edge("delivery") as edge:
            taken = await edge.session.execute(
                update(tables.delivery)
                .where(row_of.id == delivery_id, row_of.state == "waiting")
                .values(state="attempting", tries=row_of.tries + 1, attempted_at=edge.now, next_at=None)
                .returning(row_of.id)
            )
            return taken.one_or_none() is not None

    async def _take_receipt(self, parcel: Parcel, carrier: Carrier, receipt: dict[str, Any]) -> None:
        await fault("delivery.receipt.before")
        async with self._runtime.edge("delivery", access_reason=f"delivery {parcel.delivery_id}") as edge:
            # The aggregate is locked by the action before the delivery's row is (lock order).
            await carrier.take_receipt(edge, parcel, receipt)
            await edge.flush()
            taken = await edge.session.execute(
                update(tables.delivery)
                .where(row_of.id == parcel.delivery_id, row_of.state == "attempting")
                .values(state="done", receipt=receipt, receipt_at=edge.now, next_at=None, error=None)
                .returning(row_of.id)
            )
            if taken.one_or_none() is None:
                # A successor has taken it: what the action did here is rolled back.
                raise Busy("delivery_ended", "The delivery has ended meanwhile.")
            write_audit(edge, aggregate="delivery", aggregate_id=parcel.delivery_id, prior_state="attempting", state="done")
        await fault("delivery.receipt.after")
        metrics.count_delivered(self._runtime.service.name, "done")
        log.info("delivery.done", delivery_id=str(parcel.delivery_id))

    async def _read_back(self, parcel: Parcel, carrier: Carrier, code: str, *, tries: int) -> None:
        """After a time-out or a crash: ask the outside what happened before anything is written again."""
        if carrier.read_back is None:
            await self._give_up(parcel, carrier, "uncertain", code)
            return
        try:
            async with asyncio.timeout(CALL_LIMIT):
                receipt = await carrier.read_back(self._runtime, parcel)
        except Refusal as error:
            await self._give_up(parcel, carrier, "uncertain", str(error))
        except Exception as error:  # noqa: BLE001  # still unknown: it stays under way and is asked about again
            await self._retry(parcel, carrier, type(error).__name__, again="attempting", tries=tries + 1)
        else:
            if receipt is None:
                await self._retry(parcel, carrier, code, again="waiting", tries=tries)
            else:
                await self._take_receipt(parcel, carrier, receipt)

    async def _retry(self, parcel: Parcel, carrier: Carrier, code: str, *, again: str, tries: int) -> None:
        """Set the next try; `tries` counts calls and questions so far, so that one that nobody can answer reaches a person too."""
        if tries > len(carrier.pauses):
            await self._give_up(parcel, carrier, "failed" if again == "waiting" else "uncertain", code)
            return
        pause = timedelta(seconds=carrier.pauses[max(tries, 1) - 1])
        async with self._runtime.edge("delivery") as edge:
            # `attempting` with a next date: still unknown, so the next try begins by reading back again.
            await edge.session.execute(
                update(tables.delivery)
                .where(row_of.id == parcel.delivery_id, row_of.state == "attempting")
                .values(state=again, tries=tries, next_at=edge.now + pause, error=code)
            )
        log.warning("delivery.retry", delivery_id=str(parcel.delivery_id), error=code, tries=tries)

    async def _put_off(self, delivery_id: UUID, code: str) -> None:
        """After a fault of our own: try this row again later, and at last put it before a person."""
        async with self._runtime.edge("delivery") as edge:
            locked = select(row_of.state, row_of.tries).where(row_of.id == delivery_id).with_for_update()
            row = (await edge.session.execute(locked)).one_or_none()
            if row is None or row.state not in ("waiting", "attempting"):
                return
            tries = row.tries + 1
            last = tries >= LAST_TRY
            state = row.state if not last else "failed" if row.state == "waiting" else "uncertain"
            pause = timedelta(seconds=BACK_OFF_OWN[min(tries, len(BACK_OFF_OWN)) - 1])
            values = {"state": state, "tries": tries, "next_at": None if last else edge.now + pause, "error": code}
            await edge.session.execute(update(tables.delivery).where(row_of.id == delivery_id).values(**values))
            if last:
                write_audit(edge, aggregate="delivery", aggregate_id=delivery_id, prior_state=row.state, state=state)
        if last:
            self._say_given_up(delivery_id, state, code)
        else:
            log.error("delivery.put_off", delivery_id=str(delivery_id), error=code, tries=tries)

    async def _give_up(self, parcel: Parcel, carrier: Carrier, state: str, code: str) -> None:
        """Put it before a person: `failed` did not happen, `uncertain` may have."""
        async with self._runtime.edge("delivery", access_reason=f"delivery {parcel.delivery_id}") as edge:
            if carrier.take_failure is not None:
                await carrier.take_failure(edge, parcel, state, code)
                await edge.flush()
            ended = await edge.session.execute(
                update(tables.delivery)
                .where(row_of.id == parcel.delivery_id, row_of.state == "attempting")
                .values(state=state, next_at=None, error=code)
                .returning(row_of.id)
            )
            if ended.one_or_none() is None:
                raise Busy("delivery_ended", "The delivery has ended meanwhile.")
            write_audit(edge, aggregate="delivery", aggregate_id=parcel.delivery_id, prior_state="attempting", state=state)
        self._say_given_up(parcel.delivery_id, state, code)

    def _say_given_up(self, delivery_id: UUID, state: str, code: str) -> None:
        metrics.count_delivered(self._runtime.service.name, state)
        log.error("delivery.needs_a_person", delivery_id=str(delivery_id), state=state, error=code)
