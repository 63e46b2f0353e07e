"""The routes by which a notice ends otherwise than by review: taken back, answered as no notice, linked as a copy (R39, D8, D10)."""

from uuid import UUID

from chassis.http import OpenEdge, Router
from kernel.actor import Role

from dmca_svc.actions import answers, links, withdrawal
from dmca_svc.api.forms import AnswerForm, DuplicateForm, WithdrawalForm
from dmca_svc.api.shapes import NoticeView
from dmca_svc.api.views import show_notice

disposals = Router(prefix="/dmca/v1", tags=["dmca"])


@disposals.post(
    "/notices/{notice_id}/withdrawal",
    roles=(Role.LEGAL, Role.EVALUATOR),
    refuses=("nothing_to_withdraw", "no_such_page", "withdrawn_already", "complainant_not_verified", "never_informal", "joins_itself"),
    example={"text": "We have settled; please put the picture back.", "pages": [{"wiki": "examplewiki", "title": "File:Harbour.jpg"}]},
)
async def withdraw_notice(edge: OpenEdge, notice_id: UUID, form: WithdrawalForm) -> NoticeView:
    """Record that the complainant takes the notice back, for the pages it names; naming none takes back all.

    What is not down leaves the notice, and signatures under it are void; what is down goes back at once, by its receipt, unless
    something else keeps it down. `retraction` names the letter, where it was posted as a notice of its own: it joins this one.
    On record is how the complainant was verified: `complainant_verified`, else the letter's sender, else the word of whoever records it;
    a letter from somebody else brings nothing back before a person has confirmed it.
    """
    places = [one.place() for one in form.pages]
    confirmed = form.complainant_verified.how if form.complainant_verified else None
    matter = await withdrawal.withdraw_with(edge, notice_id, form.text, places, retraction_id=form.retraction, confirmed=confirmed)
    return await show_notice(matter)


@disposals.post(
    "/notices/{notice_id}/answer",
    roles=(Role.EVALUATOR,),
    refuses=("not_in_evaluation", "not_assessed", "never_informal", "formal_notice", "joins_itself"),
    example={"answer": "vrt", "note": "A question about a licence; it asks for nothing that the statute knows."},
)
async def answer_letter(edge: OpenEdge, notice_id: UUID, form: AnswerForm) -> NoticeView:
    """Put away a letter that is no formal notice, by one person's word.

    `vrt` points its writer to the volunteers with what they will need, `joined` files it with the notice `joins`, `no_answer` keeps it
    unanswered. A notice that complies or can be mended is never sent away so, and a defective one that makes a statement of the statute
    is rejected by the chain.
    """
    return await show_notice(await answers.answer(edge, notice_id, form.answer, form.joins, form.note))


@disposals.post(
    "/notices/{notice_id}/duplicate",
    roles=(Role.EVALUATOR,),
    refuses=("handled_already", "links_to_itself", "links_to_copy", "first_withdrawn"),
    example={"of": "01980000-0000-7000-8000-000000000000", "note": "The same letter, sent again by post."},
)
async def link_duplicate(edge: OpenEdge, notice_id: UUID, form: DuplicateForm) -> NoticeView:
    """Link a letter to the notice that it repeats; without `of` the two are parted and it stands by itself."""
    return await show_notice(await links.link(edge, notice_id, form.of, form.note))
