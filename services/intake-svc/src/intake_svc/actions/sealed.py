"""The sealed record of a case of child protection: what a request says goes there at once, and nowhere else (D20)."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.audit import log_access
from chassis.crypto import DataKey, KeyDestroyed, Sealed, data_key, new_data_key, reveal, reveal_many
from chassis.edge import Edge, new_id
from chassis.errors import NotFound
from chassis.ticker import schedule
from kernel.kinds import Kind
from kernel.workdays import calendar_day
from sqlalchemy import select
from sqlmodel import col

from intake_svc.model.sealed import EntryKind
from intake_svc.rules.cybertip import asked_again_at
from intake_svc.tables import Case, CyberTip, Request, SealedEntry, SealedRecord, Supplement

WORDS = "sealed_entry.words"
LATE = "case.cybertip_late"
NOTHING = "{}"
"""What lies under the case's own key in place of what went into the sealed record."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry, opened: `words` are what was brought or sent, never the bytes of a file."""

    id: UUID
    what: EntryKind
    request_id: UUID | None
    by: str
    at: datetime
    words: Mapping[str, Any]


def begin(edge: Edge, case_id: UUID) -> tuple[SealedRecord, DataKey]:
    """Make the record of a case, under a key of its own, and with it the duty to decide whether it is reported (D21)."""
    record = SealedRecord(id=new_id(), case_id=case_id, opened_at=edge.now)
    edge.session.add(record)
    tip = CyberTip(id=new_id(), case_id=case_id)
    edge.session.add(tip)
    schedule(edge, aggregate_id=case_id, kind=LATE, due_at=asked_again_at(tip.facts(), edge.now, on=calendar_day(edge.now)))
    return record, new_data_key(edge, record.id)


def put(edge: Edge, record: SealedRecord, key: DataKey, what: EntryKind, words: Mapping[str, Any], *, of: UUID | None = None) -> None:
    """Seal words into a record that the caller holds; `of` is the request that brought them."""
    sealed = key.seal(json.dumps(dict(words)), place=WORDS)
    edge.session.add(SealedEntry(id=new_id(), record_id=record.id, request_id=of, what=what, words=sealed, by=edge.by.id, at=edge.now))
    record.entries, record.chain = record.entries + 1, hashlib.sha256(record.chain + sealed.blob).digest()


def set_apart(edge: Edge, kind: Kind | None, case_id: UUID, request_id: UUID, words: Mapping[str, Any]) -> str:
    """Give what is to lie with a request: what it says, or, where it opens a case of child protection, nothing of that.

    Then its words begin the sealed record of that case, from the first moment, and lie nowhere else (D20).
    """
    if kind is not Kind.CHILD_PROTECTION:
        return json.dumps(dict(words))
    record, key = begin(edge, case_id)
    put(edge, record, key, EntryKind.REQUEST, words, of=request_id)
    return NOTHING


async def record_of(edge: Edge, case_id: UUID) -> SealedRecord:
    """Give the record of a case.

    Raises:
        NotFound: it has none.
    """
    found = (await edge.session.scalars(select(SealedRecord).where(col(SealedRecord.case_id) == case_id))).one_or_none()
    if found is None:
        raise NotFound("sealed record")
    return found


async def lock_record(edge: Edge, *case_ids: UUID) -> tuple[SealedRecord, DataKey | None]:
    """Lock the record of the first of these cases that has one, and give it with its key; make it for the last where none has.

    The key is None once it was destroyed.
    """
    for case_id in case_ids:
        asked = select(SealedRecord).where(col(SealedRecord.case_id) == case_id).with_for_update()
        record = (await edge.session.scalars(asked.execution_options(populate_existing=True))).one_or_none()
        if record is not None:
            return record, None if record.destroyed_at is not None else await data_key(edge, record.id)
    return begin(edge, case_ids[-1])


async def lies_sealed(edge: Edge, row: Request) -> bool:
    """Tell whether what this request says lies in a sealed record: its case is one of child protection, or became one."""
    asked = select(col(Case.kind)).where(col(Case.id) == row.case_id)
    return row.case_id is not None and await edge.session.scalar(asked) == Kind.CHILD_PROTECTION


async def bring(edge: Edge, row: Request, words: Mapping[str, Any]) -> None:
    """Put what completes a request into the record that it began with, even where it has joined another case since.

    Raises:
        KeyDestroyed: that record is gone.
    """
    record, key = await lock_record(edge, row.key_id, *([row.case_id] if row.case_id else []))
    if key is None:
        raise KeyDestroyed
    put(edge, record, key, EntryKind.COMPLETION, words, of=row.id)


async def move_in(edge: Edge, row: Case) -> None:
    """Take what the requests of a case said out of where it lay, into a sealed record, for it is child protection from now on.

    Notes and findings were written by staff and stay; whoever takes the case on sees to them.
    """
    record, key = begin(edge, row.id)
    for request in await edge.session.scalars(select(Request).where(col(Request.case_id) == row.id).order_by(col(Request.id))):
        if request.content is not None:
            words, request.content = await _taken_out(edge, request.content, "request.content")
            put(edge, record, key, EntryKind.REQUEST, words, of=request.id)
        later = select(Supplement).where(col(Supplement.request_id) == request.id).order_by(col(Supplement.id))
        for part in await edge.session.scalars(later):
            if part.content is not None:
                words, part.content = await _taken_out(edge, part.content, "supplement.content")
                put(edge, record, key, EntryKind.COMPLETION, words, of=request.id)


async def _taken_out(edge: Edge, kept: Sealed, place: str) -> tuple[dict[str, Any], Sealed]:
    """Open words where they lie, and give what is to lie there instead."""
    await log_access(edge, "case", kept.key_id)
    words: dict[str, Any] = json.loads(await reveal(edge, kept, place=place))
    return words, (await data_key(edge, kept.key_id)).seal(NOTHING, place=place)


async def opened(edge: Edge, row: Case) -> list[Entry]:
    """Open what belongs to a case: its own record, and of others what its requests said before they joined it or left with it.

    The database shows the rows because the look is written first, in this transaction.
    """
    keys = select(col(Request.key_id)).where(col(Request.case_id) == row.id)
    asked = select(SealedRecord).where(col(SealedRecord.case_id).in_(keys) | (col(SealedRecord.case_id) == row.id))
    records = list(await edge.session.scalars(asked.where(col(SealedRecord.destroyed_at).is_(None)).order_by(col(SealedRecord.id))))
    for record in records:
        await log_access(edge, "sealed_record", record.id)
    await edge.flush()
    own = {record.id for record in records if record.case_id == row.id}
    shown = select(SealedEntry).where(col(SealedEntry.record_id).in_([record.id for record in records])).order_by(col(SealedEntry.id))
    found = [
        one
        for one in await edge.session.scalars(shown)
        if (one.record_id in own if one.request_id is None else one.request_id in row.request_ids)
    ]
    words = await reveal_many(edge, [one.words for one in found], place=WORDS)
    return [
        Entry(one.id, EntryKind(one.what), one.request_id, one.by, one.at, json.loads(said)) for one, said in zip(found, words, strict=True)
    ]
