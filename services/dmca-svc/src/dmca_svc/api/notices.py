"""The routes of a notice: from the letter to the takedown (R39-R43, D8, D9)."""

from typing import Annotated, Literal
from uuid import UUID

from chassis.http import After, Limit, OpenEdge, Page, Prepared, Router, page
from kernel.actor import Role
from sqlmodel import col, select

from dmca_svc.actions import assessment, receipt, review, takedown
from dmca_svc.actions.matter import load
from dmca_svc.api.forms import AssessmentForm, ReceiptForm, RecommendationForm, ReviewForm
from dmca_svc.api.notice_line import NoticeLine
from dmca_svc.api.reading import EXAMPLE, LARGEST_LETTER, LETTERS, Posted, read_letter
from dmca_svc.api.shapes import LetterView, NoticeView
from dmca_svc.api.timeline import TimelineItem, timeline_of
from dmca_svc.api.views import show_letter, show_notice
from dmca_svc.model import State
from dmca_svc.reading import Document
from dmca_svc.tables import Notice

notices = Router(prefix="/dmca/v1", tags=["dmca"])
READERS = (Role.EVALUATOR, Role.TEAM_PEER, Role.TEAM_MANAGER, Role.LEGAL, Role.ENFORCER, Role.COMMUNICATIONS, Role.AUDITOR)
LETTER_READERS = (Role.EVALUATOR, Role.TEAM_PEER, Role.TEAM_MANAGER, Role.LEGAL, Role.AUDITOR)
RECEIPT_REFUSALS = ("received_in_future", "received_too_early", "receipt_is_legals", "evidence_missing")
SIGNING_REFUSALS = (
    "not_in_review",
    "review_closed",
    "role_missing",
    "level_not_in_chain",
    "not_in_turn",
    "evaluator_signs",
    "signed_already",
    "stale_digest",
)


@notices.post(
    "/notices",
    roles=(Role.REQUESTER_DESK, Role.LEGAL),
    status=201,
    creates=True,
    accepts=LETTERS,
    body_limit=LARGEST_LETTER,
    prepares=read_letter,
    example=EXAMPLE,
    refuses=RECEIPT_REFUSALS,
)
async def file_notice(edge: OpenEdge, posted: Annotated[Posted, Prepared]) -> NoticeView:
    """Hand in a letter.

    It is read by a process of its own, and kept whatever it was read as; a letter that cannot be read is kept for a person with a
    reading that says nothing and `reading_failed`. Of a letter the words are kept; files that hang on it or are written into it are
    counted by media type and dropped (D20).
    """
    by_legal = edge.actor is not None and edge.actor.holds(Role.LEGAL)
    arrived = receipt.incoming(
        edge, posted.letter, posted.channel, received_at=posted.received_at, evidence=posted.evidence, by_legal=by_legal
    )
    return await show_notice(await receipt.receive(edge, arrived))


@notices.get("/notices", roles=READERS)
async def list_notices(
    edge: OpenEdge,
    *,
    state: State | None = None,
    clock: Literal["running", "at_risk", "breached", "stopped"] | None = None,
    document: Document | None = None,
    duplicate_of: UUID | None = None,
    sender_of: UUID | None = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[NoticeLine]:
    """List notices, oldest receipt first; a list opens no letter.

    By state, clock and what they were read as; `duplicate_of` gives the copies of one letter, `sender_of` all that came from whoever
    sent that notice, it among them.
    """
    query = select(Notice).order_by(col(Notice.received_at), col(Notice.id))
    if state is not None:
        query = query.where(Notice.state == state)
    if clock is not None:
        query = query.where(Notice.clock_state == clock)
    if document is not None:
        query = query.where(Notice.document == document)
    if duplicate_of is not None:
        query = query.where(Notice.duplicate_of == duplicate_of)
    if sender_of is not None:
        sender = await edge.session.scalar(select(Notice.sender_hash).where(Notice.id == sender_of))
        same = Notice.sender_hash == sender if sender is not None else Notice.id == sender_of
        query = query.where(same)
    return await page(edge, query, NoticeLine.of, after=after, limit=limit)


@notices.get("/notices/{notice_id}", roles=READERS, reads="a legal letter and its parties")
async def get_notice(edge: OpenEdge, notice_id: UUID) -> NoticeView:
    """Read a notice, whole."""
    return await show_notice(await load(edge, await edge.get(Notice, notice_id, "notice")))


@notices.get("/notices/{notice_id}/letter", roles=LETTER_READERS, reads="a legal letter and its parties")
async def get_letter(edge: OpenEdge, notice_id: UUID) -> LetterView:
    """Read the words of the letter, which whoever judges it must."""
    notice = await edge.get(Notice, notice_id, "notice")
    matter = await load(edge, notice)
    return await show_letter(matter, notice, matter.cures)


@notices.get("/notices/{notice_id}/timeline", roles=READERS)
async def get_timeline(edge: OpenEdge, notice_id: UUID, after: After = None, limit: Limit = 50) -> Page[TimelineItem]:
    """Read who did what with a notice, when and by which rule; refusals too."""
    await edge.get(Notice, notice_id, "notice")
    return await timeline_of(edge, notice_id, after=after, limit=limit)


@notices.post(
    "/notices/{notice_id}/assessment",
    roles=(Role.EVALUATOR,),
    refuses=("not_in_evaluation", "elements_unjudged", "withdrawn_already"),
    example={
        "elements": dict.fromkeys(("signature", "work", "material", "contact", "good_faith", "accuracy_authority"), True),
        "pages": [{"wiki": "examplewiki", "title": "File:Harbour.jpg"}],
        "note": "All six elements are there.",
    },
)
async def assess_notice(edge: OpenEdge, notice_id: UUID, form: AssessmentForm) -> NoticeView:
    """Say of each element whether it is met.

    A person's word stands over the machine's, and the difference is kept. All six: the notice is compliant; any other stays received with
    its verdict, and a curable one of which the complainant was asked for what is missing goes on waiting for it.
    """
    matter = await assessment.assess(edge, notice_id, form.elements, [one.place() for one in form.pages], form.note)  # type: ignore[arg-type]  # the form's names are texts
    return await show_notice(matter)


@notices.post(
    "/notices/{notice_id}/recommendation",
    roles=(Role.EVALUATOR,),
    refuses=("not_in_evaluation", "not_assessed", "not_compliant", "no_pages", "grounds_not_asked", "ground_missing", "ground_unknown"),
    example={"course": "reject", "grounds": ["fair_use"], "note": "The excerpt is short and discussed in the article."},
)
async def recommend_on_notice(edge: OpenEdge, notice_id: UUID, form: RecommendationForm) -> NoticeView:
    """Recommend to take down or to reject, and open the review."""
    return await show_notice(await assessment.recommend(edge, notice_id, form.course, form.grounds, form.note))


@notices.post(
    "/notices/{notice_id}/reviews",
    roles=(Role.TEAM_PEER, Role.TEAM_MANAGER, Role.LEGAL),
    refuses=SIGNING_REFUSALS,
    example={"level": "legal", "verdict": "approve", "digest": "0" * 64, "note": "The notice stands."},
)
async def review_notice(edge: OpenEdge, notice_id: UUID, form: ReviewForm) -> NoticeView:
    """Sign a level of the review: peer, manager and Legal in turn, one person one signature."""
    if edge.actor is None:
        raise AssertionError("the operation asks for a token")
    matter = await review.sign(edge, notice_id, level=form.level, verdict=form.verdict, digest=form.digest, note=form.note, by=edge.actor)
    return await show_notice(matter)


@notices.post(
    "/notices/{notice_id}/takedown",
    roles=(Role.ENFORCER,),
    refuses=("not_accepted", "level_not_heard", "must_approve", "too_few_approvals", "returned", "running_already", "evaluator_enforces"),
)
async def take_down(edge: OpenEdge, notice_id: UUID) -> NoticeView:
    """Order the takedown that Legal signed; pages come down by their receipts."""
    return await show_notice(await takedown.take_down(edge, notice_id))


@notices.post(
    "/notices/{notice_id}/receipts",
    roles=(Role.ENFORCER,),
    refuses=("no_such_page", "nothing_runs", "held", "kept_by_other_notice", "kept_by_order", "kept_by_measure", "evaluator_enforces"),
    example={"page": {"wiki": "examplewiki", "title": "File:Harbour.jpg"}, "log_id": 4711},
)
async def take_receipt(edge: OpenEdge, notice_id: UUID, form: ReceiptForm) -> NoticeView:
    """Give the receipt of one page: removed while the takedown runs, restored while a restoration does."""
    return await show_notice(await takedown.take_receipt(edge, notice_id, form.page.place(), form.proof()))
