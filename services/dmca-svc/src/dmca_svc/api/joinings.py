"""The route by which a letter that came by itself joins the notice that it belongs to (R87, D8, D10)."""

from typing import Annotated
from uuid import UUID

from chassis.http import OpenEdge, Prepared, Router
from kernel.actor import Role

from dmca_svc.actions import joining
from dmca_svc.api.joining_form import JoiningForm
from dmca_svc.api.reading import read_joining
from dmca_svc.api.shapes import NoticeView
from dmca_svc.api.views import show_notice
from dmca_svc.model.letter import ReadLetter

joinings = Router(prefix="/dmca/v1", tags=["dmca"])


@joinings.post(
    "/notices/{notice_id}/joining",
    roles=(Role.EVALUATOR, Role.LEGAL),
    prepares=read_joining,
    refuses=(
        "not_in_evaluation",
        "never_informal",
        "joins_itself",
        "court_action_is_legals",
        "nothing_taken_down",
        "not_incomplete",
        "completion_unjudged",
        "nothing_to_withdraw",
        "no_such_page",
        "withdrawn_already",
        "complainant_not_verified",
        "decided_already",
        "nothing_missing",
        "automatic_letter",
    ),
    example={"notice_id": "01980000-0000-7000-8000-000000000000", "as": "counter_notice", "note": "It answers our takedown of March."},
)
async def join_letter(
    edge: OpenEdge, notice_id: UUID, form: JoiningForm, read_together: Annotated[ReadLetter | None, Prepared]
) -> NoticeView:
    """Say to which notice a letter belongs, and make of it what it is there.

    A counter-notice, a retraction, word of a court action (Legal's to record) or a cure, with the letter's own reading and receipts;
    the letter is put away and points to what it became.
    """
    return await show_notice(await joining.join(edge, notice_id, form.joins(read_together)))
