"""What is known of an event and its key: heard before, parked, which version comes next."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import tables
from chassis.edge import Edge
from chassis.inbox.heard import Behind, Heard, OutOfOrder

# Arrays, and not lists in the statement: one statement for a batch of any size, prepared once.
_KNOWN = "SELECT event_id FROM inbox WHERE event_id = ANY(:ids) UNION ALL SELECT event_id FROM parked WHERE event_id = ANY(:ids)"
_GIVEN_KEYS = "unnest(CAST(:streams AS text[]), CAST(:keys AS text[])) AS k(stream, key)"
_LAST = "(SELECT max(version) FROM inbox i WHERE i.reaction = k.stream AND i.stream = k.stream AND i.key = k.key)"
KNOWN = text(_KNOWN)
LAST_VERSIONS = text(f"SELECT k.stream, k.key, {_LAST} FROM {_GIVEN_KEYS}")  # noqa: S608  # our own words
# All that is known of a batch in one round trip, as two kinds of rows: an event heard before, or a key.
STANDING = text(f"""
    SELECT event_id, NULL AS stream, NULL AS key, NULL AS last, NULL AS behind FROM ({_KNOWN}) AS heard
    UNION ALL
    SELECT NULL, k.stream, k.key, {_LAST}, EXISTS (SELECT FROM parked p WHERE p.stream = k.stream AND p.key = k.key) FROM {_GIVEN_KEYS}
""")  # noqa: S608  # as above


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a batch: ids heard before, keys with something parked, and the version up to which each key was reacted to."""

    heard: set[UUID]
    behind: set[tuple[str, str]]
    last: dict[tuple[str, str], int]


async def standing(edge: Edge, batch: Sequence[Heard]) -> Standing:
    """Look up everything known of these events and their keys; a key never seen has no last version and may start anywhere."""
    found = Standing(set(), set(), {})
    keys = list({(one.stream, one.key) for one in batch})
    asked = {"ids": list({one.event_id for one in batch}), **_as_arrays(keys)}
    for event_id, stream, key, last, behind in await edge.session.execute(STANDING, asked):
        if event_id is not None:
            found.heard.add(event_id)
            continue
        if last is not None:
            found.last[stream, key] = last
        if behind:
            found.behind.add((stream, key))
    return found


async def known(source: AsyncConnection, ids: Collection[UUID]) -> set[UUID]:
    """Tell which of these events were reacted to or parked, by the primary key of inbox and the unique index of parked."""
    return set((await source.execute(KNOWN, {"ids": list(ids)})).scalars())


def in_order(batch: Sequence[Heard], known: Standing) -> tuple[list[Heard], list[tuple[Heard, Exception]]]:
    """Drop what was heard before, also within the batch, and part what may run now from what must be parked: failed fetches, gaps,
    and what stands behind a parked row of its key.
    """  # noqa: D205 - one thought
    heard, behind, last = set(known.heard), set(known.behind), dict(known.last)
    ready: list[Heard] = []
    park: list[tuple[Heard, Exception]] = []
    for one in batch:
        if one.event_id in heard:
            continue
        heard.add(one.event_id)
        name = (one.stream, one.key)
        before = last.get(name)
        if name in behind and one.event is not None:
            # Also one whose fetch failed: a date of its own would have the first of the key tried at it, over and over.
            park.append((one, Behind()))
        elif one.error is not None:
            park.append((one, one.error))
            behind.add(name)
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
