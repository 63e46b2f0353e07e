"""Parked events, before a person: `parked list|retry|drop`."""

import json as encode
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.actor import Performer

from office.cli import BadInput
from office.commands.law import Json, shown
from office.commands.opened import opened
from office.commands.upkeep import DryRun


async def list_(*, json: Json = False) -> None:
    """List what is parked: service, event, stream, tries, and why; never what it says."""
    from chassis.parked import list_parked

    async with opened() as runtimes:
        rows = [{"service": runtime.service.name, **row} for runtime in runtimes for row in await list_parked(runtime)]
    for row in rows:
        print(_line(row, json=json))
    if not rows and not json:
        print("Nothing is parked.")


async def retry_(event_id: UUID, *, by: str = "operator", dry_run: DryRun = False, json: Json = False) -> None:
    """Let a parked event be tried again at once.

    Parameters
    ----------
    event_id:
        The event, as `office parked list` names it.
    by:
        Who says so.
    """
    from chassis.parked import retry

    await _decide(event_id, by, None, retry, dry_run=dry_run, said="is tried again", json=json)


async def drop_(event_id: UUID, *, why: str, by: str = "operator", dry_run: DryRun = False, json: Json = False) -> None:
    """Give a parked event up for good, so that what stands behind it goes on.

    Parameters
    ----------
    event_id:
        The event, as `office parked list` names it.
    why:
        The reason; it is kept.
    by:
        Who says so.
    """
    from chassis.parked import drop

    await _decide(event_id, by, why, drop, dry_run=dry_run, said="is given up", json=json)


async def _decide(event_id: UUID, by: str, why: str | None, deed: Any, *, dry_run: bool, said: str, json: bool) -> None:
    from chassis.parked import list_parked

    found = 0
    async with opened() as runtimes:
        for runtime in runtimes:
            if not any(row["event_id"] == event_id for row in await list_parked(runtime)):
                continue
            found += 1
            if not dry_run:
                performer = Performer(role="operator", id=by)
                async with runtime.edge(f"command:parked:{deed.__name__}", by=performer, access_reason=why) as edge:
                    await deed(edge, event_id)
    if not found:
        raise BadInput("No service has this event parked; `office parked list` shows what there is.")
    print(encode.dumps({"event_id": str(event_id), "services": found, "done": not dry_run}) if json else f"The event {said}.")


def _line(row: dict[str, Any], *, json: bool) -> str:
    shape = {name: _plain(value) for name, value in row.items() if value is not None}
    if json:
        return encode.dumps(shape)
    waits = (
        f"next try {shape['next_at']}" if "next_at" in shape else "behind another" if shape["error"] == "Behind" else "waits for a person"
    )
    what = f"{shape['service']} {shape['event_id']} {shape['stream']} {shape['key']} version {shape['version']}"
    return f"{what}, tries {shape['tries']} ({shape['error']}): {waits}"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return shown(value)
    return str(value) if isinstance(value, UUID) else value
