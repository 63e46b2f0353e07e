"""Legal records a court or Claims Board action; it holds what the law lets it hold (D10, 17 U.S.C. 512(g)(2)(C), 1507(d))."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.crypto import data_key
from chassis.edge import Edge, new_id
from kernel.decision import Decision

from dmca_svc.actions.assessment import Place
from dmca_svc.actions.clocks import plan_windows
from dmca_svc.actions.matter import Matter, matter_of
from dmca_svc.actions.standing import settle
from dmca_svc.actions.text import CONTENT, place_hash, seal_json
from dmca_svc.model import CourtActionFacts, Forum, PageState, ToldBy
from dmca_svc.rules import court_action, restoration
from dmca_svc.tables import CounterNotice, CourtAction


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
        state="holding" if holds else "not_holding",
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


def hold(matter: Matter, action: CourtAction, counter: CounterNotice) -> bool:
    """Hold the pages of an accepted counter-notice that an action holds; tell whether it holds one that nothing held before."""
    held = False
    for page, asked in matter.asked_by(counter):
        facts = page.facts(held=asked.held_by is not None)
        if facts.held or not court_action.may_hold(action.facts(), facts, about_it=page.id in action.page_ids):
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


def _concerned(matter: Matter, about: set[UUID]) -> UUID | None:
    """Name the accepted counter-notice whose pages the action is about, where it is one."""
    accepted = {asked.counter_notice_id for asked in matter.asked if asked.page_id in about}
    return accepted.pop() if len(accepted) == 1 else None


def _all_of(judged: Sequence[Decision]) -> Decision:
    reasons = Decision()
    for one in judged:
        reasons &= one
    return reasons
