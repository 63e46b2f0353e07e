"""Legal records an order or a measure that keeps pages down, and its end (D4, D10)."""

from collections.abc import Sequence
from uuid import UUID

from chassis.edge import Edge, new_id
from chassis.errors import NotFound
from kernel.decision import Reason

from dmca_svc.actions.assessment import Place
from dmca_svc.actions.matter import Matter, matter_of
from dmca_svc.actions.text import keep_note, place_hash
from dmca_svc.model.hold import HoldCause
from dmca_svc.rules import hold
from dmca_svc.tables import PageHold

_LAID = Reason("hold_laid", "Legal recorded what keeps the page down beside the notice.", "D10")


async def lay_hold(edge: Edge, notice_id: UUID, cause: HoldCause, places: Sequence[Place], note: str) -> Matter:
    """Keep pages down, under this and every other notice that names them, until the hold is lifted.

    Raises:
        Refused: the notice names no such page.
    """
    matter = await matter_of(edge, notice_id)
    pages = [matter.at(place_hash(edge, place.wiki, place.title)) for place in places]
    hold.may_lay([page is not None for page in pages]).or_refuse()
    kept = await keep_note(matter, "hold", note)
    row = PageHold(
        id=new_id(),
        notice_id=notice_id,
        cause=cause,
        page_ids=list(dict.fromkeys(page.id for page in pages if page is not None)),
        laid_by=edge.by.id,
        laid_at=edge.now,
        laid_note=kept.id,
    )
    edge.session.add(row)
    matter.holds.append(row)
    matter.note("hold_laid", reasons=[_LAID])
    return matter


async def lift_hold(edge: Edge, notice_id: UUID, hold_id: UUID, note: str) -> Matter:
    """Record that an order or a measure has ended; what else keeps its pages down is asked when they are to go back.

    Raises:
        NotFound: the notice has no such hold.
        Refused: it has ended already.
    """
    matter = await matter_of(edge, notice_id)
    one = next((one for one in matter.holds if one.id == hold_id), None)
    if one is None:
        raise NotFound("hold")
    hold.may_lift(ended=one.ended_at is not None).or_refuse()
    kept = await keep_note(matter, "hold_ended", note)
    one.ended_by, one.ended_at, one.ended_note = edge.by.id, edge.now, kept.id
    matter.note("hold_lifted", reasons=[_LAID])
    return matter
