"""What other services ask, each read logged: who is to be written to, and whether somebody is a party (DESIGN 4, R105)."""

import json
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from chassis.http import OpenEdge, Router
from fastapi import Query
from kernel.actor import Role
from pydantic import BaseModel

from dmca_svc.actions.completion import completions
from dmca_svc.actions.matter import Matter, load
from dmca_svc.actions.text import LETTER, READING, SENDER, SUBSCRIBER, is_party, open_access, open_json, open_notes, open_text, open_titles
from dmca_svc.actions.uploaders import open_person
from dmca_svc.api.announcements import AnnouncementPreview, announcement_of
from dmca_svc.api.forms import PartyForm
from dmca_svc.api.parts import Moment, PlaceView
from dmca_svc.api.shapes import ContactView
from dmca_svc.api.views import rejected_for
from dmca_svc.model import State
from dmca_svc.reading import Document
from dmca_svc.tables import Concern, CounterNotice, Notice, NoticePage

peers = Router(prefix="/dmca/v1", tags=["between services"])


class UploaderContact(BaseModel):
    """Whose material it was, as far as that is known; `uploader_id` is how the receipt of the letter to them comes back."""

    uploader_id: UUID
    wiki_user: str | None = None
    email: str | None = None
    pages: list[PlaceView]


class SubscriberContact(BaseModel):
    """Who signed a counter-notice, its window once it is open, and then what the complainant is given: its words and pages."""

    counter_notice_id: UUID
    name: str | None = None
    email: str | None = None
    wiki_user: str | None = None
    opens: Moment | None = None
    target: Moment | None = None
    closes: Moment | None = None
    text: str | None = None
    pages: list[PlaceView]


class ContactsView(BaseModel):
    """Who is to be written to about a notice, and what everybody may be told of it. Nobody recorded: `uploaders` is empty."""

    notice_id: UUID
    complainant: ContactView
    uploaders: list[UploaderContact]
    counter_notices: list[SubscriberContact]
    pages: list[PlaceView]
    announcement: AnnouncementPreview
    document: Document
    rejection: list[str] | None = None


class PartyView(BaseModel):
    """Whether it is."""

    party: bool


@peers.get("/notices/{notice_id}/contacts", roles=(Role.SERVICE,), reads="the parties of a notice")
async def get_contacts(
    edge: OpenEdge, notice_id: UUID, event_version: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None
) -> ContactsView:
    """Read whom to write to about a notice, or about one of its events by the event's `version`.

    An event that concerns some pages only names these, and as uploaders only those who gave one of them that came down.
    """
    matter = await load(edge, await edge.get(Notice, notice_id, "notice"))
    await open_access(matter)
    notice = matter.notice
    titles = await open_titles(matter, matter.pages)
    reading = await open_json(matter, matter.latest.reading, place=READING)
    sender = await open_json(matter, notice.sender, place=SENDER)
    concerned = await _concerned(matter, event_version)
    about = matter.named if concerned is None else concerned
    named = [PlaceView(wiki=page.wiki, title=titles[page.id]) for page in about]
    # Of a page that never came down nothing is told to whoever gave it.
    given = about if concerned is None else [page for page in about if page.removed_at is not None]
    return ContactsView(
        notice_id=notice.id,
        complainant=ContactView.model_validate(_known(sender, reading["contact"], "name", "organisation", "email")),
        uploaders=await _uploaders(matter, titles, given),
        counter_notices=[await _subscriber(matter, counter, titles) for counter in matter.counters],
        pages=named if notice.verdict else [PlaceView.model_validate(page) for page in reading["pages"]],
        announcement=await announcement_of(matter),
        document=Document(notice.document),
        rejection=[one.says for one in rejected_for(matter, await open_notes(matter))] if notice.state == State.REJECTED else None,
    )


@peers.post(
    "/notices/{notice_id}/party",
    roles=(Role.SERVICE,),
    reads="the parties of a notice",
    example={"email": "somebody@example.org"},
)
async def ask_party(edge: OpenEdge, notice_id: UUID, form: PartyForm) -> PartyView:
    """Ask whether somebody sent the notice; no name comes back."""
    matter = await load(edge, await edge.get(Notice, notice_id, "notice"))
    return PartyView(party=await is_party(edge, matter, form.asked()))


async def _concerned(matter: Matter, event_version: int | None) -> list[NoticePage] | None:
    """Give the pages that an event is about; None when it is about all that the notice names."""
    one = await matter.edge.session.get(Concern, (matter.notice.id, event_version)) if event_version else None
    return None if one is None else [page for page in matter.pages if page.id in one.page_ids]


async def _uploaders(matter: Matter, titles: dict[UUID, str], pages: Sequence[NoticePage]) -> list[UploaderContact]:
    """Give those who gave one of these pages; whoever was taken back is told nothing."""
    found = []
    for one in matter.uploaders:
        mine = [PlaceView(wiki=page.wiki, title=titles[page.id]) for page in pages if page.id in one.page_ids]
        if mine:
            found.append(UploaderContact(uploader_id=one.id, pages=mine, **json.loads(await open_person(matter, one))))
    return found


async def _subscriber(matter: Matter, counter: CounterNotice, titles: dict[UUID, str]) -> SubscriberContact:
    reading = await open_json(matter, counter.reading, place=READING)
    sender = await open_json(matter, counter.sender, place=SENDER)
    known = _known(sender, reading["contact"], "name", "email", "wiki_user")
    if counter.subscriber is not None:
        # The account that a person found to be the subscriber's goes before the one that a letter claims.
        known["wiki_user"] = await open_text(matter, counter.subscriber, place=SUBSCRIBER)
    return SubscriberContact(
        counter_notice_id=counter.id,
        **known,
        opens=counter.opens,
        target=counter.target,
        closes=counter.closes,
        # The complainant is given a copy once the window is set (17 U.S.C. 512(g)(2)(B)); before that nobody needs its words.
        text=await _words(matter, counter) if counter.opens is not None else None,
        pages=[PlaceView(wiki=page.wiki, title=titles[page.id]) for page in matter.pages if page.id in counter.page_ids],
    )


async def _words(matter: Matter, counter: CounterNotice) -> str:
    texts = [counter, *await completions(matter, counter)]
    return "\n\n".join([await open_text(matter, one.letter, place=LETTER) for one in texts])


def _known(sender: dict[str, Any], contact: dict[str, Any], *names: str) -> dict[str, str]:
    """Take what the letter says of its writer, and where it is silent what is known of whoever sent it."""
    return {name: said for name in names if (said := contact.get(name) or sender.get(name))}
