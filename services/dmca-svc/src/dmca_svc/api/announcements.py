"""The routes of what follows a takedown beside its counter-notices: who gave the material, and what everybody is told (R43, R49, D17)."""

from typing import Literal
from uuid import UUID

from chassis.http import OpenEdge, Router
from kernel.actor import Role
from pydantic import BaseModel

from dmca_svc.actions import announcements as actions
from dmca_svc.actions import uploaders
from dmca_svc.actions.announcements import places_of
from dmca_svc.actions.matter import Matter, load
from dmca_svc.actions.text import LETTER, READING, open_access, open_json, open_text, open_titles
from dmca_svc.actions.uploaders import Given
from dmca_svc.api.forms import NoteForm, UploadersForm
from dmca_svc.api.notices import READERS
from dmca_svc.api.parts import PlaceView
from dmca_svc.api.shapes import NoticeView
from dmca_svc.api.views import show_notice
from dmca_svc.reading import Document
from dmca_svc.rules import announcement
from dmca_svc.tables import Notice

LONGEST_WORK = 900
announcements = Router(prefix="/dmca/v1", tags=["dmca"])


class AnnouncementPreview(BaseModel):
    """What a takedown's announcement tells: the work, the files, the complainant, and the notice without what is private (D17).

    The words around it are notify-svc's, whose `/letters/preview` shows them. `announce` is false where Legal recorded a reason.
    """

    announce: bool
    places: list[Literal["foundation", "commons"]]
    work: str | None = None
    files: list[PlaceView]
    complainant: str | None = None
    notice: str | None = None


@announcements.post(
    "/notices/{notice_id}/uploaders",
    roles=(Role.EVALUATOR, Role.ENFORCER),
    refuses=("nothing_to_tell", "no_such_page"),
    example={"uploaders": [{"wiki_user": "Example uploader", "pages": [{"wiki": "examplewiki", "title": "File:Harbour.jpg"}]}]},
)
async def record_uploaders(edge: OpenEdge, notice_id: UUID, form: UploadersForm) -> NoticeView:
    """Record who gave which page, so that they are told of its removal.

    Each account's pages are as said last; none takes back what was recorded. Recorded after the takedown, they are written to at once.
    """
    given = [Given(one.wiki_user, one.email, [page.place() for page in one.pages]) for one in form.uploaders]
    return await show_notice(await uploaders.record_uploaders(edge, notice_id, given))


@announcements.post(
    "/notices/{notice_id}/announcement-waiver",
    roles=(Role.LEGAL,),
    refuses=("announced_already", "signed_already"),
    example={"note": "The title of the page would itself disclose what a court has sealed."},
)
async def waive_announcement(edge: OpenEdge, notice_id: UUID, form: NoteForm) -> NoticeView:
    """Record Legal's reason for not announcing a takedown, before it is complete."""
    return await show_notice(await actions.leave_unannounced(edge, notice_id, form.note))


@announcements.get("/notices/{notice_id}/announcements/preview", roles=READERS, reads="a legal letter and its parties")
async def preview_announcement(edge: OpenEdge, notice_id: UUID) -> AnnouncementPreview:
    """Read what everybody would be told of the takedown; nothing is published by reading it."""
    matter = await load(edge, await edge.get(Notice, notice_id, "notice"))
    await open_access(matter)
    return await announcement_of(matter)


async def announcement_of(matter: Matter) -> AnnouncementPreview:
    """Make what everybody may read of a notice; whoever calls has logged the access."""
    notice = matter.notice
    titles = await open_titles(matter, matter.named)
    reading = await open_json(matter, notice.reading, place=READING)
    contact, elements = reading["contact"], reading["elements"]
    private = [said for name in ("signature", "contact") if (said := elements.get(name, {}).get("where"))]
    is_notice = notice.document == Document.NOTICE
    return AnnouncementPreview.model_validate(
        {
            "announce": notice.unannounced_at is None,
            "places": places_of(matter) if notice.unannounced_at is None else [],
            "work": announcement.published(elements.get("work", {}).get("where") or "", private)[:LONGEST_WORK] or None,
            "files": [PlaceView(wiki=page.wiki, title=titles[page.id]) for page in matter.named],
            "complainant": contact.get("organisation") or contact.get("name"),
            # What was read as something else is published only once a person has made a notice of it.
            "notice": announcement.published(await open_text(matter, notice.letter, place=LETTER), private) if is_notice else None,
        }
    )
