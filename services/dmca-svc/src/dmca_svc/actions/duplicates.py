"""The same letter twice, and many letters of one sender: linked by keyed hashes, so that a person sees them together (D8, R113)."""

from uuid import UUID

from chassis.edge import Edge
from sqlalchemy import ColumnElement
from sqlmodel import col, func, or_, select

from dmca_svc.actions.text import party_hash
from dmca_svc.model.letter import Incoming
from dmca_svc.rules import duplicate
from dmca_svc.tables import Notice

_KNOWN_BY = ("email", "wiki_user", "name", "organisation")


def letter_hash(edge: Edge, text: str) -> bytes | None:
    """Give the keyed hash of a letter's words; an unread letter has none."""
    words = duplicate.same_words(text)
    return edge.runtime.keyring.hash("dmca.letter", words) if words else None


def sender_hash(edge: Edge, arrived: Incoming) -> bytes | None:
    """Give the keyed hash of whoever sent a letter: the address it came from, or else whatever the letter says best.

    Headers can lie: what is linked by this is shown to a person and decided by none.
    """
    sent = {"email": arrived.letter.sender} if arrived.letter.sender else {}
    known = {**arrived.letter.reading.get("contact", {}), **sent, **arrived.sender}
    kind = next((kind for kind in _KNOWN_BY if known.get(kind)), None)
    return None if kind is None else party_hash(edge, kind, known[kind])


async def first_of(edge: Edge, letter: bytes | None, sender: bytes | None) -> UUID | None:
    """Find the notice, still to be answered, that the same sender's same letter made before; it is locked, so that it stays so."""
    if letter is None or sender is None:
        return None
    # Two copies at one moment would both find nothing: the second waits here until the first is there to be found.
    await edge.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"dmca.letter.{letter.hex()}", 0))))
    found = await edge.session.scalar(
        select(Notice.id)
        .where(Notice.letter_hash == letter, Notice.sender_hash == sender, col(Notice.state).in_(duplicate.OPEN), _by_itself())
        .order_by(col(Notice.received_at), col(Notice.id))
        .limit(1)
    )
    if found is None:
        return None
    first = await edge.lock(Notice, found, "notice")
    return first.id if first.state in duplicate.OPEN else None


def _by_itself() -> ColumnElement[bool]:
    """Take only what does not point to another itself, or was taken up on its own."""
    return or_(col(Notice.duplicate_of).is_(None), col(Notice.verdict).is_not(None))
