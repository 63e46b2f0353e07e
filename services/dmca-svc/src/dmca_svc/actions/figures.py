"""A half-year's figures out of the notices received in it, and a person's word on a notice's country (R44)."""

from collections import defaultdict
from uuid import UUID

from chassis.edge import Edge
from sqlmodel import col, select

from dmca_svc.actions.matter import Matter, matter_of
from dmca_svc.model.figures import FiguredNotice, Figures, Half
from dmca_svc.reading import Document
from dmca_svc.rules import figures as rules
from dmca_svc.tables import Notice, NoticePage, Recommendation

_NOT_FOUND = "not_identified"


async def figures_of(edge: Edge, year: int, half: Half) -> Figures:
    """Count the notices of a half-year; no letter, page or party is opened."""
    starts, ends = rules.half_year(year, half)
    within = (col(Notice.received_at) >= starts, col(Notice.received_at) < ends)
    wikis: dict[UUID, set[str]] = defaultdict(set)
    pages = select(NoticePage.notice_id, NoticePage.wiki).join(Notice, col(Notice.id) == col(NoticePage.notice_id)).where(*within)
    for notice_id, wiki in await edge.session.execute(pages.where(col(NoticePage.named)).distinct()):
        wikis[notice_id].add(wiki)
    decided = select(Recommendation.notice_id, Recommendation.grounds).join(Notice, col(Notice.recommendation_id) == col(Recommendation.id))
    grounds = {row.notice_id: row.grounds for row in await edge.session.execute(decided.where(*within))}
    notices = await edge.session.scalars(select(Notice).where(*within).order_by(col(Notice.received_at), col(Notice.id)))
    return rules.figures_of(starts, ends, [_figured(one, wikis.get(one.id, set()), grounds.get(one.id, [])) for one in notices])


async def record_country(edge: Edge, notice_id: UUID, country: str) -> Matter:
    """Keep from which country a notice came, by a person's word; it is in no event."""
    matter = await matter_of(edge, notice_id)
    matter.notice.country = country
    matter.note("country_recorded")
    return matter


def _figured(notice: Notice, named: set[str], grounds: list[str]) -> FiguredNotice:
    judged = notice.verdict is not None
    return FiguredNotice(
        document=Document(notice.document),
        wikis=frozenset(named if judged else notice.read_wikis),
        judged=judged,
        repeats=notice.duplicate_of is not None and not judged,
        answered=notice.answered_as is not None or (notice.automatic and not judged),
        not_found=_NOT_FOUND in grounds or (notice.unread is not None and not judged),
        country=notice.country,
        granted=notice.taken_down_at is not None,
    )
