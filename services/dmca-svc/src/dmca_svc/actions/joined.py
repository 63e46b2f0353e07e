"""A letter that became something under another notice is put away, with a pointer from each to the other (R87, R113)."""

from uuid import UUID

from dmca_svc.actions.answers import put_away
from dmca_svc.actions.matter import Matter
from dmca_svc.model import AnsweredAs
from dmca_svc.model.joining import JoinedAs
from dmca_svc.tables import Joining


async def put_under(letter: Matter, target: Matter, joined_as: JoinedAs, became: UUID, note: str) -> None:
    """Put a letter away under the notice where it became a counter-notice, a withdrawal, a court action or a cure."""
    edge = letter.edge
    await put_away(letter, AnsweredAs.JOINED, target.notice.id, note)
    await edge.session.flush()
    row = Joining(id=letter.notice.id, notice_id=target.notice.id, joined_as=joined_as, became=became, by=edge.by.id, at=edge.now)
    edge.session.add(row)
    target.joined.append(row)
