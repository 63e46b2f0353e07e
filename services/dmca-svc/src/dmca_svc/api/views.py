"""What callers are shown, made of rows and of what was opened for this caller; every opening is logged first."""

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from kernel.review import approvals_of, state_of, steps_of
from kernel.workdays import calendar_day

from dmca_svc.actions.assessment import Place
from dmca_svc.actions.belongs import could_join
from dmca_svc.actions.evidence import files_of
from dmca_svc.actions.matter import Matter
from dmca_svc.actions.text import CONTENT, LETTER, READING, SUBSCRIBER, open_access, open_json, open_notes, open_text, open_titles
from dmca_svc.api.evaluation_views import proposed_grounds, show_answered, show_cure, show_joined, show_named, show_withdrawals
from dmca_svc.api.parts import EvidenceCountView, NotedView, PlaceView, ReasonView
from dmca_svc.api.shapes import (
    AnnouncementView,
    ClockView,
    CounterNoticeView,
    CourtActionView,
    LetterView,
    NoticeView,
    PageView,
    ReadingView,
    ReviewView,
    StepView,
    VerifiedView,
    WindowView,
)
from dmca_svc.api.takedown_views import show_holds, show_open_points, show_receipts, show_uploaders
from dmca_svc.model import ActionState, AnsweredAs, Channel, CounterState, PageState, State
from dmca_svc.reading import Verdict
from dmca_svc.rules.answer import said_of
from dmca_svc.rules.assessment import lacks
from dmca_svc.rules.recommendation import rejection
from dmca_svc.tables import CounterNotice, CourtAction, Letter


async def show_notice(matter: Matter) -> NoticeView:
    """Show a notice to somebody who may read it; the access is logged first."""
    await open_access(matter)
    notice = matter.notice
    titles = await open_titles(matter, matter.pages)
    notes = await open_notes(matter)
    receipts = await show_receipts(matter, notes)
    files = await files_of(matter.edge, notice.id)
    kept = sum(one.removed is None for one in files)
    reading = ReadingView.model_validate(await open_json(matter, matter.latest.reading, place=READING))
    if notice.verdict is None:
        pages = [PageView(page=page, state=PageState.UP) for page in reading.pages]
    else:
        pages = show_named(matter, titles, receipts)
    return NoticeView(
        id=notice.id,
        state=State(notice.state),
        reading=reading,
        reading_failed=notice.unread,
        attachments=notice.attachments or None,
        evidence=EvidenceCountView(kept=kept, removed=len(files) - kept) if files else None,
        channel=Channel(notice.channel),
        received_at=notice.received_at,
        statutory_at=notice.statutory_at,
        automatic=notice.automatic or None,
        duplicate_of=notice.duplicate_of,
        verdict=Verdict(notice.verdict) if notice.verdict else None,
        missing=notice.missing if notice.verdict else None,
        cure=show_cure(matter),
        answered=await show_answered(matter),
        could_join=await could_join(matter, [Place(one.wiki, one.title) for one in reading.pages]) or None,
        joined=show_joined(matter),
        withdrawn_at=notice.withdrawn_at,
        withdrawals=show_withdrawals(matter, titles, notes),
        clock=ClockView.of(notice),
        pages=pages,
        proposed_grounds=proposed_grounds(matter),
        review=_review(matter, notes),
        rejection=_rejection(matter, notes),
        counter_notices=[await _counter(matter, one, titles, notes) for one in matter.counters],
        court_actions=[await _court_action(matter, one, notes) for one in matter.actions] or None,
        announcements=[
            AnnouncementView.model_validate(
                {"where": one.place, "state": one.state, "receipt": _receipt(one.notification_id, one.delivered_at)}
            )
            for one in matter.announcements
        ],
        unannounced=_noted(notice.unannounced_by, notice.unannounced_at, notice.unannounced_note, notes),
        uploaders=await show_uploaders(matter, titles),
        holds=show_holds(matter, titles, notes),
        open_points=show_open_points(matter, files=len(files)),
        country=notice.country,
        version=notice.version,
    )


async def show_counter_notice(matter: Matter, counter: CounterNotice) -> CounterNoticeView:
    """Show one counter-notice; the access is logged first."""
    await open_access(matter)
    return await _counter(matter, counter, await open_titles(matter, matter.pages), await open_notes(matter))


async def show_court_action(matter: Matter, action: CourtAction) -> CourtActionView:
    """Show one court action; the access is logged first."""
    await open_access(matter)
    return await _court_action(matter, action, await open_notes(matter))


async def show_letter(matter: Matter, letter: Letter, further: Sequence[Letter] = ()) -> LetterView:
    """Show the words of a notice or counter-notice, and of what came to complete it; the access is logged first."""
    await open_access(matter)
    told = letter.model_dump(include={"channel", "received_at", "received_by_agent_at", "attachments"})
    return LetterView.model_validate(
        {
            **told,
            "text": await open_text(matter, letter.letter, place=LETTER),
            "reading_failed": letter.unread,
            "completions": [await show_letter(matter, one) for one in further] or None,
        }
    )


async def _court_action(matter: Matter, action: CourtAction, notes: dict[UUID, str]) -> CourtActionView:
    told = action.model_dump(include={"id", "forum", "told_by", "received_at", "filed_at", "state", "reasons", "counter_notice_id"})
    content = await open_json(matter, action.content, place=CONTENT)
    ended = _noted(action.ended_by, action.ended_at, action.ended_note, notes)
    stays_down = action.stays_down if ended else None
    held = action.state == ActionState.HOLDING
    return CourtActionView.model_validate({**told, **content, "held": held, "ended": ended, "stays_down": stays_down})


async def _counter(matter: Matter, counter: CounterNotice, titles: dict[UUID, str], notes: dict[UUID, str]) -> CounterNoticeView:
    wikis = {page.id: page.wiki for page in matter.pages}
    window = counter.window
    return CounterNoticeView(
        id=counter.id,
        state=CounterState(counter.state),
        reading=ReadingView.model_validate(await open_json(matter, counter.reading, place=READING)),
        reading_failed=counter.unread,
        received_at=counter.received_at,
        received_by_agent_at=counter.complete_with_agent_at,
        pages=[PlaceView(wiki=wikis[page_id], title=titles[page_id]) for page_id in counter.page_ids],
        reasons=[ReasonView(**one) for one in counter.reasons] or None,
        subscriber_verified=VerifiedView(
            how=notes[counter.verified_note],
            wiki_user=await open_text(matter, counter.subscriber, place=SUBSCRIBER) if counter.subscriber else None,
            by=counter.verified_by,
            at=counter.verified_at,
        )
        if counter.verified_note and counter.verified_by and counter.verified_at
        else None,
        window=WindowView(opens=window.opens, target=window.target, closes=window.closes) if window else None,
        early_restoration=True if counter.early_by else None,
        completed_at=counter.completed_at,
        signer_allowed=_noted(counter.agent_by, counter.agent_at, counter.agent_note, notes),
        released_at=counter.released_at,
        withdrawn_at=counter.withdrawn_at,
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
    notice = matter.notice
    if notice.state != State.REJECTED:
        return None
    return [*(ReasonView.of(reason) for reason in lacks(notice.missing) if notice.answered_as is None), *rejected_for(matter, notes)]


def rejected_for(matter: Matter, notes: dict[UUID, str]) -> list[ReasonView]:
    """Give the grounds of a rejection with the sentences that the complainant is told."""
    notice, recommended = matter.notice, matter.recommendation
    if notice.answered_as is not None and notice.decided_at is not None:
        return [ReasonView.of(said_of(AnsweredAs(notice.answered_as), on=calendar_day(notice.decided_at)))]
    if recommended is None:
        return []
    grounds = json.loads(notes[recommended.note_id])["grounds"]
    return [ReasonView.of(reason) for reason in rejection(grounds, on=calendar_day(recommended.at))]


def _receipt(notification_id: UUID | None, delivered_at: datetime | None) -> dict[str, str] | None:
    if notification_id is None or delivered_at is None:
        return None
    return {"notification_id": str(notification_id), "delivered_at": delivered_at.isoformat().replace("+00:00", "Z")}


def _noted(by: str | None, at: datetime | None, note: UUID | None, notes: dict[UUID, str]) -> NotedView | None:
    return NotedView(by=by, at=at, note=notes[note]) if by and at and note else None
