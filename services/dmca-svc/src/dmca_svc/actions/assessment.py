"""A person says what a notice holds, and what should be done with it (R40, R41, D1, D8, D9)."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.crypto import data_key
from chassis.edge import Edge, new_id
from chassis.ticker import cancel
from kernel.digest import digest
from kernel.workdays import calendar_day
from sqlmodel import col, select

from dmca_svc.actions.clocks import resume_clock
from dmca_svc.actions.contact import CURE_LAPSED, plan_contact
from dmca_svc.actions.matter import Matter, matter_of
from dmca_svc.actions.text import TITLE, keep_note, open_access, open_titles, place_hash
from dmca_svc.model import Course, PageState, State
from dmca_svc.reading import Verdict
from dmca_svc.rules import assessment, cure, recommendation
from dmca_svc.tables import Assessment, NoticePage, Recommendation


@dataclass(frozen=True, slots=True)
class Place:
    """A page as somebody names it."""

    wiki: str
    title: str
    revision_id: int | None = None


async def assess(edge: Edge, notice_id: UUID, elements: Mapping[str, bool], pages: Sequence[Place], note: str) -> Matter:
    """Put a person's word over the machine's, and keep where the two differ (D8).

    Raises:
        Refused: it is in review or decided, or an element was not judged.
    """
    matter = await matter_of(edge, notice_id)
    hashes = {place_hash(edge, place.wiki, place.title): place for place in pages}
    taken_back = any(page.withdrawn_at is not None and page.place_hash in hashes for page in matter.pages)
    assessment.may_assess(matter.facts(), elements, taken_back=taken_back).or_refuse()
    notice = matter.notice
    if notice.event_version == 0:
        # A person judges what the machine took for another machine's letter: it is said, answered and clocked like every other.
        resume_clock(matter)
        matter.before = None
        await matter.say("received")
    found = assessment.verdict(elements)
    kept = await keep_note(matter, "assessment", note)
    row = Assessment(
        id=new_id(),
        notice_id=notice.id,
        by=edge.by.id,
        at=edge.now,
        elements=dict(elements),
        differs=list(assessment.differences(matter.latest.read_elements, elements)),
        verdict=found,
        note_id=kept.id,
    )
    edge.session.add(row)
    matter.assessments.append(row)
    await _name_pages(matter, hashes)
    notice.verdict = found
    notice.missing = [name for name, met in elements.items() if not met]
    waited_for = notice.cure_lapses_at is not None and found is not Verdict.CURABLE
    if waited_for:
        notice.cure_lapses_at = None
    notice.state = assessment.state_after(found, cure_open=notice.cure_lapses_at is not None)
    notice.statutory_at = _statutory_at(matter) if notice.state is State.COMPLIANT else None
    if waited_for:
        await cancel(edge, notice_id, CURE_LAPSED)
    await plan_contact(matter)
    await matter.say("assessed", reasons=assessment.lacks(notice.missing))
    return matter


async def recommend(edge: Edge, notice_id: UUID, course: Course, grounds: Sequence[str], note: str) -> Matter:
    """Recommend a course and open the chain; the digest covers what is recommended to the letter (D1).

    Raises:
        Refused: nobody has judged it, it does not comply, or the grounds are not those of D9.
    """
    matter = await matter_of(edge, notice_id)
    on = calendar_day(edge.now)
    recommendation.may_recommend(matter.facts(), course, grounds, on=on).or_refuse()
    await open_access(matter)
    titles = await open_titles(matter, matter.named)
    recommendation_id = new_id()
    covered = {
        "notice": str(notice_id),
        "recommendation": str(recommendation_id),
        "course": course,
        "evaluator": edge.by.id,
        "grounds": list(grounds),
        "note": note,
        "verdict": matter.notice.verdict,
        "missing": matter.notice.missing,
        "pages": [[page.wiki, titles[page.id]] for page in matter.named],
    }
    kept = await keep_note(matter, "recommendation", json.dumps({"note": note, "grounds": list(grounds)}, ensure_ascii=False))
    row = Recommendation(
        id=recommendation_id,
        notice_id=notice_id,
        course=course,
        evaluator=edge.by.id,
        grounds=[ground.partition(":")[0] for ground in grounds],
        digest=digest(covered),
        note_id=kept.id,
        at=edge.now,
    )
    edge.session.add(row)
    await edge.session.flush()
    matter.recommendations.append(row)
    matter.notice.recommendation_id = row.id
    matter.notice.state = State.IN_REVIEW
    await matter.say("recommended")
    return matter


def _statutory_at(matter: Matter) -> datetime:
    notice, cures = matter.notice, matter.cures
    judged = [one for one in matter.assessments if one.counter_notice_id is None and one.verdict != Verdict.COMPLIANT]
    return cure.statutory_at(
        notice.received_by_agent_at or notice.received_at,
        [one.received_by_agent_at or one.received_at for one in cures],
        wanting=bool(cures) and any(one.at <= cures[-1].at for one in judged),
    )


async def _down_elsewhere(matter: Matter, hashes: Collection[bytes]) -> dict[bytes, UUID]:
    """Find which of these places another notice has down now: a person is told, and may reject what was removed already (D9)."""
    down = select(NoticePage.place_hash, NoticePage.notice_id).where(
        col(NoticePage.place_hash).in_(hashes), NoticePage.notice_id != matter.notice.id, NoticePage.state == PageState.REMOVED
    )
    return {row.place_hash: row.notice_id for row in await matter.edge.session.execute(down)}


async def _name_pages(matter: Matter, places: Mapping[bytes, Place]) -> None:
    """Make the pages of an assessment those of the notice; what is named no more stays as the record."""
    edge = matter.edge
    key = await data_key(edge, matter.notice.id)
    known = {page.place_hash: page for page in matter.pages}
    elsewhere = await _down_elsewhere(matter, places.keys())
    for page in matter.pages:
        page.named = False
    for position, (hashed, place) in enumerate(places.items()):
        if hashed not in known:
            page = known[hashed] = NoticePage(
                id=new_id(),
                notice_id=matter.notice.id,
                position=position,
                wiki=place.wiki,
                title=key.seal(place.title, place=TITLE),
                place_hash=hashed,
                state=PageState.UP,
            )
            edge.session.add(page)
            matter.pages.append(page)
        page = known[hashed]
        page.named, page.position, page.page_revision = True, position, place.revision_id
        page.down_elsewhere = elsewhere.get(hashed)
    matter.pages.sort(key=lambda page: page.position)
    await edge.session.flush()
