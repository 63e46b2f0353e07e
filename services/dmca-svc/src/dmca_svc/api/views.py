"""What callers are shown, made of rows and of what was opened for this caller; every opening is logged first."""

import json
from datetime import datetime
from uuid import UUID

from kernel.review import approvals_of, state_of, steps_of
from kernel.workdays import calendar_day

from dmca_svc.actions.matter import Matter
from dmca_svc.actions.text import CONTENT, LETTER, READING, open_access, open_json, open_notes, open_text, open_titles
from dmca_svc.api.shapes import (
    AnnouncementView,
    ClockView,
    CounterNoticeView,
    CourtActionView,
    LetterView,
    NoticeView,
    PageView,
    PlaceView,
    ReadingView,
    ReasonView,
    ReviewView,
    StepView,
    VerifiedView,
    WindowView,
)
from dmca_svc.model import Channel, CounterState, PageState, State
from dmca_svc.reading import Verdict
from dmca_svc.rules.assessment import lacks
from dmca_svc.rules.recommendation import rejection
from dmca_svc.tables import CounterNotice, CourtAction, Letter


async def show_notice(matter: Matter) -> NoticeView:
    """Show a notice to somebody who may read it; the access is logged first."""
    await open_access(matter)
    notice = matter.notice
    titles = await open_titles(matter, matter.pages)
    notes = await open_notes(matter)
    reading = ReadingView.model_validate(await open_json(matter, notice.reading, place=READING))
    if notice.verdict is None:
        pages = [PageView(page=page, state=PageState.UP) for page in reading.pages]
    else:
        pages = [
            PageView(
                page=PlaceView(wiki=page.wiki, title=titles[page.id], revision_id=page.page_revision),
                state=PageState(page.state),
                restored_in_error=True if page.wrongly_restored_at else None,
            )
            for page in matter.named
        ]
    return NoticeView(
        id=notice.id,
        state=State(notice.state),
        reading=reading,
        reading_failed=notice.unread,
        attachments=notice.attachments or None,
        channel=Channel(notice.channel),
        received_at=notice.received_at,
        verdict=Verdict(notice.verdict) if notice.verdict else None,
        missing=notice.missing if notice.verdict else None,
        clock=ClockView.of(notice),
        pages=pages,
        review=_review(matter, notes),
        rejection=_rejection(matter, notes),
        counter_notices=[await _counter(matter, one, titles, notes) for one in matter.counters],
        court_actions=[await _court_action(matter, one) for one in matter.actions] or None,
        announcements=[
            AnnouncementView.model_validate(
                {"where": one.place, "state": one.state, "receipt": _receipt(one.notification_id, one.delivered_at)}
            )
            for one in matter.announcements
        ],
        version=notice.version,
    )


async def show_counter_notice(matter: Matter, counter: CounterNotice) -> CounterNoticeView:
    """Show one counter-notice; the access is logged first."""
    await open_access(matter)
    return await _counter(matter, counter, await open_titles(matter, matter.pages), await open_notes(matter))


async def show_court_action(matter: Matter, action: CourtAction) -> CourtActionView:
    """Show one court action; the access is logged first."""
    await open_access(matter)
    return await _court_action(matter, action)


async def show_letter(matter: Matter, letter: Letter) -> LetterView:
    """Show the words of a notice or counter-notice; the access is logged first."""
    await open_access(matter)
    told = letter.model_dump(include={"channel", "received_at", "received_by_agent_at", "attachments"})
    return LetterView.model_validate(
        {**told, "text": await open_text(matter, letter.letter, place=LETTER), "reading_failed": letter.unread}
    )


async def _court_action(matter: Matter, action: CourtAction) -> CourtActionView:
    told = action.model_dump(include={"id", "forum", "told_by", "received_at", "filed_at", "state", "reasons", "counter_notice_id"})
    content = await open_json(matter, action.content, place=CONTENT)
    return CourtActionView.model_validate({**told, **content, "held": action.state == "holding"})


async def _counter(matter: Matter, counter: CounterNotice, titles: dict[UUID, str], notes: dict[UUID, str]) -> CounterNoticeView:
    wikis = {page.id: page.wiki for page in matter.pages}
    window = counter.window
    return CounterNoticeView(
        id=counter.id,
        state=CounterState(counter.state),
        reading=ReadingView.model_validate(await open_json(matter, counter.reading, place=READING)),
        reading_failed=counter.unread,
        received_at=counter.received_at,
        received_by_agent_at=counter.received_by_agent_at,
        pages=[PlaceView(wiki=wikis[page_id], title=titles[page_id]) for page_id in counter.page_ids],
        reasons=[ReasonView(**one) for one in counter.reasons] or None,
        subscriber_verified=VerifiedView(how=notes[counter.verified_note], by=counter.verified_by, at=counter.verified_at)
        if counter.verified_note and counter.verified_by and counter.verified_at
        else None,
        window=WindowView(opens=window.opens, target=window.target, closes=window.closes) if window else None,
        early_restoration=True if counter.early_by else None,
    )


def _review(matter: Matter, notes: dict[UUID, str]) -> ReviewView | None:
    review, recommended = matter.review, matter.recommendation
    if review is None or recommended is None:
        return None
    said = {one.level: notes[one.note_id] for one in matter.signatures if one.recommendation_id == recommended.id}
    steps = [
        StepView(level=step.level.value, required=step.required, state=step.state, by=step.by, at=step.at, note=said.get(step.level.value))
        for step in steps_of(review)
    ]
    return ReviewView.model_validate(
        {
            "recommended": recommended.course,
            "digest": review.digest,
            "steps": steps,
            "approvals": approvals_of(review),
            "state": state_of(review).value,
        }
    )


def _rejection(matter: Matter, notes: dict[UUID, str]) -> list[ReasonView] | None:
    recommended = matter.recommendation
    if matter.notice.state != State.REJECTED or recommended is None:
        return None
    grounds = json.loads(notes[recommended.note_id])["grounds"]
    reasons = (*lacks(matter.notice.missing), *rejection(grounds, on=calendar_day(recommended.at)))
    return [ReasonView.of(reason) for reason in reasons]


def _receipt(notification_id: UUID | None, delivered_at: datetime | None) -> dict[str, str] | None:
    if notification_id is None or delivered_at is None:
        return None
    return {"notification_id": str(notification_id), "delivered_at": delivered_at.isoformat().replace("+00:00", "Z")}
