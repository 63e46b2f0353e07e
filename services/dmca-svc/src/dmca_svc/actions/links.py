"""A person links a letter to the notice that it repeats, or parts the two (R113)."""

from uuid import UUID

from chassis.edge import Edge

from dmca_svc.actions.clocks import resume_clock, stop_clock
from dmca_svc.actions.matter import Matter, load
from dmca_svc.actions.text import keep_note
from dmca_svc.rules import duplicate
from dmca_svc.tables import Notice


async def link(edge: Edge, notice_id: UUID, first_id: UUID | None, note: str) -> Matter:
    """Link a letter to the notice that it repeats, or part the two, by a person's word.

    Raises:
        Refused: it is handled by itself already, or the other one is no notice to be pointed to.
        NotFound: there is no such notice.
    """
    locked = {one: await edge.lock(Notice, one, "notice") for one in sorted({notice_id} | ({first_id} if first_id else set()))}
    matter = await load(edge, locked[notice_id])
    first = await load(edge, locked[first_id]) if first_id else None
    other = first or matter
    duplicate.may_link(
        matter.facts(),
        other.facts(),
        itself=first_id == notice_id,
        first_is_linked=first is not None and first.notice.duplicate_of is not None and first.notice.verdict is None,
    ).or_refuse()
    await keep_note(matter, "duplicate", note)
    matter.notice.duplicate_of = first_id
    if first is None or first.notice.state in duplicate.OPEN:
        resume_clock(matter)
    else:
        await stop_clock(matter)
    matter.note("duplicate_linked" if first_id else "duplicate_parted")
    return matter
