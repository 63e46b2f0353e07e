"""Who looked whether somebody was banned, at a moment that has passed or from an event: each such look is logged (R37, R75, R95, D18)."""

from collections.abc import Sequence
from uuid import UUID

from chassis.audit import log_access
from chassis.edge import Edge
from sqlmodel import col, select

from ban_svc.tables import Account, Event, EventList


async def log_past(edge: Edge, asked: Sequence[bytes]) -> None:
    """Log a look at the past of those asked about, each named by the keyed hash of their account or address.

    It is a look at the individual where the account is one's; of whom nobody is on record it is logged under the hash itself, which is as
    long as an id is, whatever is found.
    """
    mine = select(Account.name_hash, Account.individual_id).where(col(Account.name_hash).in_(asked))
    known: dict[bytes, UUID] = {row.name_hash: row.individual_id for row in await edge.session.execute(mine)}
    for one in asked:
        if one in known:
            await log_access(edge, "individual", known[one])
        else:
            await log_access(edge, "subject", UUID(bytes=one))


async def log_event(edge: Edge, event: Event, granted: EventList | None) -> None:
    """Log a look at who is banned from an event: under the grant of its list, or, of whoever needs none, under the event's record."""
    if granted is not None:
        await log_access(edge, "event_list", granted.id)
    else:
        await log_access(edge, "event", event.record_id)
