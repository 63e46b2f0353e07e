"""Routes of the duty to report to NCMEC: one of the named readers decides and sends; not to report needs three (R55, D21)."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from chassis.http import OpenEdge, Router
from kernel.actor import Role
from kernel.workdays import calendar_day
from pydantic import BaseModel, StrictBool, StringConstraints

from intake_svc.actions import cybertip as actions
from intake_svc.api.requests import actor_of
from intake_svc.api.sealed import GROUP
from intake_svc.model.cybertip import Answered, Environment, NotRequired, Step, TipState, Waiving
from intake_svc.model.shapes import Code, Shape, Words
from intake_svc.rules import POLICY
from intake_svc.rules.cybertip import dropped_at

cybertip = Router(prefix="/intake/v1", tags=["intake"])
Note = Annotated[Words, StringConstraints(min_length=1)]


class TipForm(Shape):
    """Which violation is apparent, and why; the note goes into the sealed record."""

    incident_type: Code
    note: Note


class WaiverForm(Shape):
    """Why it is not reported; whether it promotes, or approaches minors, which no exclusion covers (R52, R54)."""

    ground: NotRequired
    promotes: StrictBool = False
    approaches: StrictBool = False
    note: Note


class AttemptView(BaseModel):
    """A submission; with `drops_at` one that may have opened a report nobody finishes, which NCMEC drops then."""

    at: datetime
    environment: Environment
    answered: Answered
    report_id: str | None = None
    drops_at: datetime | None = None


class TipView(BaseModel):
    """Where the duty of a case stands; `guidance` names the policy that holds the further detail (R58)."""

    state: TipState
    step: Step
    incident_type: str | None = None
    report_id: str | None = None
    environment: Environment | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    finished_at: datetime | None = None
    failure: str | None = None
    not_required_as: NotRequired | None = None
    not_required_by: list[str]
    attempts: list[AttemptView]
    guidance: str

    @classmethod
    def of(cls, told: actions.Told, *, now: datetime) -> Self:
        """Show the duty."""
        tip, on = told.tip, calendar_day(now)
        attempts = [
            AttemptView(
                at=one.at,
                environment=Environment(one.environment),
                answered=Answered(one.answered),
                report_id=one.report_id,
                drops_at=dropped_at(one.at, on=on) if one.answered == Answered.LOST else None,
            )
            for one in told.attempts
        ]
        return cls(
            state=TipState(tip.state),
            step=Step(tip.step),
            incident_type=tip.incident,
            report_id=tip.report_id,
            environment=Environment(tip.environment) if tip.environment else None,
            decided_by=tip.decided_by,
            decided_at=tip.decided_at,
            finished_at=tip.finished_at,
            failure=tip.failure,
            not_required_as=NotRequired(tip.waived_as) if tip.waived_as else None,
            not_required_by=[one for one in (tip.waived_by, tip.second, tip.counsel) if one is not None],
            attempts=attempts,
            guidance=POLICY.value("child_protection_guidance", on=on),
        )


@cybertip.post(
    "/cases/{case_id}/cybertip",
    roles=GROUP,
    refuses=("not_a_named_reader", "reported_already", "report_under_way", "no_such_incident"),
    example={"incident_type": "apparent_material", "note": "reported material"},
)
async def send_cybertip(edge: OpenEdge, case_id: UUID, form: TipForm) -> TipView:
    """Decide that a case is reported to NCMEC, and send it: one of the named readers, without a chain.

    Nothing counts as reported without NCMEC's receipt; until then the duty is open, is tried again, and staff are told.
    """
    told = await actions.report(edge, case_id, incident=form.incident_type, note=form.note, by=actor_of(edge))
    return TipView.of(told, now=edge.now)


@cybertip.get("/cases/{case_id}/cybertip", roles=GROUP, reads="where the report of a case stands")
async def read_cybertip(edge: OpenEdge, case_id: UUID) -> TipView:
    """Read where the duty to report stands, each submission, and NCMEC's number."""
    return TipView.of(await actions.read_tip(edge, case_id, actor_of(edge)), now=edge.now)


@cybertip.post(
    "/cases/{case_id}/cybertip/waiver",
    roles=GROUP,
    refuses=("not_a_named_reader", "reported_already", "duty_is_over", "report_under_way", "waiver_waits", "promotes", "approaches_minors"),
    example={"ground": "school_event", "note": "A school asked how to hold an event."},
)
async def waive_cybertip(edge: OpenEdge, case_id: UUID, form: WaiverForm) -> TipView:
    """Propose not to report a case; a second named reader and Legal confirm it."""
    what = Waiving(form.ground, form.promotes, form.approaches)
    return TipView.of(await actions.waive(edge, case_id, what, note=form.note, by=actor_of(edge)), now=edge.now)


@cybertip.post(
    "/cases/{case_id}/cybertip/waiver/confirmation",
    roles=(*GROUP, Role.LEGAL),
    refuses=("not_a_named_reader", "nothing_waived", "own_proposal", "report_under_way", "legal_confirms", "second_confirms"),
)
async def confirm_cybertip_waiver(edge: OpenEdge, case_id: UUID) -> TipView:
    """Confirm that a case is not reported: a second named reader, and Legal of the group; what was opened meanwhile is retracted."""
    return TipView.of(await actions.confirm_waiver(edge, case_id, by=actor_of(edge)), now=edge.now)
