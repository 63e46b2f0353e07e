"""What a CheckUser found, over HTTP: kept by who ran it, read by those of the case, held and released with a reason (R74-R77, D19)."""

from uuid import UUID

from chassis.http import OpenEdge, Router
from kernel.actor import Role
from pydantic import BaseModel

from ban_svc.actions import check_results as kept
from ban_svc.api.actions import SIGNERS, readable
from ban_svc.api.forms import Form, Note, NoteForm
from ban_svc.api.shapes import Moment
from ban_svc.model.spec import Moment as Told
from ban_svc.rules.check_result import PROVES
from ban_svc.tables import CheckResult

results = Router(prefix="/bans/v1", tags=["bans"])

HOLDERS = (Role.LEGAL, Role.TEAM_MANAGER)
_EXAMPLE_MOMENT = "2026-11-02T09:00:00Z"


class CheckResultForm(Form):
    """What the check found, in words, and when it was collected."""

    text: Note
    collected_at: Told


class CheckResultView(BaseModel):
    """That a result is kept, until when, and whether it is held; the text is in the list that those of the case read."""

    id: UUID
    action_id: UUID
    by: str
    collected_at: Moment
    until: Moment
    destroyed_at: Moment | None = None


class HoldView(BaseModel):
    """Why a result is kept longer than ninety days, and why no more."""

    by: str
    at: Moment
    reason: str | None = None
    released_by: str | None = None
    released_at: Moment | None = None
    release: str | None = None


class ShownResultView(CheckResultView):
    """A result with its text, until it is over, and its latest hold."""

    text: str | None = None
    hold: HoldView | None = None


class CheckResultsView(BaseModel):
    """What a check found; `notice` goes with it wherever it is read."""

    notice: str
    items: list[ShownResultView]


@results.post(
    "/actions/{action_id}/checkuser-results",
    roles=(Role.EVALUATOR, Role.ENFORCER),
    status=201,
    creates=True,
    refuses=("not_a_check", "not_in_force", "not_of_the_check", "collected_later", "collected_before", "result_over"),
    example={"text": "Both accounts were used from one network that hundreds share.", "collected_at": _EXAMPLE_MOMENT},
)
async def keep_check_result(edge: OpenEdge, action_id: UUID, form: CheckResultForm) -> CheckResultView:
    """Keep what a CheckUser found, sealed under a key of its own that is destroyed ninety days after the collection."""
    return _view(await kept.keep_result(edge, action_id, text=form.text, collected_at=form.collected_at))


@results.get(
    "/actions/{action_id}/checkuser-results",
    roles=(Role.EVALUATOR, Role.ENFORCER, *SIGNERS),
    reads="the result",
    refuses=("not_of_the_case",),
)
async def read_check_results(edge: OpenEdge, action_id: UUID) -> CheckResultsView:
    """Read what a CheckUser found, as one of the case; each result is logged as read, with your reason."""
    await readable(edge, action_id)
    return CheckResultsView(notice=PROVES, items=[_shown(one) for one in await kept.results_of(edge, action_id)])


@results.post(
    "/actions/{action_id}/checkuser-results/{result_id}/hold",
    roles=HOLDERS,
    refuses=("result_over", "held_already", "holds_own"),
    example={"note": "A court ordered it to be preserved."},
)
async def hold_check_result(edge: OpenEdge, action_id: UUID, result_id: UUID, form: NoteForm) -> CheckResultView:
    """Keep a result longer than its ninety days, for a reason on record."""
    return _view(await kept.hold_result(edge, action_id, result_id, reason=form.note))


@results.post(
    "/actions/{action_id}/checkuser-results/{result_id}/release",
    roles=HOLDERS,
    refuses=("not_held",),
    example={"note": "The proceedings have ended."},
)
async def release_check_result(edge: OpenEdge, action_id: UUID, result_id: UUID, form: NoteForm) -> CheckResultView:
    """Hold a result no longer; where its ninety days are over it is destroyed at once."""
    return _view(await kept.release_result(edge, action_id, result_id, reason=form.note))


def _view(row: CheckResult) -> CheckResultView:
    return CheckResultView.model_validate({name: getattr(row, name) for name in CheckResultView.model_fields})


def _shown(one: kept.Shown) -> ShownResultView:
    hold = one.hold and HoldView(
        by=one.hold.by,
        at=one.hold.at,
        reason=one.reason,
        released_by=one.hold.released_by,
        released_at=one.hold.released_at,
        release=one.release,
    )
    return ShownResultView.model_validate(_view(one.result).model_dump() | {"text": one.text, "hold": hold})
