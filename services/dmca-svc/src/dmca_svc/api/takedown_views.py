"""What callers are shown of a takedown's own matters: receipts, uploaders and what is still to be done (R42, R49, D10)."""

import json
from uuid import UUID

from chassis.crypto import reveal_many
from sqlmodel import col, select

from dmca_svc.actions.matter import Matter
from dmca_svc.actions.text import PERSON
from dmca_svc.api.parts import HoldView, InformedView, NotedView, PageReceiptView, PlaceView, ReasonView, UploaderView
from dmca_svc.model import OVER, ActionState, CounterState
from dmca_svc.model.hold import HoldCause
from dmca_svc.rules import open_points
from dmca_svc.tables import NoticePage, PageReceipt


async def show_uploaders(matter: Matter, titles: dict[UUID, str]) -> list[UploaderView]:
    """Show who gave the material; whoever calls has logged the access."""
    opened = await reveal_many(matter.edge, [one.person for one in matter.uploaders], place=PERSON)
    wikis = {page.id: page.wiki for page in matter.pages}
    return [
        UploaderView(
            id=one.id,
            wiki_user=json.loads(person)["wiki_user"],
            pages=[PlaceView(wiki=wikis[page_id], title=titles[page_id]) for page_id in one.page_ids],
            recorded_by=one.recorded_by,
            recorded_at=one.recorded_at,
            letter=one.letter,
            informed=InformedView(at=one.informed_at, channel=one.informed_channel, notification_id=one.notification_id)
            if one.informed_at and one.informed_channel and one.notification_id
            else None,
        )
        for one, person in zip(matter.uploaders, opened, strict=True)
    ]


async def show_receipts(matter: Matter, notes: dict[UUID, str]) -> dict[UUID, list[PageReceiptView]]:
    """Show the receipts of a notice's pages, by the pages' ids, oldest first."""
    mine = select(PageReceipt).where(PageReceipt.notice_id == matter.notice.id).order_by(col(PageReceipt.id))
    receipts = list(await matter.edge.session.scalars(mine))
    others = [one.other_page_id for one in receipts if one.other_page_id]
    rows = await matter.edge.session.execute(select(NoticePage.id, NoticePage.notice_id).where(col(NoticePage.id).in_(others)))
    notice_of: dict[UUID, UUID] = {row.id: row.notice_id for row in rows}
    shown: dict[UUID, list[PageReceiptView]] = {}
    for one in receipts:
        told = one.model_dump(include={"effect", "log_id", "revision_id", "acting_account", "by", "at"})
        url = notes[one.note_id] if one.note_id else None
        other = notice_of[one.other_page_id] if one.other_page_id else None
        shown.setdefault(one.page_id, []).append(PageReceiptView.model_validate({**told, "url": url, "other_notice": other}))
    return shown


def show_open_points(matter: Matter, *, files: int) -> list[ReasonView]:
    """Show what is still to be done, each with its rule; `files` is how many were ever added to the notice."""
    found = open_points.before_decision(matter.facts(), attachments=sum(matter.notice.attachments.values()), files=files)
    if matter.notice.taken_down_at is not None:
        pages = matter.named
        found &= open_points.after_takedown(
            [page.facts() for page in pages], [bool(matter.givers(page)) for page in pages], [one.facts() for one in matter.uploaders]
        )
    for counter in matter.counters:
        if CounterState(counter.state) not in OVER:
            with_agent = counter.complete_with_agent_at is not None
            found &= open_points.of_counter_notice(counter.facts(matter.page_facts(counter)), with_agent=with_agent)
    for action in matter.actions:
        found &= open_points.of_court_action(holding=action.state == ActionState.HOLDING, docket_known=action.docket_known)
    return [ReasonView.of(reason) for reason in found.reasons]


def show_holds(matter: Matter, titles: dict[UUID, str], notes: dict[UUID, str]) -> list[HoldView] | None:
    """Show what keeps pages down beside the notice."""
    wikis = {page.id: page.wiki for page in matter.pages}
    shown = []
    for one in matter.holds:
        pages = [PlaceView(wiki=wikis[page_id], title=titles[page_id]) for page_id in one.page_ids]
        laid = NotedView(by=one.laid_by, at=one.laid_at, note=notes[one.laid_note])
        ended = NotedView(by=one.ended_by, at=one.ended_at, note=notes[one.ended_note]) if one.ended_note else None
        shown.append(HoldView(id=one.id, cause=HoldCause(one.cause), pages=pages, laid=laid, ended=ended))
    return shown or None
