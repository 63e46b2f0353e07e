"""A counter-notice is judged, its window opens, and material goes back (R45, R46, D10, 17 U.S.C. 512(g))."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from chassis.crypto import data_key
from chassis.edge import Edge, new_id
from kernel.deadline import ClockState, enforcer_may_restore_from, restore_window
from kernel.decision import Reason, Refused
from sqlmodel import select

from dmca_svc.actions.assessment import Place
from dmca_svc.actions.clocks import plan_windows
from dmca_svc.actions.court_actions import hold
from dmca_svc.actions.elsewhere import look_elsewhere
from dmca_svc.actions.matter import Matter, matter_of
from dmca_svc.actions.standing import settle
from dmca_svc.actions.text import SUBSCRIBER, keep_note, party_hash, place_hash
from dmca_svc.model import OVER, CounterState, PageState
from dmca_svc.rules import counter_notice, restoration
from dmca_svc.tables import AskedPage, Assessment, CounterNotice, NoticePage, Party

_RELEASED = Reason("hold_released", "The action has ended, and Legal signed that the material goes back.", "D10")
_SEVERAL = Reason("counter_notice_unnamed", "The notice has several counter-notices to restore, or none; name one.", "D10")


async def assess_counter_notice(
    edge: Edge,
    notice_id: UUID,
    counter_id: UUID,
    elements: Mapping[str, bool],
    places: Sequence[Place],
    *,
    verified_how: str | None,
    verified_account: str | None = None,
    note: str,
) -> tuple[Matter, CounterNotice]:
    """Judge a counter-notice; accepted, it opens the window from the day on which the agent had it (D10).

    Raises:
        Refused: it was judged before, an element was not judged, or it names a page that is not down.
    """
    matter = await matter_of(edge, notice_id)
    counter = matter.counter(counter_id)
    pages = [matter.at(place_hash(edge, place.wiki, place.title)) for place in places]
    counter_notice.may_assess_counter_notice(
        counter.facts(()),
        elements,
        [page.facts() if page else None for page in pages],
        asked_back_elsewhere=_asked_elsewhere(matter, counter, pages),
    ).or_refuse()
    about = list({page.id: page for page in pages if page is not None}.values())
    found = counter_notice.verdict(elements)
    kept = await keep_note(matter, "counter_notice_assessment", note)
    row = Assessment(
        id=new_id(),
        notice_id=notice_id,
        counter_notice_id=counter.id,
        by=edge.by.id,
        at=edge.now,
        elements=dict(elements),
        differs=[name for name, met in elements.items() if counter.read_elements.get(name, False) is not met],
        verdict=found,
        note_id=kept.id,
    )
    edge.session.add(row)
    matter.assessments.append(row)
    if verified_how:
        proof = await keep_note(matter, "subscriber_verified", verified_how)
        counter.verified_by, counter.verified_at, counter.verified_note = edge.by.id, edge.now, proof.id
    if verified_account:
        counter.subscriber = (await data_key(edge, notice_id)).seal(verified_account, place=SUBSCRIBER)
        counter.subscriber_hash = party_hash(edge, "wiki_user", verified_account)
    account = counter.subscriber_hash or await _account_said(matter, counter)
    decision = counter_notice.may_open_window(
        elements,
        pages=len(about),
        verified=counter.verified_by is not None,
        received_by_agent_at=counter.complete_with_agent_at,
        anothers=counter.agent_by is None and counter_notice.is_anothers(account, [matter.givers(page) for page in about]),
    )
    counter.assessed_by, counter.verdict, counter.completion_judged = edge.by.id, found, True
    counter.missing = [name for name, met in elements.items() if not met]
    counter.page_ids = [page.id for page in about]
    counter.reasons = [{"code": one.code, "says": one.says, "cite": one.cite} for one in decision.reasons]
    state = counter_notice.state_after(decision, found, pages=len(about))
    matter.notice.counter_notice_id = counter.id
    if state is not CounterState.ACCEPTED:
        counter.state = state
        settle(matter)
        await matter.say("assessed", reasons=decision.reasons)
        return matter, counter
    await _open_window(matter, counter, about)
    return matter, counter


async def sign_early(edge: Edge, notice_id: UUID, counter_id: UUID, note: str) -> tuple[Matter, CounterNotice]:
    """Take Legal's signature for restoring on the tenth business day, or, where an action has ended, for restoring at all (D10).

    Raises:
        Refused: no window is open for it, it is held or back, or Legal has signed.
    """
    matter = await matter_of(edge, notice_id)
    counter = matter.counter(counter_id)
    restoration.may_sign_early(counter.facts(matter.page_facts(counter))).or_refuse()
    await keep_note(matter, "early_restoration", note)
    if counter.early_by is None:
        counter.early_by, counter.early_at = edge.by.id, edge.now
    released = [(page, asked) for page, asked in matter.asked_by(counter) if matter.fact_of(page, asked).hold_ended]
    if not released:
        matter.note("early_restoration_signed")
        return matter, counter
    for page, asked in released:
        asked.held_by = None
        if page.state == PageState.RESTORED:
            # It had gone back by our error and has not come down since: now it stays.
            page.wrongly_restored_at = None
    counter.released_by, counter.released_at = edge.by.id, edge.now
    counter.state = restoration.state_of_counter_notice(matter.page_facts(counter))
    matter.notice.counter_notice_id = counter.id
    settle(matter)
    await plan_windows(matter)
    await matter.say("assessed", reasons=[_RELEASED])
    return matter, counter


async def restore(edge: Edge, notice_id: UUID, counter_id: UUID | None) -> Matter:
    """Order the restoration of a counter-notice's pages; they go back one by one, each with its receipt.

    Raises:
        Refused: the window is not open, Legal has not signed for its first day, or an action holds it.
    """
    matter = await matter_of(edge, notice_id)
    counter = matter.counter(counter_id) if counter_id else _only(matter)
    await look_elsewhere(matter)
    facts = counter.facts(matter.page_facts(counter))
    evaluators = matter.facts().evaluators
    restoration.may_restore(facts, now=edge.now, by=edge.by.id, evaluators=evaluators).or_refuse()
    counter.restoring, counter.restoring_at, counter.restoring_by = True, edge.now, edge.by.id
    matter.notice.counter_notice_id = counter.id
    matter.note("restoration_started")
    return matter


async def _open_window(matter: Matter, counter: CounterNotice, about: Sequence[NoticePage]) -> None:
    agent = counter.complete_with_agent_at
    if agent is None:
        raise AssertionError("a window is counted from receipt by the agent")
    window = restore_window(agent)
    counter.state = CounterState.ACCEPTED
    counter.opens, counter.target, counter.closes = window.opens, window.target, window.closes
    counter.enforcer_from = enforcer_may_restore_from(agent)
    counter.at_risk_at = restoration.window_at_risk_at(agent, window)
    counter.clock_state = ClockState.RUNNING
    await matter.edge.session.flush()
    rows = [AskedPage(counter_notice_id=counter.id, page_id=page.id) for page in about]
    matter.edge.session.add_all(rows)
    matter.asked.extend(rows)
    await plan_windows(matter)
    await matter.say("window_opened")
    # An action of which the agent was told before holds it from the first day on.
    for action in matter.actions:
        if hold(matter, action, counter):
            matter.notice.court_action_id = action.id
            settle(matter)
            await plan_windows(matter)
            await matter.say("held")


def _asked_elsewhere(matter: Matter, counter: CounterNotice, pages: Sequence[NoticePage | None]) -> bool:
    mine = {page.id for page in pages if page is not None}
    others = {one.id for one in matter.counters if one.id != counter.id and counter_notice.asks(CounterState(one.state))}
    return any(asked.page_id in mine and asked.counter_notice_id in others for asked in matter.asked)


async def _account_said(matter: Matter, counter: CounterNotice) -> bytes | None:
    """Find the account that the letter, or whoever passed it on, names as its sender's."""
    said = select(Party.hash).where(Party.counter_notice_id == counter.id, Party.kind == "wiki_user")
    found: bytes | None = (await matter.edge.session.scalars(said)).first()
    return found


def _only(matter: Matter) -> CounterNotice:
    """Take the one counter-notice that could be meant; a single one is told why it may not be restored."""
    # A single one that is over is told why; beside a live one it is not meant.
    live = [one for one in matter.counters if one.state not in OVER] or matter.counters
    open_ones = [one for one in live if one.state == CounterState.ACCEPTED] or live
    if len(open_ones) != 1:
        raise Refused(_SEVERAL)
    return open_ones[0]
