"""The complainant takes a notice back: before the takedown it loses what is named, after it that goes back at once (D10)."""

from collections.abc import Sequence
from uuid import UUID

from chassis.edge import Edge, new_id
from kernel.deadline import ClockState
from sqlmodel import col, select

from dmca_svc.actions.assessment import Place
from dmca_svc.actions.clocks import plan_windows, stop_clock
from dmca_svc.actions.contact import end_contact
from dmca_svc.actions.joined import put_under
from dmca_svc.actions.matter import Matter, load
from dmca_svc.actions.standing import settle
from dmca_svc.actions.takedown import taken_down
from dmca_svc.actions.text import READING, SENDER, keep_note, open_access, open_json, party_hash, place_hash
from dmca_svc.model import DOWN, PageState, State
from dmca_svc.model.joining import JoinedAs
from dmca_svc.model.withdrawal import Sender, VerifiedBy
from dmca_svc.rules import answer, assessment
from dmca_svc.rules import withdrawal as rules
from dmca_svc.tables import Notice, NoticePage, Party, Withdrawal
from dmca_svc.tables.notice import found


async def withdraw_with(
    edge: Edge, notice_id: UUID, text: str, places: Sequence[Place], *, retraction_id: UUID | None, confirmed: str | None
) -> Matter:
    """Take a notice back as a person writes it down; `retraction_id` is the complainant's letter, where it was posted as a notice.

    Raises: as `withdraw` does, and
        NotFound: there is no such notice or letter.
    """
    locked = {one: await edge.lock(Notice, one, "notice") for one in sorted({notice_id} | ({retraction_id} if retraction_id else set()))}
    matter = await load(edge, locked[notice_id])
    letter = await load(edge, locked[retraction_id]) if retraction_id else None
    row = await withdraw(matter, text, places, letter=letter, confirmed=confirmed)
    if letter is not None:
        answer.may_join(letter.facts(), joins_itself=retraction_id == notice_id).or_refuse()
        await put_under(letter, matter, JoinedAs.RETRACTION, row.id, text)
    return matter


async def withdraw(matter: Matter, text: str, places: Sequence[Place], *, letter: Matter | None, confirmed: str | None) -> Withdrawal:
    """Take a notice back for the pages that the complainant names, or whole; `letter` is the one that says so, where it came by itself.

    `confirmed` is how a person made sure that the complainant says so.

    Raises:
        Refused: it is rejected or withdrawn, it names no such page, or for what is down its letter came from somebody else.
    """
    edge, notice = matter.edge, matter.notice
    named = await _named(matter, places)
    rules.may_withdraw(matter.facts(), [page.facts() if page else None for page in named]).or_refuse()
    about = [page for page in named if page] or [page for page in matter.named if page.withdrawn_at is None]
    row = await _verified(matter, about, letter, confirmed, text)
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
    await matter.say("withdrawn", reasons=[rules.RESTS_ON[VerifiedBy(row.verified_by)]], about=about or None)
    going_on = notice.state == State.ACCEPTED and notice.takedown_at is not None and notice.withdrawn_at is None
    if going_on and not any(one.state == PageState.UP for one in matter.named):
        # What was still to come down is taken back: with the pages that are left the takedown is done.
        await taken_down(matter)
    return row


async def _verified(matter: Matter, about: Sequence[NoticePage], letter: Matter | None, confirmed: str | None, text: str) -> Withdrawal:
    """Put on record what is taken back and how sure it is that the complainant says so; the database asks for it before a page turns."""
    edge = matter.edge
    sender = await _sender_of(matter, letter) if letter else None
    how = rules.verified_by(confirmed=confirmed is not None, sender=sender)
    rules.may_rest_on(how, sender=sender, down=any(page.state == PageState.REMOVED for page in about)).or_refuse()
    said = await keep_note(matter, "withdrawal", text)
    proof = await keep_note(matter, "complainant_verified", confirmed) if confirmed else None
    row = Withdrawal(
        id=new_id(),
        notice_id=matter.notice.id,
        page_ids=[page.id for page in about],
        note_id=said.id,
        verified_by=how,
        verified_note=proof.id if proof else None,
        letter_id=letter.notice.id if letter else None,
        by=edge.by.id,
        at=edge.now,
    )
    edge.session.add(row)
    await edge.session.flush()
    matter.withdrawals.append(row)
    return row


async def _sender_of(matter: Matter, letter: Matter) -> Sender:
    """Tell whose a letter is by the address or account that it came from: what its words claim proves nothing."""
    await open_access(letter)
    sent = await open_json(letter, letter.notice.sender, place=SENDER)
    came_from = {(kind, party_hash(matter.edge, kind, sent[kind])) for kind in ("email", "wiki_user") if sent.get(kind)}
    theirs = select(Party).where(Party.notice_id == matter.notice.id, col(Party.counter_notice_id).is_(None), Party.kind != "name")
    known = {(one.kind, one.hash) for one in await matter.edge.session.scalars(theirs)}
    if not came_from or not known:
        return Sender.UNKNOWN
    return Sender.SAME if came_from & known else Sender.OTHER


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
