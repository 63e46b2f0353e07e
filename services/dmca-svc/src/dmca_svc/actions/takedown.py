"""Taking down, and the receipts by which pages come down and go back (R40, R42, R43, R113, D10, D15)."""

from dataclasses import dataclass
from uuid import UUID

from chassis.edge import Edge, new_id
from kernel.decision import Reason, Refused
from sqlmodel import select

from dmca_svc.actions.announcements import places_of
from dmca_svc.actions.assessment import Place
from dmca_svc.actions.clocks import plan_windows, stop_clock
from dmca_svc.actions.elsewhere import look_elsewhere
from dmca_svc.actions.matter import Matter, matter_of
from dmca_svc.actions.standing import settle
from dmca_svc.actions.taken_back import check, is_taken_back, went_back
from dmca_svc.actions.text import keep_note, place_hash
from dmca_svc.model import PageState, State
from dmca_svc.rules import restoration, takedown
from dmca_svc.tables import Announcement, AskedPage, CounterNotice, NoticePage, PageReceipt

_NOTHING = Reason("not_accepted", "Nothing is recommended on this notice; nothing comes down before Legal has signed.", "R40")


@dataclass(frozen=True, slots=True)
class Proof:
    """What shows that a page came down or went back: exactly one of the four.

    `other_page_id` is the page of another notice that had it taken down before.
    """

    log_id: int | None = None
    revision_id: int | None = None
    url: str | None = None
    other_page_id: UUID | None = None


async def take_down(edge: Edge, notice_id: UUID) -> Matter:
    """Order the takedown by the staff account; pages come down one by one, each with its receipt.

    What another notice has down needs no second removal: that notice's page is its record.

    Raises:
        Refused: Legal has not signed, it runs already, or the enforcer evaluated it.
    """
    matter = await matter_of(edge, notice_id)
    if matter.review is None:
        raise Refused(_NOTHING)
    takedown.may_take_down(matter.facts(), matter.review, by=edge.by.id).or_refuse()
    matter.notice.takedown_at, matter.notice.takedown_by = edge.now, edge.by.id
    matter.note("takedown_started", reasons=[takedown.BY_STAFF])
    await look_elsewhere(matter, lock=True)
    for page in matter.named:
        if page.id in matter.down_elsewhere:
            await _keep(matter, page, Proof(other_page_id=matter.down_elsewhere[page.id]), effect="removed")
            page.state, page.removed_at = PageState.REMOVED, edge.now
            matter.note("page_down_already", reasons=[takedown.DOWN_ALREADY])
    if not any(page.state == PageState.UP for page in matter.named):
        await taken_down(matter)
    return matter


async def take_receipt(edge: Edge, notice_id: UUID, place: Place, proof: Proof) -> Matter:
    """Take the receipt of one page: removed while the takedown runs, restored while the restoration does; the last one turns the state.

    Raises:
        Refused: nothing runs for that page, an action keeps it down, or the enforcer evaluated it.
    """
    matter = await matter_of(edge, notice_id)
    page = matter.at(place_hash(edge, place.wiki, place.title))
    if page is not None and page.state == PageState.REMOVED:
        await look_elsewhere(matter)
    if page is not None and is_taken_back(page):
        check(edge, matter, page)
        await _keep(matter, page, proof, effect="restored")
        await went_back(matter, page)
        return matter
    counter, asked = _restoring(matter, page)
    facts = counter.facts(matter.page_facts(counter)) if counter else None
    about = matter.fact_of(page, asked) if page else None
    before = page is not None and page.state == PageState.REMOVED and await _is_shown_elsewhere(matter, page)
    takedown.may_take_receipt(matter.facts(), about, facts, by=edge.by.id, down_before=before).or_refuse()
    if page is None or about is None:
        raise AssertionError("the rule refuses a page that is not there")
    back = about.state is PageState.REMOVED and counter is not None
    await _keep(matter, page, proof, effect="restored" if back else "removed")
    if about.state is PageState.REMOVED and not back:
        matter.note("page_removed", reasons=[takedown.BY_STAFF])
    elif counter is not None and back:
        await _restored(matter, page, counter)
    else:
        await _removed(matter, page, again=about.wrongly_restored)
    return matter


def _restoring(matter: Matter, page: NoticePage | None) -> tuple[CounterNotice | None, AskedPage | None]:
    """Find the running restoration that a page belongs to, and its row there."""
    for asked in matter.asked:
        if page is not None and asked.page_id == page.id:
            counter = matter.counter(asked.counter_notice_id)
            if counter.restoring:
                return counter, asked
    return None, None


async def _is_shown_elsewhere(matter: Matter, page: NoticePage) -> bool:
    """Tell whether the removal of a page is shown by another notice's page alone."""
    removals = select(PageReceipt.other_page_id).where(PageReceipt.page_id == page.id, PageReceipt.effect == "removed")
    shown = list(await matter.edge.session.scalars(removals))
    return bool(shown) and None not in shown


async def _keep(matter: Matter, page: NoticePage, proof: Proof, *, effect: str) -> None:
    """Keep the receipt before the page turns: the database lets no page turn without one."""
    edge = matter.edge
    note = await keep_note(matter, "receipt", proof.url) if proof.url else None
    row = PageReceipt(
        id=new_id(),
        notice_id=matter.notice.id,
        page_id=page.id,
        effect=effect,
        log_id=proof.log_id,
        revision_id=proof.revision_id,
        note_id=note.id if note else None,
        other_page_id=proof.other_page_id,
        acting_account=takedown.acting_account()[0],
        by=edge.by.id,
        at=edge.now,
    )
    # What the page is turned for, and the order to do so, stand before the receipt.
    await edge.session.flush()
    edge.session.add(row)
    await edge.session.flush()
    if effect == "restored":
        # What once went back by our error goes back rightly now; the trail keeps the error.
        page.wrongly_restored_at = None


async def _removed(matter: Matter, page: NoticePage, *, again: bool) -> None:
    page.state, page.removed_at = PageState.REMOVED, matter.edge.now
    await matter.edge.session.flush()
    matter.note("page_removed_again" if again else "page_removed", reasons=[takedown.BY_STAFF])
    if not again and not any(one.state == PageState.UP for one in matter.named):
        await taken_down(matter)


async def taken_down(matter: Matter) -> None:
    """Say that the last page is down, which stops the clock and makes the takedown known (R42, R43)."""
    notice, edge = matter.notice, matter.edge
    await edge.session.flush()
    notice.state, notice.taken_down_at = State.TAKEN_DOWN, edge.now
    await stop_clock(matter)
    _announce(matter)
    await matter.say("taken_down")
    # A counter-notice may have come while other pages were still up.
    settle(matter)
    if notice.state != State.TAKEN_DOWN:
        await matter.say("held" if notice.state == State.HELD else "counter_noticed")


async def _restored(matter: Matter, page: NoticePage, counter: CounterNotice) -> None:
    edge = matter.edge
    page.state, page.restored_at = PageState.RESTORED, edge.now
    await edge.session.flush()
    pages = matter.page_facts(counter)
    matter.note("page_restored", reasons=[takedown.BY_STAFF])
    if any(one.restorable for one in pages):
        return
    counter.restoring = False
    counter.state = restoration.state_of_counter_notice(pages)
    matter.notice.counter_notice_id, matter.notice.restored_at = counter.id, edge.now
    settle(matter)
    await plan_windows(matter)
    await matter.say("restored", about=[one for one, _ in matter.asked_by(counter) if one.state == PageState.RESTORED])


def _announce(matter: Matter) -> None:
    """Write down where the takedown is to be made known: the Foundation's page, and Commons when it concerns Commons (R43, D17)."""
    if matter.notice.unannounced_at is not None:
        return
    rows = [Announcement(id=new_id(), notice_id=matter.notice.id, place=place, state="waiting") for place in places_of(matter)]
    matter.edge.session.add_all(rows)
    matter.announcements.extend(rows)
