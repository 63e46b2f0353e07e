"""The complainant is asked for what a notice lacks, and what comes joins the notice (D8, 17 U.S.C. 512(c)(3)(B)(ii))."""

from uuid import UUID

from chassis.crypto import data_key, reveal_many
from chassis.edge import Edge, new_id
from chassis.ticker import cancel, schedule
from contracts.notification import NotificationChange

from dmca_svc.actions.contact import CONTACT_AT_RISK, CONTACT_DUE, CURE_LAPSED
from dmca_svc.actions.matter import Matter, load, matter_of
from dmca_svc.actions.receipt import letter_columns
from dmca_svc.actions.text import LETTER, keep_note, keep_party, open_access
from dmca_svc.model import State
from dmca_svc.model.letter import Incoming
from dmca_svc.rules import assessment, cure
from dmca_svc.tables import Cure, CureRequest, Notice

_LETTER_STATES = {"queued", "delivered", "failed", "uncertain", "suppressed"}


async def request_cure(edge: Edge, notice_id: UUID) -> Matter:
    """Ask the complainant for what is missing; notify writes the letter, and the attempt stays on record.

    Raises:
        Refused: it is not curable, nobody has judged it, or the complainant has been asked.
    """
    matter = await matter_of(edge, notice_id)
    notice = matter.notice
    cure.may_request_cure(matter.facts()).or_refuse()
    asked = CureRequest(
        id=new_id(), notice_id=notice_id, by=edge.by.id, at=edge.now, missing=notice.missing, lapses_at=cure.lapses_at(edge.now)
    )
    edge.session.add(asked)
    matter.cure_requests.append(asked)
    notice.cure_lapses_at = asked.lapses_at
    notice.state = State.CURE_REQUESTED
    await cancel(edge, notice_id, CONTACT_AT_RISK, CONTACT_DUE, CURE_LAPSED)
    schedule(edge, aggregate_id=notice_id, kind=CURE_LAPSED, due_at=asked.lapses_at)
    await matter.say("cure_requested", reasons=assessment.lacks(notice.missing))
    return matter


async def take_cure(edge: Edge, notice_id: UUID, arrived: Incoming) -> Matter:
    """Let what the complainant sent join the notice, which is judged anew; signatures under what it was before are void (D1).

    `arrived.letter.reading` is of the letter and everything that came to complete it, read together.

    Raises:
        Refused: it is decided or complete, or no person wrote what came.
    """
    matter = await matter_of(edge, notice_id)
    notice = matter.notice
    cure.may_take_cure(matter.facts(), automatic=arrived.letter.automatic).or_refuse()
    key = await data_key(edge, notice_id)
    row = Cure(**letter_columns(edge, key, arrived), id=new_id(), notice_id=notice_id, at=edge.now)
    edge.session.add(row)
    matter.cures.append(row)
    keep_party(matter, arrived)
    if arrived.evidence:
        await keep_note(matter, "receipt", arrived.evidence)
    signed = notice.state == State.IN_REVIEW
    if signed:
        notice.recommendation_id = None
    notice.state, notice.cure_lapses_at = State.RECEIVED, None
    if matter.cure_requests:
        notice.contact_due_at = None
    await cancel(edge, notice_id, CURE_LAPSED)
    if signed:
        await matter.say("returned")
    else:
        await edge.session.flush()
        matter.note("cure_received")
    return matter


async def follow_cure_letter(edge: Edge, notice_id: UUID, change: NotificationChange) -> None:
    """Take over how far the letter is that asks for what is missing: the attempt, and whether it reached its reader."""
    matter = await matter_of(edge, notice_id)
    told = change.notification
    asked = matter.cure_requests[-1] if matter.cure_requests else None
    if asked is None or told.state not in _LETTER_STATES or asked.letter in {told.state, "delivered"}:
        return
    asked.letter, asked.letter_at = told.state, edge.now
    matter.note(f"cure_letter_{told.state}")


async def words_so_far(edge: Edge, notice_id: UUID) -> str:
    """Give the words of a letter and of what completed it, in the order they came, to be read together with what comes now."""
    matter = await load(edge, await edge.get(Notice, notice_id, "notice"))
    await open_access(matter)
    return "\n\n".join(await reveal_many(edge, [matter.notice.letter, *(one.letter for one in matter.cures)], place=LETTER))
