"""What a notice shows of its life before the review: the cure, the answer to what is no notice, what its pages speak for (D8, D9)."""

from uuid import UUID

from dmca_svc.actions.matter import Matter
from dmca_svc.api.parts import ComplainantVerifiedView, JoinedView, PageReceiptView, PlaceView, WithdrawalView
from dmca_svc.api.shapes import AnsweredView, CureRequestView, CureView, PageView
from dmca_svc.model import UNDECIDED, AnsweredAs, PageState
from dmca_svc.model.joining import JoinedAs
from dmca_svc.model.withdrawal import VerifiedBy
from dmca_svc.rules.assessment import already_removed
from dmca_svc.tables import Joining


def show_cure(matter: Matter) -> CureView | None:
    """Show by when contact is due, each attempt with its letter, and what came; nothing where none of it ever was."""
    notice, facts = matter.notice, matter.facts()
    if notice.contact_due_at is None and not matter.cure_requests and not matter.cures:
        return None
    asked = [
        CureRequestView.model_validate(one.model_dump(include={"at", "by", "missing", "lapses_at", "letter", "letter_at"}))
        for one in matter.cure_requests
    ]
    return CureView(
        contact_due_at=notice.contact_due_at,
        requests=asked,
        received=[one.received_at for one in matter.cures],
        open_until=notice.cure_lapses_at,
        lapsed=True if facts.cure_lapsed else None,
    )


async def show_answered(matter: Matter) -> AnsweredView | None:
    """Show how a letter was put away that is no formal notice, and what became of it."""
    notice = matter.notice
    if notice.answered_as is None or notice.answered_by is None:
        return None
    made = await matter.edge.session.get(Joining, notice.id) if notice.joined_to else None
    return AnsweredView(
        answer=AnsweredAs(notice.answered_as),
        by=notice.answered_by,
        joins=notice.joined_to,
        joined_as=JoinedAs(made.joined_as) if made else None,
        became=made.became if made else None,
    )


def show_joined(matter: Matter) -> list[JoinedView] | None:
    """Show the letters that came by themselves and became something under the notice."""
    return [
        JoinedView(letter=one.id, joined_as=JoinedAs(one.joined_as), became=one.became, by=one.by, at=one.at) for one in matter.joined
    ] or None


def show_withdrawals(matter: Matter, titles: dict[UUID, str], notes: dict[UUID, str]) -> list[WithdrawalView] | None:
    """Show what was taken back, and on whose word."""
    wikis = {page.id: page.wiki for page in matter.pages}
    return [
        WithdrawalView(
            pages=[PlaceView(wiki=wikis[page_id], title=titles[page_id]) for page_id in one.page_ids],
            by=one.by,
            at=one.at,
            complainant_verified=ComplainantVerifiedView(
                how=VerifiedBy(one.verified_by), by=one.by, at=one.at, note=notes[one.verified_note] if one.verified_note else None
            ),
            letter=one.letter_id,
        )
        for one in matter.withdrawals
    ] or None


def show_named(matter: Matter, titles: dict[UUID, str], receipts: dict[UUID, list[PageReceiptView]]) -> list[PageView]:
    """Show the pages that the notice names, and those that it named until it was taken back for them."""
    return [
        PageView(
            page=PlaceView(wiki=page.wiki, title=titles[page.id], revision_id=page.page_revision),
            state=PageState(page.state),
            restored_in_error=True if page.wrongly_restored_at else None,
            down_for=page.down_elsewhere,
            withdrawn=True if page.withdrawn_at else None,
            kept_by_measure=True if page.id in matter.measured else None,
            receipts=receipts.get(page.id),
        )
        for page in matter.pages
        if page.named or page.withdrawn_at is not None
    ]


def proposed_grounds(matter: Matter) -> list[str] | None:
    """Propose the grounds of a rejection that the pages speak for, as long as nothing is decided."""
    down = [page.down_elsewhere is not None for page in matter.named]
    return ["already_removed"] if matter.notice.state in UNDECIDED and already_removed(down) else None
