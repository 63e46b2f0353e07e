"""The complainant takes a notice back: before the takedown it loses what is named, after it that goes back at once (D10)."""

from collections.abc import Sequence
from uuid import UUID

from chassis.edge import Edge
from kernel.deadline import ClockState

from dmca_svc.actions.answers import put_away
from dmca_svc.actions.assessment import Place
from dmca_svc.actions.clocks import plan_windows, stop_clock
from dmca_svc.actions.contact import end_contact
from dmca_svc.actions.matter import Matter, load
from dmca_svc.actions.standing import settle
from dmca_svc.actions.takedown import taken_down
from dmca_svc.actions.text import READING, keep_note, open_access, open_json, place_hash
from dmca_svc.model import DOWN, AnsweredAs, PageState, State
from dmca_svc.rules import answer, assessment
from dmca_svc.rules import withdrawal as rules
from dmca_svc.tables import Notice, NoticePage
from dmca_svc.tables.notice import found


async def withdraw(edge: Edge, notice_id: UUID, text: str, places: Sequence[Place], retraction_id: UUID | None) -> Matter:
    """Take a notice back for the pages that the complainant names, or whole; a letter that was posted as a notice of its own joins it.

    Raises:
        Refused: it is rejected or withdrawn, or it names no such page.
        NotFound: there is no such notice or letter.
    """
    locked = {one: await edge.lock(Notice, one, "notice") for one in sorted({notice_id} | ({retraction_id} if retraction_id else set()))}
    matter = await load(edge, locked[notice_id])
    notice = matter.notice
    named = await _named(matter, places)
    rules.may_withdraw(matter.facts(), [page.facts() if page else None for page in named]).or_refuse()
    await keep_note(matter, "withdrawal", text)
    about = [page for page in named if page] or [page for page in matter.named if page.withdrawn_at is None]
    for page in about:
        page.withdrawn_at, page.withdrawn_by = edge.now, edge.by.id
        # What never came down leaves the notice; what is down stays named until it is back.
        page.named = page.state != PageState.UP
    if all(page.withdrawn_at is not None for page in matter.named):
        notice.withdrawn_at = edge.now
    await _stand(matter)
    if notice.withdrawn_at is not None:
        if notice.clock_state != ClockState.STOPPED:
            await stop_clock(matter)
        await end_contact(matter)
    await matter.say("withdrawn")
    going_on = notice.state == State.ACCEPTED and notice.takedown_at is not None and notice.withdrawn_at is None
    if going_on and not any(one.state == PageState.UP for one in matter.named):
        # What was still to come down is taken back: with the pages that are left the takedown is done.
        await taken_down(matter)
    if retraction_id is not None:
        letter = await load(edge, locked[retraction_id])
        answer.may_join(letter.facts(), joins_itself=retraction_id == notice_id).or_refuse()
        await put_away(letter, AnsweredAs.JOINED, notice_id, text)
    return matter


async def _named(matter: Matter, places: Sequence[Place]) -> list[NoticePage | None]:
    """Find the pages that a withdrawal names; before a person has named any, naming all that was read means the whole letter."""
    hashes = {place_hash(matter.edge, place.wiki, place.title) for place in places}
    if matter.notice.verdict is None and hashes:
        await open_access(matter)
        read = (await open_json(matter, matter.latest.reading, place=READING))["pages"]
        return [] if {place_hash(matter.edge, page["wiki"], page["title"]) for page in read} <= hashes else [None]
    known = {page.place_hash: page for page in matter.pages if page.named or page.withdrawn_at is not None}
    return [known.get(one) for one in hashes]


async def _stand(matter: Matter) -> None:
    """Set the state that is left: nothing is signed for what is no longer named as it was."""
    notice = matter.notice
    if notice.state in DOWN or notice.withdrawn_at is not None:
        settle(matter)
        if notice.state in DOWN | {State.WITHDRAWN}:
            await plan_windows(matter)
    elif notice.state == State.IN_REVIEW:
        verdict = found(notice.verdict)
        if verdict is None:
            raise AssertionError("what is in review was judged before")
        notice.recommendation_id = None
        notice.state = assessment.state_after(verdict, cure_open=notice.cure_lapses_at is not None)
