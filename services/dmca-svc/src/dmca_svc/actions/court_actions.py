"""Legal records a court or Claims Board action; it holds what the law lets it hold (D10, 17 U.S.C. 512(g)(2)(C), 1507(d))."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.crypto import data_key
from chassis.edge import Edge, new_id
from chassis.errors import NotFound
from kernel.decision import Decision, Reason

from dmca_svc.actions.assessment import Place
from dmca_svc.actions.clocks import plan_windows
from dmca_svc.actions.matter import Matter, matter_of
from dmca_svc.actions.standing import settle
from dmca_svc.actions.text import CONTENT, keep_note, open_access, open_json, place_hash, seal_json
from dmca_svc.model import OVER, ActionState, CounterState, CourtActionFacts, Forum, PageState, ToldBy
from dmca_svc.rules import court_action, restoration
from dmca_svc.tables import AskedPage, CounterNotice, CourtAction, NoticePage

_STAYS_DOWN = Reason("stays_down", "The action has ended, and Legal decided that the material stays down.", "D10")


@dataclass(frozen=True, slots=True)
class Told:
    """What the agent was told. `content` holds `court`, `docket` and `text` as far as they were said."""

    forum: Forum
    told_by: ToldBy
    received_at: datetime
    filed_at: datetime | None
    pages: Sequence[Place]
    content: Mapping[str, str]


async def record_court_action(edge: Edge, notice_id: UUID, told: Told) -> tuple[Matter, CourtAction]:
    """Record an action and hold what it holds; what was restored after its receipt comes down again, marked as our error (D10).

    Raises:
        Refused: nothing of the notice was taken down, or the receipt lies in the future.
    """
    matter = await matter_of(edge, notice_id)
    facts = CourtActionFacts(told.told_by, told.received_at, told.filed_at)
    court_action.may_record(matter.facts(), facts, now=edge.now).or_refuse()
    hashes = {place_hash(edge, place.wiki, place.title) for place in told.pages}
    about = [page for page in matter.named if page.place_hash in hashes]
    judged = [court_action.may_hold(facts, page.facts(), about_it=page in about) for page in about or matter.named]
    holds = any(judged)
    against = () if holds else _all_of(judged).reasons
    key = await data_key(edge, notice_id)
    action = CourtAction(
        id=new_id(),
        notice_id=notice_id,
        forum=told.forum,
        told_by=told.told_by,
        received_at=told.received_at,
        filed_at=told.filed_at,
        recorded_by=edge.by.id,
        recorded_at=edge.now,
        state=ActionState.HOLDING if holds else ActionState.NOT_HOLDING,
        docket_known="docket" in told.content,
        page_ids=[page.id for page in about],
        counter_notice_id=_concerned(matter, {page.id for page in about}),
        reasons=[{"code": one.code, "says": one.says, "cite": one.cite} for one in against],
        content=seal_json(key, told.content, place=CONTENT),
    )
    edge.session.add(action)
    await edge.session.flush()
    matter.actions.append(action)
    matter.notice.court_action_id = action.id
    await matter.say("court_action_received", reasons=against)
    held = [counter for counter in matter.counters if hold(matter, action, counter)]
    if held:
        matter.notice.counter_notice_id = held[-1].id
        settle(matter)
        await plan_windows(matter)
        await matter.say("held")
    return matter, action


async def end_court_action(edge: Edge, notice_id: UUID, action_id: UUID, note: str, *, stays_down: bool) -> tuple[Matter, CourtAction]:
    """Record that an action has ended; its pages stay down until Legal signs that they go back, or for good by Legal's word (D10).

    Raises:
        NotFound: the notice has no such action.
        Refused: it holds nothing, or has ended already.
    """
    matter = await matter_of(edge, notice_id)
    action = _action(matter, action_id)
    court_action.may_end(ActionState(action.state)).or_refuse()
    kept = await keep_note(matter, "court_action_ended", note)
    action.state, action.stays_down = ActionState.ENDED, stays_down
    action.ended_at, action.ended_by, action.ended_note = edge.now, edge.by.id, kept.id
    await edge.session.flush()
    freed = [counter for counter in matter.counters if _let_go(matter, action, counter)]
    matter.notice.court_action_id = action.id
    matter.notice.counter_notice_id = freed[-1].id if freed else None
    settle(matter)
    await plan_windows(matter)
    await matter.say("hold_ended")
    if stays_down and freed:
        for counter in freed:
            left = [matter.fact_of(page, asked) for page, asked in matter.asked_by(counter) if page.id not in action.page_ids]
            counter.state = restoration.state_after_order(left)
            counter.reasons = [{"code": _STAYS_DOWN.code, "says": _STAYS_DOWN.says, "cite": _STAYS_DOWN.cite}]
        settle(matter)
        await plan_windows(matter)
        await matter.say("assessed", reasons=[_STAYS_DOWN])
    return matter, action


async def note_docket(edge: Edge, notice_id: UUID, action_id: UUID, said: Mapping[str, str]) -> tuple[Matter, CourtAction]:
    """Add the docket number, and the court, once Legal was told (D10).

    Raises:
        NotFound: the notice has no such action.
    """
    matter = await matter_of(edge, notice_id)
    action = _action(matter, action_id)
    await open_access(matter)
    known = await open_json(matter, action.content, place=CONTENT)
    action.content = seal_json(await data_key(edge, notice_id), {**known, **said}, place=CONTENT)
    action.docket_known = True
    matter.note("docket_noted")
    return matter, action


def hold(matter: Matter, action: CourtAction, counter: CounterNotice) -> bool:
    """Hold the pages of an accepted counter-notice that an action holds; tell whether it holds one that nothing held before."""
    held = False
    if counter.state in OVER or action.state != ActionState.HOLDING:
        return held
    for page, asked in matter.asked_by(counter):
        facts = matter.fact_of(page, asked)
        free = not facts.held or facts.hold_ended
        if not free or not court_action.may_hold(action.facts(), facts, about_it=page.id in action.page_ids):
            continue
        asked.held_by = action.id
        held = True
        if page.state == PageState.RESTORED:
            page.wrongly_restored_at = matter.edge.now
    if held:
        pages = matter.page_facts(counter)
        counter.state = restoration.state_of_counter_notice(pages)
        counter.restoring = counter.restoring and any(one.restorable for one in pages)
    return held


def _let_go(matter: Matter, action: CourtAction, counter: CounterNotice) -> bool:
    """See what an action that ended held of a counter-notice; tell whether something is left for Legal to decide."""
    mine = [(page, asked) for page, asked in matter.asked_by(counter) if asked.held_by == action.id]
    if counter.state in OVER or not mine:
        return False
    for page, asked in mine:
        asked.held_by = _holder(matter, page, asked)
    counter.state = restoration.state_of_counter_notice(matter.page_facts(counter))
    return any(asked.held_by == action.id for _, asked in mine)


def _holder(matter: Matter, page: NoticePage, asked: AskedPage) -> UUID | None:
    """Find another action that goes on and holds the page as well; else the one that ended stays on record until Legal decides."""
    facts = page.facts()
    going_on = (one for one in matter.actions if one.state == ActionState.HOLDING and page.id in one.page_ids)
    return next((one.id for one in going_on if court_action.may_hold(one.facts(), facts, about_it=True)), asked.held_by)


def _action(matter: Matter, action_id: UUID) -> CourtAction:
    action = next((one for one in matter.actions if one.id == action_id), None)
    if action is None:
        raise NotFound("court action")
    return action


def _concerned(matter: Matter, about: set[UUID]) -> UUID | None:
    """Name the live counter-notice whose pages the action is about, where it is one."""
    live = {counter.id for counter in matter.counters if CounterState(counter.state) not in OVER}
    accepted = {asked.counter_notice_id for asked in matter.asked if asked.page_id in about and asked.counter_notice_id in live}
    return accepted.pop() if len(accepted) == 1 else None


def _all_of(judged: Sequence[Decision]) -> Decision:
    reasons = Decision()
    for one in judged:
        reasons &= one
    return reasons
