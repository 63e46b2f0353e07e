"""What callers are shown: the shapes of API.md, made of rows and of what was opened for this caller."""

import json
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from kernel.decision import Reason
from kernel.review import StepState, approvals_of, state_of, steps_of
from kernel.workdays import calendar_day
from pydantic import BaseModel, Field, PlainSerializer

from dmca_svc.actions.matter import Matter
from dmca_svc.actions.text import READING, open_access, open_json, open_notes, open_titles
from dmca_svc.model import Channel, CounterState, Course, Forum, PageState, State, ToldBy
from dmca_svc.reading import Document, Verdict
from dmca_svc.rules.assessment import lacks
from dmca_svc.rules.recommendation import rejection
from dmca_svc.tables import CounterNotice, CourtAction, Notice

Moment = Annotated[datetime, PlainSerializer(lambda at: at.isoformat().replace("+00:00", "Z"), return_type=str)]


class ReasonView(BaseModel):
    """Why, with its source."""

    code: str
    says: str
    cite: str

    @classmethod
    def of(cls, reason: Reason) -> "ReasonView":
        """Show a reason."""
        return cls(code=reason.code, says=reason.says, cite=reason.cite)


class PlaceView(BaseModel):
    """A page."""

    wiki: str
    title: str
    revision_id: int | None = None


class FindingView(BaseModel):
    """Whether an element is there, and where."""

    present: bool
    where: str | None = None


class ContactView(BaseModel):
    """Who wrote, as far as the letter says so."""

    name: str | None = None
    organisation: str | None = None
    email: str | None = None


class ReadingView(BaseModel):
    """What the machine read: a proposal, never a decision."""

    document: Document
    elements: dict[str, FindingView]
    urls: list[str]
    pages: list[PlaceView]
    contact: ContactView
    missing: list[str]
    verdict: Verdict
    confidence: Annotated[float, Field(ge=0, le=1)]


class ClockView(BaseModel):
    """The policy clock; a guideline, never a block (R97)."""

    target_at: Moment
    at_risk_at: Moment
    state: Literal["running", "at_risk", "breached", "stopped"]
    extensions: list[dict[str, Any]] = []

    @classmethod
    def of(cls, notice: Notice) -> "ClockView":
        """Show a notice's clock."""
        return cls.model_validate({"target_at": notice.target_at, "at_risk_at": notice.at_risk_at, "state": notice.clock_state})


class PageView(BaseModel):
    """A page of the notice and whether it is to be seen."""

    page: PlaceView
    state: PageState
    restored_in_error: bool | None = None


class StepView(BaseModel):
    """A level of the review."""

    level: str
    required: bool
    state: StepState
    by: str | None = None
    at: Moment | None = None
    note: str | None = None


class ReviewView(BaseModel):
    """The review of what is recommended."""

    course: Literal["act"] = "act"
    recommended: Course
    digest: str
    steps: list[StepView]
    approvals: int
    state: Literal["open", "approved", "declined", "returned"]


class AnnouncementView(BaseModel):
    """Where the takedown is made known; `receipt` is notify's."""

    where: Literal["foundation", "commons"]
    state: Literal["waiting", "queued", "delivered", "failed", "uncertain", "suppressed"]
    receipt: dict[str, str] | None = None


class VerifiedView(BaseModel):
    """How, by whom and when the subscriber was verified."""

    how: str
    by: str
    at: Moment


class WindowView(BaseModel):
    """When the material may go back."""

    opens: Moment
    target: Moment
    closes: Moment


class CounterNoticeView(BaseModel):
    """A counter-notice. `reasons` say why no window is open for it."""

    id: UUID
    state: CounterState
    reading: ReadingView
    reading_failed: str | None = None
    received_at: Moment
    received_by_agent_at: Moment | None = None
    pages: list[PlaceView]
    reasons: list[ReasonView] | None = None
    subscriber_verified: VerifiedView | None = None
    window: WindowView | None = None
    early_restoration: bool | None = None


class NoticeView(BaseModel):
    """A notice, whole. `verdict` and `missing` are a person's word; `reading` is the machine's."""

    id: UUID
    state: State
    reading: ReadingView
    reading_failed: str | None = None
    attachments: dict[str, int] | None = None
    channel: Channel
    received_at: Moment
    verdict: Verdict | None = None
    missing: list[str] | None = None
    clock: ClockView
    pages: list[PageView]
    review: ReviewView | None = None
    rejection: list[ReasonView] | None = None
    counter_notices: list[CounterNoticeView]
    announcements: list[AnnouncementView]
    version: int


class NoticeLine(BaseModel):
    """A notice in a list: nothing of its letter, its pages or its parties."""

    id: UUID
    state: State
    document: Document
    channel: Channel
    received_at: Moment
    verdict: Verdict | None = None
    clock: ClockView
    version: int

    @classmethod
    def of(cls, notice: Notice) -> "NoticeLine":
        """Show a row."""
        told = notice.model_dump(include={"id", "state", "document", "channel", "received_at", "verdict", "version"})
        return cls.model_validate({**told, "clock": ClockView.of(notice)})


class CourtActionView(BaseModel):
    """A court or Claims Board action: whether it holds, and if not, why."""

    id: UUID
    forum: Forum
    told_by: ToldBy = Field(serialization_alias="from")
    received_at: Moment
    held: bool
    state: Literal["holding", "not_holding"]
    reasons: list[ReasonView]
    counter_notice_id: UUID | None = None

    @classmethod
    def of(cls, action: CourtAction) -> "CourtActionView":
        """Show a row."""
        told = action.model_dump(include={"id", "forum", "told_by", "received_at", "state", "reasons", "counter_notice_id"})
        return cls.model_validate({**told, "held": action.state == "holding"})


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
