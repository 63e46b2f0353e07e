"""The parts of which shapes are made: a moment, a reason, a page, who said so, and what a takedown leaves behind."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from kernel.decision import Reason
from pydantic import BaseModel, Field, PlainSerializer

from dmca_svc.model.hold import HoldCause
from dmca_svc.model.joining import JoinedAs
from dmca_svc.model.uploader import ActingAccount
from dmca_svc.model.withdrawal import VerifiedBy

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


class InformedView(BaseModel):
    """The proof that somebody was told: when, by which way, and notify's receipt."""

    at: Moment
    channel: str
    notification_id: UUID


class UploaderView(BaseModel):
    """Who gave which pages, by a person's word; `letter` is how far the letter to them is."""

    id: UUID
    wiki_user: str
    pages: list[PlaceView]
    recorded_by: str
    recorded_at: Moment
    letter: Literal["queued", "delivered", "failed", "uncertain", "suppressed"] | None = None
    informed: InformedView | None = None


class PageReceiptView(BaseModel):
    """What shows that a page came down or went back; `other_notice` that another notice had it down before."""

    effect: Literal["removed", "restored"]
    log_id: int | None = None
    revision_id: int | None = None
    url: str | None = None
    other_notice: UUID | None = None
    acting_account: ActingAccount
    by: str
    at: Moment


class EvidenceCountView(BaseModel):
    """How many files were added to a notice and are kept, and how many were removed."""

    kept: int
    removed: int


class NotedView(BaseModel):
    """Who of Legal said so, when and why."""

    by: str
    at: Moment
    note: str


class HoldView(BaseModel):
    """An order or a measure that keeps pages down, under whichever notice."""

    id: UUID
    cause: HoldCause
    pages: list[PlaceView]
    laid: NotedView
    ended: NotedView | None = None


class ComplainantVerifiedView(BaseModel):
    """What a withdrawal rests on: confirmed by a person, who says how in `note`; the letter's sender; or the recorder's own word."""

    how: VerifiedBy
    by: str
    at: Moment
    note: str | None = None


class WithdrawalView(BaseModel):
    """What the complainant took back; no pages: the whole letter, before a person had named any. `letter` is the one that joined."""

    pages: list[PlaceView]
    by: str
    at: Moment
    complainant_verified: ComplainantVerifiedView
    letter: UUID | None = None


class JoinedView(BaseModel):
    """A letter that came by itself, and what it became under this notice."""

    letter: UUID
    joined_as: JoinedAs = Field(serialization_alias="as")
    became: UUID
    by: str
    at: Moment
