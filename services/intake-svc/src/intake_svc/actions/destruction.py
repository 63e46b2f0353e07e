"""The key of a sealed record is destroyed: when its time is over, or by two persons; the certificate can be checked later (D20, D27)."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from chassis import tables as house
from chassis.crypto import data_key
from chassis.crypto.data_key import destroy_data_key
from chassis.edge import Edge, new_id
from chassis.errors import NotFound
from chassis.ticker import cancel, move
from kernel.actor import Actor
from kernel.digest import canonical
from kernel.workdays import calendar_day
from sqlalchemy import select
from sqlmodel import col

from intake_svc.actions.dates import set_dates_of_served
from intake_svc.actions.lane import facts_of
from intake_svc.actions.notes import lock_seen
from intake_svc.actions.readers import is_named
from intake_svc.actions.reading import read_case
from intake_svc.actions.record import note_case
from intake_svc.actions.sealed import lock_record, record_of
from intake_svc.model.sealed import DestroyedFor
from intake_svc.rules import sealed as rules
from intake_svc.tables import Case, Destruction, SealedRecord

PRESERVED = "case.sealed_record_preserved"
ASKED_WORDS = "destruction.words"
ASK_AGAIN = timedelta(days=1)
"""How long a record outlives its time while a hold lies on its case, until somebody is asked again."""


@dataclass(frozen=True, slots=True)
class Certified:
    """The certificate of a destruction, and whether it still says what is so."""

    row: Destruction
    holds: bool


async def preserve(edge: Edge, row: Case) -> SealedRecord:
    """Begin the time for which the record of a case is preserved: the duty to report is over now."""
    record, _ = await lock_record(edge, row.id)
    record.preserve_until = rules.preserved_until(edge.now, on=calendar_day(edge.now))
    await move(edge, row.id, PRESERVED, record.preserve_until)
    return record


async def go_on_preserving(edge: Edge, row: Case) -> None:
    """Take the date back: the duty to report is open again."""
    record, _ = await lock_record(edge, row.id)
    record.preserve_until = None
    await cancel(edge, row.id, PRESERVED)


async def end_by_term(edge: Edge, row: Case) -> datetime | None:
    """Destroy the key of a record whose time is over, unless it is held: then ask again tomorrow."""
    record, _ = await lock_record(edge, row.id)
    facts = await facts_of(edge, row, record)
    decision = rules.may_end_by_term(facts, now=edge.now)
    if decision:
        made = Destruction(id=new_id(), record_id=record.id, case_id=row.id, ground=DestroyedFor.TERM_OVER, by=edge.by.id, at=edge.now)
        await _destroy(edge, row, record, made, second=None)
        return None
    if record.preserve_until is None or facts.destroyed:
        return None
    return max(record.preserve_until, edge.now + ASK_AGAIN) if facts.held else record.preserve_until


async def ask(edge: Edge, case_id: UUID, *, authority: str, reference: str, note: str, by: Actor) -> Destruction:
    """Ask for the destruction of a record that law enforcement asked for; another named reader confirms it.

    Raises:
        Refused: they are not named, the duty to report is open, or a hold lies on the case.
    """
    row = await lock_seen(edge, case_id, by)
    record, _ = await lock_record(edge, row.id)
    rules.may_ask_destruction(await facts_of(edge, row, record), named=await is_named(edge, by.sub)).or_refuse()
    key = await data_key(edge, row.id)
    said = key.seal(json.dumps({"authority": authority, "reference": reference, "note": note}), place=ASKED_WORDS)
    made = Destruction(
        id=new_id(), record_id=record.id, case_id=row.id, ground=DestroyedFor.LAW_ENFORCEMENT, by=by.sub, at=edge.now, words=said
    )
    edge.session.add(made)
    note_case(edge, row, "destruction_asked")
    return made


async def confirm(edge: Edge, case_id: UUID, *, by: Actor) -> Certified:
    """Confirm a destruction that somebody else asked for: the key is destroyed with it, and the certificate kept.

    Raises:
        Refused: nobody asked, they asked themselves, they are not named, or a hold lies on the case.
    """
    row = await lock_seen(edge, case_id, by)
    record, _ = await lock_record(edge, row.id)
    facts = await facts_of(edge, row, record)
    rules.may_destroy(facts, by=by.sub, named=await is_named(edge, by.sub)).or_refuse()
    asked = select(Destruction).where(col(Destruction.record_id) == record.id, col(Destruction.destroyed_at).is_(None))
    return await _destroy(edge, row, record, (await edge.session.scalars(asked)).one(), second=by.sub)


async def read_certificate(edge: Edge, case_id: UUID, reader: Actor) -> Certified:
    """Give the certificate of a destroyed record, checked again: its signature, what it counts, and that the key is gone.

    Raises:
        NotFound: there is no such case, or nothing of it was destroyed.
    """
    row = await read_case(edge, case_id, reader)
    record = await record_of(edge, row.id)
    asked = select(Destruction).where(col(Destruction.record_id) == record.id, col(Destruction.destroyed_at).is_not(None))
    found = (await edge.session.scalars(asked)).one_or_none()
    if found is None:
        raise NotFound("certificate")
    keys = house.data_key.c
    key = (await edge.session.execute(select(keys.wrapped, keys.destroyed_at).where(keys.id == record.id))).one()
    gone = key.wrapped is None and key.destroyed_at == found.destroyed_at
    signed = found.certificate is not None and edge.runtime.keyring.sign(found.certificate.encode()) == found.signature
    return Certified(found, gone and signed and found.certificate == _text(found, record))


async def _destroy(edge: Edge, row: Case, record: SealedRecord, made: Destruction, *, second: str | None) -> Certified:
    made.confirmed_by, made.destroyed_at = second, edge.now
    made.certificate = _text(made, record)
    # Ed25519 gives the same signature for the same text: whoever has the ring checks by signing again, others by its public key.
    made.signature = edge.runtime.keyring.sign(made.certificate.encode())
    record.destroyed_at = edge.now
    edge.session.add(made)
    await edge.session.flush()
    # After its certificate: the database destroys no record's key without one.
    await destroy_data_key(edge, record.id)
    await cancel(edge, row.id, PRESERVED)
    await set_dates_of_served(edge, row)
    note_case(edge, row, "sealed_record_destroyed")
    return Certified(made, holds=True)


def _text(made: Destruction, record: SealedRecord) -> str:
    said = {
        "certificate": str(made.id),
        "case": str(made.case_id),
        "sealed_record": str(record.id),
        "ground": made.ground,
        "cite": "D20; 18 U.S.C. 2258A(h)",
        "by": [one for one in (made.by, made.confirmed_by) if one is not None],
        "destroyed_at": made.destroyed_at.isoformat() if made.destroyed_at else "",
        "entries": record.entries,
        "ciphertext_chain": record.chain.hex(),
    }
    return canonical(said).decode()
