"""What other services ask, each read logged: who is to be written to, and whether somebody is a party (DESIGN 4, R105)."""

from typing import Any
from uuid import UUID

from chassis.http import OpenEdge, Router
from kernel.actor import Role
from pydantic import BaseModel

from dmca_svc.actions.matter import Matter, load
from dmca_svc.actions.text import READING, SENDER, is_party, open_access, open_json, open_titles
from dmca_svc.api.forms import PartyForm
from dmca_svc.api.shapes import ContactView, Moment, PlaceView
from dmca_svc.reading import Document
from dmca_svc.tables import CounterNotice, Notice

peers = Router(prefix="/dmca/v1", tags=["between services"])


class UploaderContact(BaseModel):
    """Whose material it was, as far as that is known."""

    wiki_user: str | None = None
    email: str | None = None
    pages: list[PlaceView]


class SubscriberContact(BaseModel):
    """Who signed a counter-notice, and its window once it is open."""

    counter_notice_id: UUID
    name: str | None = None
    email: str | None = None
    wiki_user: str | None = None
    opens: Moment | None = None
    target: Moment | None = None
    closes: Moment | None = None


class ContactsView(BaseModel):
    """Who is to be written to about a notice. Who gave the material is not known yet: `uploaders` is empty."""

    notice_id: UUID
    complainant: ContactView
    uploaders: list[UploaderContact]
    counter_notices: list[SubscriberContact]
    pages: list[PlaceView]
    document: Document


class PartyView(BaseModel):
    """Whether it is."""

    party: bool


@peers.get("/notices/{notice_id}/contacts", roles=(Role.SERVICE,), reads="the parties of a notice")
async def get_contacts(edge: OpenEdge, notice_id: UUID) -> ContactsView:
    """Read whom to write to about a notice."""
    matter = await load(edge, await edge.get(Notice, notice_id, "notice"))
    await open_access(matter)
    notice = matter.notice
    titles = await open_titles(matter, matter.named)
    reading = await open_json(matter, notice.reading, place=READING)
    sender = await open_json(matter, notice.sender, place=SENDER)
    named = [PlaceView(wiki=page.wiki, title=titles[page.id]) for page in matter.named]
    return ContactsView(
        notice_id=notice.id,
        complainant=ContactView.model_validate(_known(sender, reading["contact"], "name", "organisation", "email")),
        uploaders=[],
        counter_notices=[await _subscriber(matter, counter) for counter in matter.counters],
        pages=named if notice.verdict else [PlaceView.model_validate(page) for page in reading["pages"]],
        document=Document(notice.document),
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


async def _subscriber(matter: Matter, counter: CounterNotice) -> SubscriberContact:
    reading = await open_json(matter, counter.reading, place=READING)
    sender = await open_json(matter, counter.sender, place=SENDER)
    return SubscriberContact(
        counter_notice_id=counter.id,
        **_known(sender, reading["contact"], "name", "email", "wiki_user"),
        opens=counter.opens,
        target=counter.target,
        closes=counter.closes,
    )


def _known(sender: dict[str, Any], contact: dict[str, Any], *names: str) -> dict[str, str]:
    """Take what the letter says of its writer, and where it is silent what is known of whoever sent it."""
    return {name: said for name in names if (said := contact.get(name) or sender.get(name))}
