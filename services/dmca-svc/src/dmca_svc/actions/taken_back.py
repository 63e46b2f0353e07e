"""A page goes back for which the complainant took the notice back (D10)."""

from chassis.edge import Edge
from sqlmodel import select

from dmca_svc.actions.clocks import plan_windows
from dmca_svc.actions.matter import Matter
from dmca_svc.actions.standing import settle
from dmca_svc.model import CounterState, PageFacts, PageState
from dmca_svc.rules import restoration, withdrawal
from dmca_svc.tables import Concern, NoticePage


def is_taken_back(page: NoticePage | None) -> bool:
    """Tell whether a page is down that the complainant wants down no more."""
    return page is not None and page.withdrawn_at is not None and page.state == PageState.REMOVED


def check(edge: Edge, matter: Matter, page: NoticePage) -> PageFacts:
    """Give a page that was taken back and may go back now.

    Raises:
        Refused: an action, another notice or an order keeps it down, or the enforcer evaluated it.
    """
    held = next((one for one in matter.asked if one.page_id == page.id and one.held_by is not None), None)
    facts = matter.fact_of(page, held)
    evaluators = matter.facts().evaluators | ({page.withdrawn_by} if page.withdrawn_by else frozenset())
    withdrawal.may_restore_withdrawn(facts, by=edge.by.id, evaluators=evaluators).or_refuse()
    return facts


async def went_back(matter: Matter, page: NoticePage) -> None:
    """Take over that such a page is back; counter-notices that asked for it have what they asked."""
    page.state, page.restored_at = PageState.RESTORED, matter.edge.now
    await matter.edge.session.flush()
    for counter in matter.counters:
        if counter.state == CounterState.ACCEPTED and page in [one for one, _ in matter.asked_by(counter)]:
            pages = matter.page_facts(counter)
            counter.state = restoration.state_of_counter_notice(pages)
            counter.restoring = counter.restoring and any(one.restorable for one in pages)
    matter.notice.restored_at = matter.edge.now
    settle(matter)
    await plan_windows(matter)
    if any(is_taken_back(one) for one in matter.named):
        matter.note("page_restored")
    else:
        await _say_back(matter)


async def _say_back(matter: Matter) -> None:
    """Say that what was taken back is back: what a counter-notice asked for to its subscriber, the rest to whoever gave it."""
    mine = select(Concern).where(Concern.notice_id == matter.notice.id, Concern.kind == "restored")
    said = list(await matter.edge.session.scalars(mine))
    gone_back = [page for page in matter.pages if page.withdrawn_at is not None and page.state == PageState.RESTORED]
    back = [
        page for page in gone_back if not any(page.id in one.page_ids and page.restored_at and page.restored_at <= one.at for one in said)
    ]
    for counter in matter.counters:
        asked = {page.id for page, _ in matter.asked_by(counter)} if counter.state == CounterState.RESTORED else set()
        theirs = [page for page in back if page.id in asked]
        if theirs:
            back = [page for page in back if page.id not in asked]
            matter.notice.counter_notice_id = counter.id
            await matter.say("restored", about=theirs)
    if back:
        matter.notice.counter_notice_id = None
        await matter.say("restored", about=back)
