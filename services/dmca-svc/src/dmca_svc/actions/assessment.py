"""A person says what a notice holds, and what should be done with it (R40, R41, D1, D8, D9)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.crypto import data_key
from chassis.edge import Edge, new_id
from kernel.digest import digest
from kernel.workdays import calendar_day

from dmca_svc.actions.matter import Matter, matter_of
from dmca_svc.actions.text import TITLE, keep_note, open_access, open_titles, place_hash
from dmca_svc.model import Course, PageState, State
from dmca_svc.rules import assessment, recommendation
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
    assessment.may_assess(matter.facts(), elements).or_refuse()
    notice = matter.notice
    found = assessment.verdict(elements)
    kept = await keep_note(matter, "assessment", note)
    row = Assessment(
        id=new_id(),
        notice_id=notice.id,
        by=edge.by.id,
        at=edge.now,
        elements=dict(elements),
        differs=list(assessment.differences(notice.read_elements, elements)),
        verdict=found,
        note_id=kept.id,
    )
    edge.session.add(row)
    matter.assessments.append(row)
    await _name_pages(matter, pages)
    notice.verdict = found
    notice.missing = [name for name, met in elements.items() if not met]
    notice.state = assessment.state_after(found)
    notice.statutory_at = notice.received_by_agent_at or notice.received_at if notice.state is State.COMPLIANT else None
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


async def _name_pages(matter: Matter, places: Sequence[Place]) -> None:
    """Make the pages of an assessment those of the notice; what is named no more stays as the record."""
    edge = matter.edge
    key = await data_key(edge, matter.notice.id)
    known = {page.place_hash: page for page in matter.pages}
    for page in matter.pages:
        page.named = False
    for position, place in enumerate(places):
        hashed = place_hash(edge, place.wiki, place.title)
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
    matter.pages.sort(key=lambda page: page.position)
    await edge.session.flush()
