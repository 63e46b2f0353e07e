"""Routes of keeping and erasing: who asked is erased at their wish, a decision not to act is reviewed each year (D14, D27)."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from chassis.http import After, Limit, OpenEdge, Page, Router
from chassis.http.paging import DEFAULT_LIMIT
from fastapi import Query
from kernel.actor import Role
from kernel.workdays import calendar_day
from pydantic import BaseModel, StrictBool

from intake_svc.actions import dates, erasure
from intake_svc.actions.counsel import read_for_counsel
from intake_svc.api.requests import actor_of
from intake_svc.api.views import ReasonView
from intake_svc.model.retention import Asked, Erased, ErasureState, Why
from intake_svc.model.shapes import Code, Shape
from intake_svc.rules import retention as rules
from intake_svc.tables import Case, Erasure

erasures = Router(prefix="/intake/v1", tags=["intake"])
COUNSEL = (Role.LEGAL, Role.AUDITOR)
NEEDED = ("erased_already", "matter_goes_on", "preserved_by_law", "held", "action_in_review", "appeal_open")
TWO = ("no_erasure_proposed", "own_erasure")


class ErasureForm(Shape):
    """On which ground it is asked for, and how who asks was shown to be who asked; no word of theirs."""

    ground: Code
    verified: Code


class ReviewForm(Shape):
    """Whether what a decision not to act rests on is kept for another year."""

    keep: StrictBool


class ConfirmationForm(Shape):
    """Nothing but that it is confirmed."""


class ErasureView(BaseModel):
    """An erasure: what, why, by whom, and which keys are gone. What was erased nothing tells."""

    id: UUID
    what: Erased
    request_id: UUID | None = None
    case_id: UUID | None = None
    why: Why
    ground: str | None = None
    verified: str | None = None
    state: ErasureState
    by: str
    at: datetime
    confirmed_by: str | None = None
    done_at: datetime | None = None
    key_ids: list[UUID]

    @classmethod
    def of(cls, row: Erasure) -> Self:
        """Show a row."""
        return cls(**row.model_dump())


class ErasureList(BaseModel):
    """The erasures of a request, oldest first."""

    items: list[ErasureView]


class RetentionView(BaseModel):
    """Until when a case and the contact of who asked are kept, as things are; `needed` is what would keep them longer today."""

    case_id: UUID
    contact_until: datetime | None = None
    until: datetime | None = None
    review_at: datetime | None = None
    erased_at: datetime | None = None
    needed: list[ReasonView]


class ReviewView(BaseModel):
    """A case whose decision not to act is reviewed, and when."""

    case_id: UUID
    kind: str
    decided_at: datetime | None = None
    review_at: datetime | None = None
    erased_at: datetime | None = None

    @classmethod
    def of(cls, row: Case) -> Self:
        """Show a row."""
        return cls(case_id=row.id, kind=row.kind, decided_at=row.decided_at, review_at=row.review_at, erased_at=row.erased_at)


@erasures.post(
    "/requests/{request_id}/erasure",
    roles=(Role.LEGAL,),
    refuses=(*NEEDED, "erasure_ground_unknown", "not_verified"),
    example={"ground": "asked_by_requester", "verified": "confirmed_address"},
)
async def propose_erasure(edge: OpenEdge, request_id: UUID, form: ErasureForm) -> ErasureView:
    """Propose to erase who asked, and what they wrote; a second person confirms.

    The record of the decision stays: what was decided, when, who signed, the digest. Everything that still needs who asked is told at once.
    """
    asked = Asked(form.ground, form.verified)
    return ErasureView.of(await erasure.propose(edge, request_id, asked, by=actor_of(edge)))


@erasures.post("/requests/{request_id}/erasure/confirmation", roles=(Role.LEGAL, Role.TEAM_MANAGER), refuses=(*TWO, *NEEDED), example={})
async def confirm_erasure(edge: OpenEdge, request_id: UUID, form: ConfirmationForm) -> ErasureView:  # noqa: ARG001 - a body that says nothing
    """Confirm an erasure as a second person: the keys are destroyed at once, and nothing brings it back."""
    return ErasureView.of(await erasure.confirm(edge, request_id, by=actor_of(edge)))


@erasures.get("/requests/{request_id}/erasure", roles=(*COUNSEL, Role.TEAM_MANAGER))
async def list_erasures(edge: OpenEdge, request_id: UUID) -> ErasureList:
    """List what was erased of a request, or is proposed to be, by itself or with its case."""
    return ErasureList(items=[ErasureView.of(one) for one in await erasure.of_request(edge, request_id, actor_of(edge))])


@erasures.get("/cases/{case_id}/retention", roles=COUNSEL, reads="how long a case is kept")
async def read_retention(edge: OpenEdge, case_id: UUID) -> RetentionView:
    """Read until when a case is kept, and what would keep it longer today."""
    row = await read_for_counsel(edge, case_id, actor_of(edge))
    kept, on = await dates.kept_of(edge, row), calendar_day(edge.now)
    needed = () if kept.erased else rules.may_destroy(kept, on=on).reasons
    return RetentionView(
        case_id=row.id,
        contact_until=rules.contact_until(kept, on=on),
        until=rules.kept_until(kept, on=on),
        review_at=row.review_at,
        erased_at=row.erased_at,
        needed=[ReasonView(code=one.code, says=one.says, cite=one.cite) for one in needed],
    )


@erasures.post(
    "/cases/{case_id}/retention-review", roles=(Role.LEGAL,), refuses=("no_review_due", "action_in_force", *NEEDED), example={"keep": True}
)
async def review_retention(edge: OpenEdge, case_id: UUID, form: ReviewForm) -> ReviewView:
    """Say whether the notes of a decision not to act are kept for another year; not to keep them is confirmed by a second person."""
    return ReviewView.of(await erasure.review(edge, case_id, keep=form.keep, by=actor_of(edge)))


@erasures.post(
    "/cases/{case_id}/retention-review/confirmation", roles=(Role.LEGAL,), refuses=(*TWO, "action_in_force", *NEEDED), example={}
)
async def confirm_retention_review(edge: OpenEdge, case_id: UUID, form: ConfirmationForm) -> ReviewView:  # noqa: ARG001 - as above
    """Confirm as a second person that what a decision not to act rests on is destroyed."""
    return ReviewView.of(await erasure.confirm_review(edge, case_id, by=actor_of(edge)))


@erasures.get("/retention-reviews", roles=COUNSEL)
async def list_retention_reviews(
    edge: OpenEdge,
    before: Annotated[bool, Query(alias="due", description="only those whose day has come")] = True,
    after: After = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[ReviewView]:
    """List the decisions not to act that are reviewed, in the order in which their requests came."""
    return await erasure.reviews(edge, actor_of(edge), ReviewView.of, due=before, after=after, limit=limit)
