"""The sealed record of a case in the hands of those who were named to read it (D4, D20)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from chassis.edge import Edge
from kernel.actor import Actor
from sqlalchemy import select
from sqlmodel import col

from intake_svc.actions.holds import is_held
from intake_svc.actions.notes import lock_seen
from intake_svc.actions.readers import is_named
from intake_svc.actions.reading import read_case
from intake_svc.actions.record import note_case
from intake_svc.actions.sealed import Entry, lock_record, opened, put, record_of
from intake_svc.model.hold import Record
from intake_svc.model.sealed import EntryKind, SealedFacts
from intake_svc.rules import sealed as rules
from intake_svc.tables import Case, Destruction, SealedRecord


async def add_words(edge: Edge, case_id: UUID, words: Mapping[str, Any], *, by: Actor) -> SealedRecord:
    """Put what a named reader found into the record of a case; the trail says that, and nothing of it.

    Raises:
        Refused: they are not named, or its key was destroyed.
    """
    row = await lock_seen(edge, case_id, by)
    record, key = await lock_record(edge, row.id)
    rules.may_open(await facts_of(edge, row, record), named=await is_named(edge, by.sub)).or_refuse()
    if key is None:
        raise AssertionError("what may be opened has its key")
    put(edge, record, key, EntryKind.ADDED, words)
    note_case(edge, row, "sealed_record_added")
    return record


async def read_record(edge: Edge, case_id: UUID, reader: Actor) -> tuple[SealedRecord, list[Entry]]:
    """Open the sealed record of a case for a named reader; that they looked, and why, is logged before the first word.

    Raises:
        NotFound: there is no such case, or they may not know of it.
        Refused: they are not named, or its key was destroyed.
    """
    row = await read_case(edge, case_id, reader)
    record = await record_of(edge, row.id)
    rules.may_open(await facts_of(edge, row, record), named=await is_named(edge, reader.sub)).or_refuse()
    return record, await opened(edge, row)


async def facts_of(edge: Edge, row: Case, record: SealedRecord) -> SealedFacts:
    """Give what a rule asks about a record of this case."""
    waits = select(col(Destruction.by)).where(col(Destruction.record_id) == record.id, col(Destruction.destroyed_at).is_(None))
    return SealedFacts(
        preserve_until=record.preserve_until,
        destroyed=record.destroyed_at is not None,
        duty_open=record.preserve_until is None,
        held=await is_held(edge, row.id, Record.CASE, row.id),
        asked_by=await edge.session.scalar(waits),
    )
