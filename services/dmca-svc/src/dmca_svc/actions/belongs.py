"""To which notice a letter that is none may belong: proposed by its sender and its pages, said by a person (R87, D10)."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, or_, select

from dmca_svc.actions.assessment import Place
from dmca_svc.actions.matter import Matter
from dmca_svc.actions.text import place_hash
from dmca_svc.model import UNDECIDED, PageState, State
from dmca_svc.reading import Document
from dmca_svc.rules import joining
from dmca_svc.tables import Notice, NoticePage

MOST = 5
_NONE_OF_OURS = frozenset({Document.NOTICE, Document.OTHER})


async def could_join(matter: Matter, read: Sequence[Place]) -> list[UUID]:
    """Propose the notices that an undecided letter may belong to, the latest first; one that is read as a notice belongs to itself."""
    notice, edge = matter.notice, matter.edge
    document = Document(notice.document)
    if State(notice.state) not in UNDECIDED or notice.verdict is not None or document in _NONE_OF_OURS:
        return []
    places = {place_hash(edge, place.wiki, place.title) for place in read}
    removed = select(NoticePage.notice_id).where(col(NoticePage.place_hash).in_(places), NoticePage.state == PageState.REMOVED)
    down = set(await edge.session.scalars(removed))
    same = Notice.sender_hash == notice.sender_hash if notice.sender_hash else col(Notice.id).in_([])
    asked = (
        select(Notice.id, Notice.sender_hash)
        .where(or_(col(Notice.id).in_(down), same), Notice.id != notice.id, Notice.document == Document.NOTICE)
        .where(col(Notice.state).not_in([State.REJECTED, State.WITHDRAWN]))
        .order_by(col(Notice.received_at).desc(), col(Notice.id))
        .limit(MOST)
    )
    return [
        row.id
        for row in await edge.session.execute(asked)
        if joining.may_belong(
            document,
            same_sender=notice.sender_hash is not None and row.sender_hash == notice.sender_hash,
            page_down=row.id in down,
        )
    ]
