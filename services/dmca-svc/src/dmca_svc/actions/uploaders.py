"""Who gave the material: recorded by a person, told by letter, and proved to have been told (R49, D10, 17 U.S.C. 512(g)(2)(A))."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.crypto import data_key
from chassis.edge import Edge, new_id
from contracts.notification import NotificationChange
from kernel.decision import Reason

from dmca_svc.actions.assessment import Place
from dmca_svc.actions.matter import Matter, matter_of
from dmca_svc.actions.text import PERSON, open_access, open_text, party_hash, place_hash
from dmca_svc.rules import takedown
from dmca_svc.tables import Uploader

_INFORMED = Reason("uploader_informed", "The letter to whoever gave the material has its receipt.", "R49")


@dataclass(frozen=True, slots=True)
class Given:
    """An account and the pages that it gave; none takes back what was recorded of it."""

    wiki_user: str
    email: str | None
    pages: Sequence[Place]


async def record_uploaders(edge: Edge, notice_id: UUID, given: Sequence[Given]) -> Matter:
    """Record who gave which page, by a person's word; once the material is down they are told of it.

    Raises:
        Refused: the notice is over, or names no such page.
    """
    matter = await matter_of(edge, notice_id)
    found = [[matter.at(place_hash(edge, place.wiki, place.title)) for place in one.pages] for one in given]
    takedown.may_record_uploaders(matter.facts(), [page is not None for pages in found for page in pages]).or_refuse()
    await open_access(matter)
    for one, pages in zip(given, found, strict=True):
        await _record(matter, one, [page.id for page in pages if page is not None])
    if matter.notice.taken_down_at is None:
        matter.note("uploaders_recorded")
        return matter
    # Said as what a person found out, about no counter-notice: notify writes to those who have no letter yet.
    matter.notice.counter_notice_id = None
    await matter.say("assessed", reasons=[takedown.WHO_GAVE_IT])
    return matter


async def follow_letter(edge: Edge, notice_id: UUID, change: NotificationChange) -> Matter | None:
    """Take over how far the letter to somebody who gave material is; its receipt is the proof that they were told (R49)."""
    told = change.notification
    matter = await matter_of(edge, notice_id)
    one = next((one for one in matter.uploaders if one.id == told.recipient_id), None)
    if one is None or one.informed_at is not None:
        return None
    one.letter, one.notification_id = told.state, told.notification_id
    if told.state == "delivered":
        one.informed_at, one.informed_channel = told.delivered_at, told.channel
    matter.note("uploader_informed" if one.informed_at else f"uploader_letter_{told.state}", reasons=[_INFORMED] if one.informed_at else [])
    return matter


async def _record(matter: Matter, given: Given, page_ids: list[UUID]) -> None:
    edge = matter.edge
    account = party_hash(edge, "wiki_user", given.wiki_user)
    one = next((one for one in matter.uploaders if one.account_hash == account), None)
    said = {"wiki_user": given.wiki_user, **({"email": given.email} if given.email else {})}
    if one is not None:
        known = json.loads(await open_person(matter, one))
        one.page_ids = list(dict.fromkeys(page_ids))
        one.person = (await data_key(edge, matter.notice.id)).seal(json.dumps({**known, **said}, ensure_ascii=False), place=PERSON)
        one.recorded_by, one.recorded_at = edge.by.id, edge.now
        return
    row = Uploader(
        id=new_id(),
        notice_id=matter.notice.id,
        account_hash=account,
        person=(await data_key(edge, matter.notice.id)).seal(json.dumps(said, ensure_ascii=False), place=PERSON),
        page_ids=list(dict.fromkeys(page_ids)),
        recorded_by=edge.by.id,
        recorded_at=edge.now,
    )
    edge.session.add(row)
    await edge.session.flush()
    matter.uploaders.append(row)


async def open_person(matter: Matter, uploader: Uploader) -> str:
    """Read who it is, as JSON; the access is logged by whoever asks."""
    return await open_text(matter, uploader.person, place=PERSON)
