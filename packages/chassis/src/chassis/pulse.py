"""Dev mode only: has a service settled, and the walk of the law's clock from date to date (DESIGN 3)."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
from sqlalchemy import text

from chassis.auth.issuer import issue
from chassis.clock import Clock
from chassis.errors import OfficeError
from chassis.settings import SERVICES, Settings

if TYPE_CHECKING:
    from chassis.runtime import Runtime

SETTLE = 20.0
POLL = 0.02
STEPS = 10_000

COUNTS = text("""
    SELECT
      (SELECT count(*) FROM deadline WHERE state = 'waiting' AND due_at <= :law AND next_try_at IS NULL)
        + (SELECT count(*) FROM delivery WHERE state = 'waiting' AND tries = 0 AND next_at <= :law) AS due,
      (SELECT count(*) FROM outbox WHERE sent_at IS NULL) AS unsent,
      (SELECT count(*) FROM parked WHERE next_at IS NOT NULL)
        + (SELECT count(*) FROM deadline WHERE state = 'waiting' AND next_try_at IS NOT NULL)
        + (SELECT count(*) FROM delivery WHERE state = 'attempting' OR (state = 'waiting' AND tries > 0 AND next_at <= :law)) AS retrying,
      (SELECT min(at) FROM (
         SELECT due_at AS at FROM deadline WHERE state = 'waiting' AND due_at > :law
         UNION ALL SELECT next_at FROM delivery WHERE state = 'waiting' AND next_at > :law) AS dates) AS next_due_at
""")


class NotSettled(OfficeError):
    """A step of the walk has not settled in 20 s."""


async def pulse(runtime: "Runtime") -> dict[str, Any]:
    """Count what this service still has to do: `{due, unsent, unread, retrying, next_due_at?}`.

    What waits for a person counts in no number.
    """
    async with runtime.db.engine.connect() as connection:
        row = (await connection.execute(COUNTS, {"law": runtime.clock.law()})).one()
    worker = runtime.worker
    found: dict[str, Any] = {
        "due": row.due,
        "unsent": row.unsent,
        "unread": await worker.inbox.unread() if worker is not None else 0,
        "retrying": row.retrying,
    }
    if row.next_due_at is not None:
        found["next_due_at"] = row.next_due_at.isoformat()
    return found


async def settle(runtimes: Sequence["Runtime"], pulses: "Pulses") -> datetime | None:
    """Wait until every service shows zeros twice in a row; answer the earliest next date of any.

    Raises:
        NotSettled: after 20 s, naming the service and what it still has.
    """
    quiet = 0
    end = asyncio.get_running_loop().time() + SETTLE
    while True:
        found = await pulses.all(runtimes)
        busy = {name: one for name, one in found.items() if any(one[count] for count in ("due", "unsent", "unread", "retrying"))}
        quiet = 0 if busy else quiet + 1
        if quiet == 2:
            dates = [datetime.fromisoformat(one["next_due_at"]) for one in found.values() if "next_due_at" in one]
            return min(dates, default=None)
        if busy and asyncio.get_running_loop().time() > end:
            rows = "; ".join(
                f"{name}: " + ", ".join(f"{n} {what}" for what, n in one.items() if what != "next_due_at" and n)
                for name, one in busy.items()
            )
            raise NotSettled("not_settled", f"The clock stopped on its way, since this has not settled in 20 seconds: {rows}.")
        await asyncio.sleep(POLL)


class Pulses:
    """Asks every service of the home for its pulse: those of this process directly, the others over HTTP where a setting names them."""

    def __init__(self, settings: Settings) -> None:
        """`settings` say where the other services are."""
        self._settings = settings
        self._prefixes: dict[str, str] = {}

    async def all(self, runtimes: Sequence["Runtime"]) -> dict[str, dict[str, Any]]:
        """Answer each service's pulse by its name."""
        here = {runtime.service.name: pulse(runtime) for runtime in runtimes}
        elsewhere = {name: self._ask(name) for name in SERVICES if name not in here and getattr(self._settings, f"{name}_url")}
        asked = here | elsewhere
        return dict(zip(asked, await asyncio.gather(*asked.values()), strict=True))

    async def _ask(self, name: str) -> dict[str, Any]:
        token = issue(self._settings.home, ["service"], "pulse", timedelta(minutes=10), Clock(), secrets=self._settings.secrets_dir)
        async with httpx.AsyncClient(base_url=self._settings.url_of(name), timeout=5, trust_env=False) as client:
            if name not in self._prefixes:
                self._prefixes[name] = (await client.get("/_info")).raise_for_status().json()["services"][name]
            answer = await client.get(f"{self._prefixes[name]}/dev/pulse", headers={"Authorization": f"Bearer {token}"})
            found: dict[str, Any] = answer.raise_for_status().json()
            return found


async def advance(runtimes: Sequence["Runtime"], settings: Settings, by: timedelta) -> dict[str, Any]:
    """Walk the law's clock of the home forward from due date to due date, letting everything settle at each.

    Returns `{law, steps}`: the law's time at the end and how many dates it stopped at.

    Raises:
        NotSettled: a step has not settled in 20 s.
    """
    pulses = Pulses(settings)
    clock = runtimes[0].clock
    target = clock.law() + by
    for steps in range(STEPS):
        following = await settle(runtimes, pulses)
        moment = target if following is None else min(following, target)
        if moment > clock.law():
            clock.move_to(moment)
        for runtime in runtimes:
            for loop in ("ticker", "deliveries"):
                runtime.wake(loop)
        if moment >= target:
            await settle(runtimes, pulses)
            return {"law": clock.law().isoformat().replace("+00:00", "Z"), "steps": steps}
    raise NotSettled("not_settled", f"The clock stopped after {STEPS} dates.")
