"""What is known of an event and its key: heard before, parked, which version comes next."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from chassis import tables
from chassis.edge import Edge
from chassis.inbox.heard import Behind, Heard, OutOfOrder

# Arrays, and not lists in the statement: one statement for a batch of any size, prepared once.
KNOWN = text("SELECT event_id FROM inbox WHERE event_id = ANY(:ids) UNION ALL SELECT event_id FROM parked WHERE event_id = ANY(:ids)")
_GIVEN_KEYS = "unnest(CAST(:streams AS text[]), CAST(:keys AS text[])) AS k(stream, key)"
STANDING_BEHIND = text(f"SELECT DISTINCT p.stream, p.key FROM parked AS p JOIN {_GIVEN_KEYS} ON p.stream = k.stream AND p.key = k.key")  # noqa: S608  # our own words
LAST_VERSIONS = text(f"""
    SELECT k.stream, k.key, (SELECT max(version) FROM inbox i WHERE i.reaction = k.stream AND i.stream = k.stream AND i.key = k.key)
    FROM {_GIVEN_KEYS}
""")  # noqa: S608  # as above


async def known(source: AsyncConnection | AsyncSession, ids: Collection[UUID]) -> set[UUID]:
    """Tell which of these events were reacted to or parked, by the primary key of inbox and the unique index of parked."""
    return set((await source.execute(KNOWN, {"ids": list(ids)})).scalars())


async def in_order(edge: Edge, fresh: Sequence[Heard]) -> tuple[list[Heard], list[tuple[Heard, Exception]]]:
    """Part what may run now from what must be parked: failed fetches, gaps, and what stands behind a parked row of its key."""
    keys = list({(one.stream, one.key) for one in fresh})
    if not keys:
        return [], []
    behind = {tuple(row) for row in await edge.session.execute(STANDING_BEHIND, _as_arrays(keys))}
    last = await last_versions(edge, keys)
    ready: list[Heard] = []
    park: list[tuple[Heard, Exception]] = []
    for one in fresh:
        name = (one.stream, one.key)
        before = last.get(name)
        if one.error is not None:
            park.append((one, one.error))
            behind.add(name)
        elif name in behind:
            park.append((one, Behind()))
        elif before is not None and one.version != before + 1:
            park.append((one, OutOfOrder(f"version {one.version} after {before}")))
            behind.add(name)
        else:
            ready.append(one)
            last[name] = one.version
    return ready, park


async def last_versions(edge: Edge, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Read the version up to which each (stream, key) was reacted to; a key never seen is absent and may start anywhere."""
    found = await edge.session.execute(LAST_VERSIONS, _as_arrays(keys))
    return {(stream, key): version for stream, key, version in found if version is not None}


async def fills_a_gap(edge: Edge, one: Heard) -> bool:
    """Tell whether everything parked on this key stands behind this event, and so may be waiting for it."""
    parked = tables.parked.c
    first = await edge.session.scalar(
        select(func.min(parked.version)).where(parked.reaction == one.stream, parked.stream == one.stream, parked.key == one.key)
    )
    return first is not None and one.version < first


def _as_arrays(keys: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    return {"streams": [stream for stream, _ in keys], "keys": [key for _, key in keys]}
