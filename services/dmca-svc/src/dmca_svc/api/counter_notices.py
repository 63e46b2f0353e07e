"""The routes of a counter-notice: from the letter through its window to the restoration, or the hold (R45, R46, D10)."""

from typing import Annotated
from uuid import UUID

from chassis.http import OpenEdge, Prepared, Router
from kernel.actor import Role

from dmca_svc.actions import completion, court_actions, holds, receipt
from dmca_svc.actions import counter_notices as actions
from dmca_svc.actions.court_actions import Told
from dmca_svc.actions.matter import load
from dmca_svc.api.forms import (
    CounterAssessmentForm,
    CourtActionForm,
    DocketForm,
    HoldEndForm,
    HoldForm,
    NoteForm,
    RestorationForm,
    TakenBackForm,
)
from dmca_svc.api.notices import LETTER_READERS, RECEIPT_REFUSALS
from dmca_svc.api.reading import EXAMPLE, LARGEST_LETTER, LETTERS, Posted, read_letter
from dmca_svc.api.shapes import CounterNoticeView, CourtActionView, LetterView, NoticeView
from dmca_svc.api.views import show_counter_notice, show_court_action, show_letter, show_notice
from dmca_svc.tables import Notice

counter_notices = Router(prefix="/dmca/v1", tags=["dmca"])
STANDING = ("not_complete", "counter_notice_rejected", "counter_notice_withdrawn", "restored_already", "held")


@counter_notices.post(
    "/notices/{notice_id}/counter-notices",
    roles=(Role.REQUESTER_DESK, Role.LEGAL),
    status=201,
    creates=True,
    accepts=LETTERS,
    body_limit=LARGEST_LETTER,
    prepares=read_letter,
    example=EXAMPLE,
    refuses=("nothing_taken_down", *RECEIPT_REFUSALS),
)
async def file_counter_notice(edge: OpenEdge, notice_id: UUID, posted: Annotated[Posted, Prepared]) -> CounterNoticeView:
    """Hand in a counter-notice against a takedown.

    Its window counts from the day on which the designated agent has a complete text: `channel` legal, or forwarded at that moment.
    """
    by_legal = edge.actor is not None and edge.actor.holds(Role.LEGAL)
    arrived = receipt.incoming(
        edge, posted.letter, posted.channel, received_at=posted.received_at, evidence=posted.evidence, by_legal=by_legal
    )
    return await show_counter_notice(*await receipt.receive_counter_notice(edge, notice_id, arrived))


@counter_notices.get(
    "/notices/{notice_id}/counter-notices/{counter_notice_id}/letter", roles=LETTER_READERS, reads="a legal letter and its parties"
)
async def get_counter_letter(edge: OpenEdge, notice_id: UUID, counter_notice_id: UUID) -> LetterView:
    """Read the words of a counter-notice."""
    matter = await load(edge, await edge.get(Notice, notice_id, "notice"))
    counter = matter.counter(counter_notice_id)
    return await show_letter(matter, counter, await completion.completions(matter, counter))


@counter_notices.post(
    "/notices/{notice_id}/counter-notices/{counter_notice_id}/assessment",
    roles=(Role.EVALUATOR,),
    refuses=("counter_notice_judged", "elements_unjudged", "page_not_taken_down", "page_restored", "page_asked_back"),
    example={
        "elements": dict.fromkeys(("signature", "material", "good_faith_mistake", "contact", "jurisdiction_service"), True),
        "pages": [{"wiki": "examplewiki", "title": "File:Harbour.jpg"}],
        "subscriber_verified": {"how": "answered from the account's confirmed address"},
        "note": "Complete.",
    },
)
async def assess_counter_notice(edge: OpenEdge, notice_id: UUID, counter_notice_id: UUID, form: CounterAssessmentForm) -> CounterNoticeView:
    """Judge a counter-notice; accepted, it opens the window.

    `pages` are those of the removed ones that the signer gave and asks back; none means that it is another person's material.
    """
    matter, counter = await actions.assess_counter_notice(
        edge,
        notice_id,
        counter_notice_id,
        form.elements,  # type: ignore[arg-type]  # the form's names are texts
        [one.place() for one in form.pages],
        verified_how=form.subscriber_verified.how if form.subscriber_verified else None,
        verified_account=form.subscriber_verified.wiki_user if form.subscriber_verified else None,
        note=form.note,
    )
    return await show_counter_notice(matter, counter)


@counter_notices.post(
    "/notices/{notice_id}/counter-notices/{counter_notice_id}/early-restoration",
    roles=(Role.LEGAL,),
    refuses=(*STANDING, "signed_already"),
    example={"note": "No word from the complainant; the tenth day will do."},
)
async def sign_early_restoration(edge: OpenEdge, notice_id: UUID, counter_notice_id: UUID, form: NoteForm) -> CounterNoticeView:
    """Sign that the material may go back on the tenth business day already.

    Where an action held it and has ended, it is Legal's word that the material goes back; without it, it stays down.
    """
    return await show_counter_notice(*await actions.sign_early(edge, notice_id, counter_notice_id, form.note))


@counter_notices.post(
    "/notices/{notice_id}/counter-notices/{counter_notice_id}/completion",
    roles=(Role.REQUESTER_DESK, Role.LEGAL),
    creates=True,
    accepts=LETTERS,
    body_limit=LARGEST_LETTER,
    prepares=read_letter,
    example=EXAMPLE,
    refuses=("not_incomplete", "completion_unjudged", *RECEIPT_REFUSALS),
)
async def complete_counter_notice(
    edge: OpenEdge, notice_id: UUID, counter_notice_id: UUID, posted: Annotated[Posted, Prepared]
) -> CounterNoticeView:
    """Hand in the text that completes a counter-notice which was found incomplete.

    A person judges it again; accepted then, its window counts from the day on which the agent had this text.
    """
    by_legal = edge.actor is not None and edge.actor.holds(Role.LEGAL)
    arrived = receipt.incoming(
        edge, posted.letter, posted.channel, received_at=posted.received_at, evidence=posted.evidence, by_legal=by_legal
    )
    return await show_counter_notice(*await completion.complete(edge, notice_id, counter_notice_id, arrived))


@counter_notices.post(
    "/notices/{notice_id}/counter-notices/{counter_notice_id}/signer",
    roles=(Role.LEGAL,),
    refuses=("counter_notice_judged", "signed_already"),
    example={"note": "A power of attorney of the account's owner is on file."},
)
async def allow_signer(edge: OpenEdge, notice_id: UUID, counter_notice_id: UUID, form: NoteForm) -> CounterNoticeView:
    """Decide, as counsel, that whoever signed may speak for the account that gave the material."""
    return await show_counter_notice(*await completion.allow_agent(edge, notice_id, counter_notice_id, form.note))


@counter_notices.post(
    "/notices/{notice_id}/counter-notices/{counter_notice_id}/withdrawal",
    roles=(Role.REQUESTER_DESK, Role.EVALUATOR, Role.LEGAL),
    refuses=("counter_notice_withdrawn", "counter_notice_rejected", "restored_already"),
    example={"text": "I withdraw my counter-notice."},
)
async def withdraw_counter_notice(edge: OpenEdge, notice_id: UUID, counter_notice_id: UUID, form: TakenBackForm) -> CounterNoticeView:
    """Take a counter-notice back for whoever filed it; its window ends."""
    return await show_counter_notice(*await completion.withdraw_counter_notice(edge, notice_id, counter_notice_id, form.text))


@counter_notices.post(
    "/notices/{notice_id}/court-actions",
    roles=(Role.LEGAL,),
    creates=True,
    refuses=("nothing_taken_down", "received_in_future"),
    example={
        "forum": "court",
        "from": "complainant",
        "pages": [{"wiki": "examplewiki", "title": "File:Harbour.jpg"}],
        "received_at": "2026-03-20T17:00:00Z",
    },
)
async def record_court_action(edge: OpenEdge, notice_id: UUID, form: CourtActionForm) -> CourtActionView:
    """Record what the agent was told of an action, and learn whether it holds.

    Compared by receipt, not by entry: what was restored after the receipt comes down again, marked as our error.
    """
    told = Told(form.forum, form.told_by, form.received_at, form.filed_at, [one.place() for one in form.pages], form.content())
    return await show_court_action(*await court_actions.record_court_action(edge, notice_id, told))


@counter_notices.post(
    "/notices/{notice_id}/court-actions/{court_action_id}/end",
    roles=(Role.LEGAL,),
    refuses=("nothing_held", "ended_already"),
    example={"note": "Dismissed; the order is on file."},
)
async def end_court_action(edge: OpenEdge, notice_id: UUID, court_action_id: UUID, form: HoldEndForm) -> CourtActionView:
    """Record that an action has ended.

    Its material stays down until Legal signs that it goes back (`early-restoration`), and for good with `stays_down`.
    """
    ended = await court_actions.end_court_action(edge, notice_id, court_action_id, form.note, stays_down=form.stays_down)
    return await show_court_action(*ended)


@counter_notices.post(
    "/notices/{notice_id}/court-actions/{court_action_id}/docket",
    roles=(Role.LEGAL,),
    example={"docket": "3:26-cv-00042", "court": "N.D. Cal."},
)
async def note_docket(edge: OpenEdge, notice_id: UUID, court_action_id: UUID, form: DocketForm) -> CourtActionView:
    """Add the docket number that Legal asked for; a hold does not depend on it."""
    return await show_court_action(*await court_actions.note_docket(edge, notice_id, court_action_id, form.content()))


@counter_notices.post(
    "/notices/{notice_id}/restoration",
    roles=(Role.ENFORCER,),
    refuses=(
        *STANDING,
        "legal_decides",
        "kept_by_other_notice",
        "kept_by_order",
        "kept_by_measure",
        "running_already",
        "window_not_open",
        "tenth_day_needs_legal",
        "evaluator_enforces",
        "counter_notice_unnamed",
    ),
    example={},
)
async def restore_notice(edge: OpenEdge, notice_id: UUID, form: RestorationForm) -> NoticeView:
    """Order the restoration; pages go back by their receipts."""
    return await show_notice(await actions.restore(edge, notice_id, form.counter_notice_id))


@counter_notices.post(
    "/notices/{notice_id}/holds",
    roles=(Role.LEGAL,),
    creates=True,
    refuses=("no_such_page",),
    example={"cause": "order", "pages": [{"wiki": "examplewiki", "title": "File:Harbour.jpg"}], "note": "The order is on file."},
)
async def lay_hold(edge: OpenEdge, notice_id: UUID, form: HoldForm) -> NoticeView:
    """Record that an order, or a measure taken for another reason, keeps pages down.

    Nothing comes down by it; under no notice does a page go back while it stands.
    """
    return await show_notice(await holds.lay_hold(edge, notice_id, form.cause, [one.place() for one in form.pages], form.note))


@counter_notices.post(
    "/notices/{notice_id}/holds/{hold_id}/end",
    roles=(Role.LEGAL,),
    refuses=("ended_already",),
    example={"note": "The order was lifted."},
)
async def lift_hold(edge: OpenEdge, notice_id: UUID, hold_id: UUID, form: NoteForm) -> NoticeView:
    """Record that an order or a measure has ended."""
    return await show_notice(await holds.lift_hold(edge, notice_id, hold_id, form.note))
