"""What Lumen would be given of a notice, and giving it (D22)."""

from typing import Annotated, Any
from uuid import UUID

from chassis.http import OpenEdge, Router
from fastapi import Query
from kernel.actor import Role
from pydantic import BaseModel, Field

from dmca_svc.actions import lumen as actions
from dmca_svc.actions.lumen import Preview
from dmca_svc.actions.matter import load
from dmca_svc.api.forms import Form
from dmca_svc.api.parts import Moment, ReasonView
from dmca_svc.api.shapes import NoticeView
from dmca_svc.api.views import show_notice
from dmca_svc.model.lumen import LumenState
from dmca_svc.tables import LumenSubmission, Notice

lumen = Router(prefix="/dmca/v1", tags=["dmca"])
GIVERS = (Role.LEGAL, Role.COMMUNICATIONS)


class LumenForm(Form):
    """The digest of what was previewed; `withhold_work` as it was previewed."""

    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    withhold_work: Annotated[bool, Field(strict=True)] = False


class LumenReceiptForm(Form):
    """What a person found at Lumen: its number of the notice; without one the notice is not there."""

    lumen_id: Annotated[str, Field(pattern=r"^[0-9]{1,20}$")] | None = None


class SubmissionView(BaseModel):
    """The last attempt to give it."""

    state: LumenState
    by: str
    at: Moment
    digest: str
    error: str | None = None
    lumen_id: str | None = None
    receipt_at: Moment | None = None

    @classmethod
    def of(cls, row: LumenSubmission) -> "SubmissionView":
        """Show a row."""
        return cls.model_validate(row.model_dump(include=set(cls.model_fields)))


class LumenView(BaseModel):
    """What Lumen would be given, whether it may be given now, and the last attempt. `notice` has the fields of Lumen's API."""

    notice: dict[str, Any]
    digest: str
    may_be_given: bool
    reasons: list[ReasonView] | None = None
    submission: SubmissionView | None = None

    @classmethod
    def of(cls, found: Preview) -> "LumenView":
        """Show a preview."""
        return cls(
            notice=found.notice,
            digest=found.digest,
            may_be_given=not found.reasons,
            reasons=[ReasonView.of(reason) for reason in found.reasons] or None,
            submission=SubmissionView.of(found.last) if found.last else None,
        )


@lumen.get("/notices/{notice_id}/lumen", roles=GIVERS, reads="a legal letter and its parties")
async def preview_lumen(
    edge: OpenEdge,
    notice_id: UUID,
    *,
    withhold_work: Annotated[bool, Query(description="leave out the passage that names the work")] = False,
) -> LumenView:
    """Read what Lumen would be given of a notice; nothing is sent by reading it.

    Names of natural persons, addresses, telephones and e-mails are left out by a rule; whoever reads it looks whether one was missed.
    """
    matter = await load(edge, await edge.get(Notice, notice_id, "notice"))
    return LumenView.of(await actions.preview(matter, withhold_work=withhold_work))


@lumen.post(
    "/notices/{notice_id}/lumen",
    roles=GIVERS,
    refuses=(
        "lumen_off",
        "lumen_no_notice",
        "lumen_undecided",
        "lumen_unannounced",
        "lumen_nothing",
        "lumen_given",
        "lumen_uncertain",
        "stale_digest",
    ),
    example={"digest": "0" * 64},
)
async def give_to_lumen(edge: OpenEdge, notice_id: UUID, form: LumenForm) -> LumenView:
    """Give a notice to Lumen, exactly as it was previewed; off unless configured."""
    _, found = await actions.give(edge, notice_id, seen=form.digest, withhold_work=form.withhold_work)
    return LumenView.of(found)


@lumen.post("/notices/{notice_id}/lumen/receipt", roles=GIVERS, refuses=("lumen_certain",), example={"lumen_id": "4711"})
async def record_lumen_receipt(edge: OpenEdge, notice_id: UUID, form: LumenReceiptForm) -> NoticeView:
    """Record whether Lumen has a notice whose sending broke off; one that is not there may be given again."""
    return await show_notice(await actions.settle_lumen(edge, notice_id, lumen_id=form.lumen_id))
