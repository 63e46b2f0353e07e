"""The shapes that callers are shown, as API.md names them."""

from typing import Annotated, Any, Literal
from uuid import UUID

from kernel.review import StepState
from pydantic import BaseModel, Field

from dmca_svc.api.parts import (
    EvidenceCountView,
    HoldView,
    JoinedView,
    Moment,
    NotedView,
    PageReceiptView,
    PlaceView,
    ReasonView,
    UploaderView,
    WithdrawalView,
)
from dmca_svc.model import ActionState, AnsweredAs, Channel, CounterState, Course, Forum, PageState, State, ToldBy
from dmca_svc.model.joining import JoinedAs
from dmca_svc.reading import Document, Verdict
from dmca_svc.tables import Notice


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
    """A page of the notice and whether it is to be seen.

    `down_for` is another notice for which it was down when this one named it; `withdrawn` that this one was taken back for it;
    `kept_by_measure` that a measure of the house keeps it down.
    """

    page: PlaceView
    state: PageState
    restored_in_error: bool | None = None
    down_for: UUID | None = None
    withdrawn: bool | None = None
    kept_by_measure: bool | None = None
    receipts: list[PageReceiptView] | None = None


class CureRequestView(BaseModel):
    """An attempt to contact the complainant; `letter` is how far its letter is."""

    at: Moment
    by: str
    missing: list[str]
    lapses_at: Moment
    letter: str | None = None
    letter_at: Moment | None = None


class CureView(BaseModel):
    """What the complainant was asked for, by when contact was due, and what came."""

    contact_due_at: Moment | None = None
    requests: list[CureRequestView]
    received: list[Moment]
    open_until: Moment | None = None
    lapsed: bool | None = None


class AnsweredView(BaseModel):
    """How a letter was put away that is no formal notice; `became` is what was made of it where it `joins`."""

    answer: AnsweredAs
    by: str
    joins: UUID | None = None
    joined_as: JoinedAs | None = Field(None, serialization_alias="as")
    became: UUID | None = None


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
    wiki_user: str | None = None
    by: str
    at: Moment


class WindowView(BaseModel):
    """When the material may go back."""

    opens: Moment
    target: Moment
    closes: Moment


class CounterNoticeView(BaseModel):
    """A counter-notice. `reasons` say why no window is open for it, `completed_at` when the last text that completes it came."""

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
    completed_at: Moment | None = None
    signer_allowed: NotedView | None = None
    released_at: Moment | None = None
    withdrawn_at: Moment | None = None


class CourtActionView(BaseModel):
    """A court or Claims Board action: whether it holds, and if not, why; and how it ended."""

    id: UUID
    forum: Forum
    told_by: ToldBy = Field(serialization_alias="from")
    received_at: Moment
    held: bool
    state: ActionState
    reasons: list[ReasonView]
    ended: NotedView | None = None
    stays_down: bool | None = None
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
    completions: list["LetterView"] | None = None


class NoticeView(BaseModel):
    """A notice, whole. `verdict` and `missing` are a person's word; `reading` is the machine's, of the letter with what completed it.

    `automatic` says that by its headers no person wrote it, `duplicate_of` that the same letter came before; `proposed_grounds` are
    those of a rejection that the pages speak for, `could_join` the notices that a letter which is none may belong to: a person says.
    """

    id: UUID
    state: State
    reading: ReadingView
    reading_failed: str | None = None
    attachments: dict[str, int] | None = None
    evidence: EvidenceCountView | None = None
    channel: Channel
    received_at: Moment
    statutory_at: Moment | None = None
    automatic: bool | None = None
    duplicate_of: UUID | None = None
    verdict: Verdict | None = None
    missing: list[str] | None = None
    cure: CureView | None = None
    answered: AnsweredView | None = None
    could_join: list[UUID] | None = None
    joined: list[JoinedView] | None = None
    withdrawn_at: Moment | None = None
    withdrawals: list[WithdrawalView] | None = None
    clock: ClockView
    pages: list[PageView]
    proposed_grounds: list[str] | None = None
    review: ReviewView | None = None
    rejection: list[ReasonView] | None = None
    counter_notices: list[CounterNoticeView]
    court_actions: list[CourtActionView] | None = None
    announcements: list[AnnouncementView]
    country: str | None = None
    unannounced: NotedView | None = None
    uploaders: list[UploaderView]
    holds: list[HoldView] | None = None
    open_points: list[ReasonView]
    version: int
