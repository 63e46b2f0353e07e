"""The routes by which a notice is completed: what it lacks is asked for, and what comes joins it (D8, 17 U.S.C. 512(c)(3)(B)(ii))."""

from typing import Annotated
from uuid import UUID

from chassis.http import OpenEdge, Prepared, Router
from kernel.actor import Role

from dmca_svc.actions import cures as actions
from dmca_svc.actions import receipt
from dmca_svc.api.forms import EmptyForm
from dmca_svc.api.notices import RECEIPT_REFUSALS
from dmca_svc.api.reading import LARGEST_LETTER, LETTERS, Posted, read_cure
from dmca_svc.api.shapes import NoticeView
from dmca_svc.api.views import show_notice

cures = Router(prefix="/dmca/v1", tags=["dmca"])


@cures.post(
    "/notices/{notice_id}/cure-requests",
    roles=(Role.EVALUATOR,),
    refuses=("not_in_evaluation", "not_assessed", "nothing_missing", "not_curable", "cure_asked_already"),
    example={},
)
async def request_cure(edge: OpenEdge, notice_id: UUID, form: EmptyForm | None = None) -> NoticeView:
    """Ask the complainant for what a curable notice lacks.

    The letter names what is missing; the attempt and how far its letter is stay on record. It is due within two business days of receipt.
    """
    del form
    return await show_notice(await actions.request_cure(edge, notice_id))


@cures.post(
    "/notices/{notice_id}/cure",
    roles=(Role.REQUESTER_DESK, Role.LEGAL, Role.EVALUATOR),
    accepts=LETTERS,
    body_limit=LARGEST_LETTER,
    prepares=read_cure,
    example={"text": "I have a good faith belief that the use is not authorized by the owner, its agent, or the law. Ada Example"},
    refuses=("decided_already", "nothing_missing", "automatic_letter", *RECEIPT_REFUSALS),
)
async def take_cure(edge: OpenEdge, notice_id: UUID, posted: Annotated[Posted, Prepared]) -> NoticeView:
    """Hand in what completes a notice.

    It joins the notice, is read together with the letter, and a person judges the whole anew. Found complete, the statute counts from
    the receipt of this text; the policy's clock keeps the first receipt.
    """
    by_legal = edge.actor is not None and edge.actor.holds(Role.LEGAL)
    arrived = receipt.incoming(
        edge, posted.letter, posted.channel, received_at=posted.received_at, evidence=posted.evidence, by_legal=by_legal
    )
    return await show_notice(await actions.take_cure(edge, notice_id, arrived))
