"""The sealed texts of a notice: letters, readings, titles and notes, under the notice's own key (DESIGN 7, D20, D27)."""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

from chassis.audit import log_access
from chassis.crypto import DataKey, Sealed, data_key, reveal_many
from chassis.edge import Edge, new_id
from kernel.decision import Refused
from kernel.names import canonical_user
from sqlmodel import col, select

from dmca_svc.actions.matter import Matter
from dmca_svc.model.letter import Incoming
from dmca_svc.reading.wikimedia import canonical
from dmca_svc.tables import Note, NoticePage, Party

LETTER = "letter.text"
READING = "letter.reading"
SENDER = "letter.sender"
TITLE = "page.title"
NOTE = "note.text"
CONTENT = "court_action.content"
PERSON = "uploader.person"
SUBSCRIBER = "counter_notice.subscriber"
KINDS = ("email", "wiki_user", "name")


def seal_json(key: DataKey, value: Mapping[str, Any], *, place: str) -> Sealed:
    """Seal what has several parts."""
    return key.seal(json.dumps(value, ensure_ascii=False), place=place)


def place_hash(edge: Edge, wiki: str, title: str) -> bytes:
    """Give the keyed hash by which a page is found; titles are compared as MediaWiki does."""
    return edge.runtime.keyring.hash("dmca.page", f"{wiki}:{canonical(title, wiki)}")


async def keep_note(matter: Matter, about: str, text: str) -> Note:
    """Keep what somebody wrote; rows that name the note follow it."""
    edge = matter.edge
    key = await data_key(edge, matter.notice.id)
    note = Note(id=new_id(), notice_id=matter.notice.id, about=about, by=edge.by.id, text=key.seal(text, place=NOTE), at=edge.now)
    edge.session.add(note)
    await edge.session.flush()
    return note


def keep_party(matter: Matter, incoming: Incoming, *, counter_notice_id: UUID | None = None) -> None:
    """Keep who wrote a letter as keyed hashes, of what the letter says and of what intake knows (R105)."""
    edge = matter.edge
    known = {**incoming.letter.reading.get("contact", {}), **incoming.sender}
    for kind in KINDS:
        if known.get(kind):
            hashed = party_hash(edge, kind, known[kind])
            edge.session.add(Party(id=new_id(), notice_id=matter.notice.id, counter_notice_id=counter_notice_id, kind=kind, hash=hashed))


def party_hash(edge: Edge, kind: str, said: str) -> bytes:
    """Give the keyed hash of a name or address: case and spacing do not tell two people apart, and accounts compare as on a wiki (D23)."""
    words = " ".join(said.split()).casefold()
    if kind == "wiki_user":
        with suppress(Refused):
            words = canonical_user(said)
    return edge.runtime.keyring.hash(f"dmca.party.{kind}", words)


async def is_party(edge: Edge, matter: Matter, asked: Mapping[str, str]) -> bool:
    """Tell whether somebody wrote the notice: by address or account; by name alone only where the letter gave nothing better (R105)."""
    await log_access(edge, "notice", matter.notice.id)
    mine = select(Party).where(Party.notice_id == matter.notice.id, col(Party.counter_notice_id).is_(None))
    known = {(one.kind, one.hash) for one in await edge.session.scalars(mine)}
    kinds = {kind for kind, _ in known}
    proof = ("email", "wiki_user") if kinds & {"email", "wiki_user"} else ("name",)
    return any((kind, party_hash(edge, kind, asked[kind])) in known for kind in proof if asked.get(kind))


async def open_access(matter: Matter) -> None:
    """Log that the notice is opened; whoever works on it is logged with the operation when no reason was given."""
    matter.edge.access_reason = matter.edge.access_reason or matter.edge.operation
    await log_access(matter.edge, "notice", matter.notice.id)


async def open_text(matter: Matter, sealed: Sealed, *, place: str) -> str:
    """Read a sealed text."""
    return (await reveal_many(matter.edge, [sealed], place=place))[0]


async def open_json(matter: Matter, sealed: Sealed, *, place: str) -> dict[str, Any]:
    """Read a sealed text of several parts."""
    found: dict[str, Any] = json.loads(await open_text(matter, sealed, place=place))
    return found


async def open_titles(matter: Matter, pages: Iterable[NoticePage]) -> dict[UUID, str]:
    """Read the titles of pages, by the pages' ids."""
    wanted = list(pages)
    titles = await reveal_many(matter.edge, [page.title for page in wanted], place=TITLE)
    return {page.id: title for page, title in zip(wanted, titles, strict=True)}


async def open_notes(matter: Matter) -> dict[UUID, str]:
    """Read the notes of a notice, by their ids."""
    notes = list(await matter.edge.session.scalars(select(Note).where(Note.notice_id == matter.notice.id)))
    texts = await reveal_many(matter.edge, [note.text for note in notes], place=NOTE)
    return {note.id: text for note, text in zip(notes, texts, strict=True)}
