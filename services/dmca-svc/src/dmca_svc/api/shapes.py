"""The shapes that callers are shown, as API.md names them."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from kernel.decision import Reason
from kernel.review import StepState
from pydantic import BaseModel, Field, PlainSerializer

from dmca_svc.model import Channel, CounterState, Course, Forum, PageState, State, ToldBy
from dmca_svc.reading import Document, Verdict
from dmca_svc.tables import Notice

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


class CourtActionView(BaseModel):
    """A court or Claims Board action: whether it holds, and if not, why."""

    id: UUID
    forum: Forum
    told_by: ToldBy = Field(serialization_alias="from")
    received_at: Moment
    held: bool
    state: Literal["holding", "not_holding"]
    reasons: list[ReasonView]
    filed_at: Moment | None = None
    court: str | None = None
    docket: str | None = None
    text: str | None = None
    counter_notice_id: UUID | None = None


class LetterView(BaseModel):
    """The words of a letter, for whoever judges it. `attachments` were counted by media type and never opened (D20)."""

    text: str
    channel: Channel
    received_at: Moment
    received_by_agent_at: Moment | None = None
    attachments: dict[str, int]
    reading_failed: str | None = None


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
    court_actions: list[CourtActionView] | None = None
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
