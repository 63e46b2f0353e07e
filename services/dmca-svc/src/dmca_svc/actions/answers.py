"""A letter that is no formal notice is put away by one person: pointed to the volunteers, joined, or left unanswered (R39, D8, D9)."""

from uuid import UUID

from chassis.edge import Edge
from kernel.workdays import calendar_day

from dmca_svc.actions.clocks import stop_clock
from dmca_svc.actions.contact import end_contact, read_verdict
from dmca_svc.actions.matter import Matter, matter_of
from dmca_svc.actions.text import keep_note
from dmca_svc.model import AnsweredAs, State
from dmca_svc.reading import Document
from dmca_svc.reading.model import NOTICE_ELEMENTS
from dmca_svc.rules import answer as rules
from dmca_svc.tables import Notice


async def answer(edge: Edge, notice_id: UUID, answered_as: AnsweredAs, joins: UUID | None, note: str) -> Matter:
    """Put a letter away that is no formal notice; it is logged and counted, and whoever wrote it is told, unless there is nobody to tell.

    Raises:
        Refused: it is a notice, or may be one.
        NotFound: there is no such notice, or none that it could join.
    """
    if joins is not None:
        await edge.get(Notice, joins, "notice")
    matter = await matter_of(edge, notice_id)
    rules.may_answer(
        matter.facts(), answered_as, read=read_verdict(matter.latest), stated=_stated(matter), joins_itself=joins == notice_id
    ).or_refuse()
    await put_away(matter, answered_as, joins, note)
    return matter


async def put_away(matter: Matter, answered_as: AnsweredAs, joins: UUID | None, note: str) -> None:
    """Write down how it was answered, and say so to others."""
    notice, edge = matter.notice, matter.edge
    kept = await keep_note(matter, "answer", note)
    notice.answered_as, notice.answered_by, notice.answered_note, notice.joined_to = answered_as, edge.by.id, kept.id, joins
    notice.state, notice.decided_at = State.REJECTED, edge.now
    await stop_clock(matter)
    await end_contact(matter)
    said = rules.said_of(answered_as, on=calendar_day(edge.now))
    if notice.event_version == 0 and answered_as is not AnsweredAs.VRT:
        # What no person wrote was never said on the stream.
        await edge.session.flush()
        matter.note("answered", reasons=[said])
    else:
        await matter.say("rejected", reasons=[said])


def _stated(matter: Matter) -> frozenset[str]:
    notice = matter.notice
    if notice.verdict is not None:
        return frozenset(name for name in NOTICE_ELEMENTS if name not in notice.missing)
    read = matter.latest
    return frozenset(name for name, met in read.read_elements.items() if met) if read.document == Document.NOTICE else frozenset()
