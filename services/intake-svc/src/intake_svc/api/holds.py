"""Routes of legal holds: laid and released by Legal, listed for counsel and the auditor (D27)."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from chassis.http import OpenEdge, Router
from kernel.actor import Role
from pydantic import BaseModel, StringConstraints, model_validator

from intake_svc.actions import holds as actions
from intake_svc.api.forms import Moment
from intake_svc.api.requests import actor_of
from intake_svc.model.hold import Record
from intake_svc.model.shapes import Shape, Words

holds = Router(prefix="/intake/v1", tags=["intake"])
Why = Annotated[Words, StringConstraints(min_length=1)]


class HoldForm(Shape):
    """What is held, why, and until when, if that is known; without `record` the whole case."""

    record: Record = Record.CASE
    record_id: UUID | None = None
    reason: Why
    until: Moment | None = None

    @model_validator(mode="after")
    def _names_it(self) -> Self:
        if (self.record is Record.CASE) is not (self.record_id is None):
            raise ValueError("give `record_id` for anything but the whole case, and for the whole case none")
        return self


class ReleaseForm(Shape):
    """Why a hold ends."""

    reason: Why


class HoldView(BaseModel):
    """A hold and, once it was released, by whom and why."""

    id: UUID
    record: Record
    record_id: UUID
    reason: str
    until: datetime | None = None
    by: str
    at: datetime
    released_at: datetime | None = None
    released_by: str | None = None
    release_reason: str | None = None

    @classmethod
    def of(cls, held: actions.Held) -> Self:
        """Show a hold."""
        row = held.row
        return cls(
            id=row.id,
            record=Record(row.record),
            record_id=row.record_id,
            reason=held.reason,
            until=row.until,
            by=row.by,
            at=row.at,
            released_at=row.released_at,
            released_by=row.released_by,
            release_reason=held.release_reason,
        )


class HoldList(BaseModel):
    """The holds of a case, oldest first."""

    items: list[HoldView]


@holds.post(
    "/cases/{case_id}/holds",
    roles=(Role.LEGAL,),
    status=201,
    creates=True,
    refuses=("not_of_this_case", "hold_is_over"),
    example={"reason": "A court asked for it.", "until": "2027-11-02T09:30:00Z"},
)
async def hold_case_record(edge: OpenEdge, case_id: UUID, form: HoldForm) -> HoldView:
    """Hold a case or one of its records: while the hold lives nothing of it is erased, by nobody."""
    held = await actions.lay_hold(
        edge, case_id, form.record, form.record_id or case_id, reason=form.reason, until=form.until, by=actor_of(edge)
    )
    return HoldView.of(held)


@holds.get("/cases/{case_id}/holds", roles=(Role.LEGAL, Role.AUDITOR), reads="the legal holds of a case")
async def list_case_holds(edge: OpenEdge, case_id: UUID) -> HoldList:
    """List the holds that were ever laid on a case or a record of it, ended ones too."""
    return HoldList(items=[HoldView.of(one) for one in await actions.list_holds(edge, case_id, actor_of(edge))])


@holds.delete(
    "/cases/{case_id}/holds/{hold_id}",
    roles=(Role.LEGAL,),
    refuses=("held_no_more",),
    example={"reason": "The court's order was lifted."},
)
async def release_case_hold(edge: OpenEdge, case_id: UUID, hold_id: UUID, form: ReleaseForm) -> HoldView:
    """Release a hold, with a reason; it stays on record."""
    return HoldView.of(await actions.release_hold(edge, case_id, hold_id, reason=form.reason, by=actor_of(edge)))
