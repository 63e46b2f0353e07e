"""Files that a person adds to a notice: kept sealed, given out as bare bytes, destroyed when removed (D20, D27)."""

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis import tables
from chassis.audit import log_access
from chassis.crypto import Unopenable, data_key, reveal, reveal_many
from chassis.edge import Edge, new_id
from chassis.errors import NotFound
from kernel import media_type
from kernel.decision import Reason
from kernel.workdays import calendar_day
from sqlalchemy import delete, or_
from sqlalchemy.orm import defer
from sqlmodel import col, select

from dmca_svc.actions.matter import load, matter_of
from dmca_svc.actions.text import NOTE, keep_note, seal_json
from dmca_svc.model.evidence import NewFile, RemovedAs
from dmca_svc.rules import evidence as law
from dmca_svc.tables import Evidence, Note, Notice

CONTENT = "evidence.content"
WORDS = "evidence.words"
ANSWERS = ("http:add_evidence", "http:remove_evidence")
"""The operations whose stored answers hold a file's hash."""

# One reason for every file and every removal: the trail is read by more people than the files are.
_QUARANTINED = Reason("evidence_quarantined", "A file was kept as its bytes alone.", "D20")
_TAKEN_OUT = Reason("evidence_taken_out", "A file was removed, and its bytes with it.", "D20")


@dataclass(frozen=True, slots=True)
class Brought:
    """A file as somebody brings it: its bytes, what it is called, what it is and where it came from."""

    content: bytes
    claimed_type: str
    source: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown of a file: its row without the bytes, the words beside it, and why it was removed."""

    row: Evidence
    words: dict[str, str]
    note: str | None = None


async def add_evidence(edge: Edge, notice_id: UUID, brought: Brought) -> Shown:
    """Keep a file with a notice: hashed, typed by its bytes, sealed, and looked into by nothing.

    Raises:
        Refused: no person has judged the notice, it was put away, or the file is too large, one too many, or there already.
    """
    matter = await matter_of(edge, notice_id)
    files = await files_of(edge, notice_id)
    sha256 = hashlib.sha256(brought.content).hexdigest()
    known = any(one.sha256 == sha256 and one.removed is None for one in files)
    file = NewFile(len(brought.content), len(files), known=known, put_away=matter.notice.answered_as is not None)
    law.may_add(matter.facts(), file, on=calendar_day(edge.now)).or_refuse()
    key = await data_key(edge, notice_id)
    words = {"source": brought.source, **({"name": brought.name} if brought.name else {})}
    recognised = media_type.recognise(brought.content)
    row = Evidence(
        id=new_id(),
        notice_id=notice_id,
        by=edge.by.id,
        at=edge.now,
        claimed_type=brought.claimed_type,
        media_type=recognised,
        cautions=list(media_type.cautions(brought.claimed_type, recognised)),
        size=len(brought.content),
        sha256=sha256,
        words=seal_json(key, words, place=WORDS),
        content=key.seal(base64.b64encode(brought.content).decode(), place=CONTENT),
    )
    edge.session.add(row)
    await edge.session.flush()
    matter.note("evidence_added", reasons=[_QUARANTINED])
    return Shown(row, words)


async def files_of(edge: Edge, notice_id: UUID) -> Sequence[Evidence]:
    """Give the files that were ever added to a notice, oldest first, without their bytes."""
    return list(await edge.session.scalars(_without_bytes(col(Evidence.notice_id) == notice_id)))


async def list_evidence(edge: Edge, notice_id: UUID) -> list[Shown]:
    """Give what is known of a notice's files, and nothing that is in them; the look is logged.

    Raises:
        NotFound: there is no such notice.
    """
    await edge.get(Notice, notice_id, "notice")
    return await show(edge, notice_id, await files_of(edge, notice_id))


async def show(edge: Edge, notice_id: UUID, rows: Sequence[Evidence]) -> list[Shown]:
    """Open the words beside files of one notice; whoever works on it is logged with the operation when no reason was given."""
    edge.access_reason = edge.access_reason or edge.operation
    await log_access(edge, "notice", notice_id)
    noted = [one.removed_note for one in rows if one.removed_note is not None]
    notes = list(await edge.session.scalars(select(Note).where(col(Note.id).in_(noted)))) if noted else []
    said = dict(zip([note.id for note in notes], await reveal_many(edge, [note.text for note in notes], place=NOTE), strict=True))
    worded = [one for one in rows if one.words is not None]
    opened = await reveal_many(edge, [one.words for one in worded if one.words is not None], place=WORDS)
    words = {one.id: json.loads(text) for one, text in zip(worded, opened, strict=True)}
    return [Shown(one, words.get(one.id, {}), said[one.removed_note] if one.removed_note else None) for one in rows]


async def open_evidence(edge: Edge, notice_id: UUID, evidence_id: UUID) -> bytes:
    """Give the bytes of one file; the look at this very file is on record before the first of them.

    Raises:
        NotFound: the notice has no such file.
        Refused: it was removed.
        Unopenable: the bytes are not those that were added.
    """
    await edge.get(Notice, notice_id, "notice")
    row = await edge.session.get(Evidence, evidence_id)
    if row is None or row.notice_id != notice_id:
        raise NotFound("file")
    law.may_open(row.removed).or_refuse()
    if row.content is None:
        raise AssertionError("what was not removed has its bytes: the database sees to it")
    await log_access(edge, "notice", notice_id)
    await log_access(edge, "evidence", evidence_id)
    content = base64.b64decode(await reveal(edge, row.content, place=CONTENT))
    if hashlib.sha256(content).hexdigest() != row.sha256:
        raise Unopenable
    return content


async def remove_evidence(
    edge: Edge, notice_id: UUID, evidence_id: UUID, why: RemovedAs, note: str | None, *, by_legal: bool, by_evaluator: bool
) -> Shown:
    """Destroy the bytes of a file; the row stays. Of reported material nothing stays but that, wherever the same bytes lie (D20).

    Raises:
        NotFound: the notice has no such file.
        Refused: it was removed already, or is Legal's to remove.
    """
    await edge.get(Notice, notice_id, "notice")
    asked = await _file(edge, notice_id, evidence_id)
    reported = why is RemovedAs.REPORTED_MATERIAL
    same = col(Evidence.id) == evidence_id
    if reported and asked.sha256 is not None:
        same = or_(same, col(Evidence.sha256) == asked.sha256)
    found = await edge.session.scalars(select(Evidence.notice_id).where(same))
    locked = {one: await edge.lock(Notice, one, "notice") for one in sorted({notice_id, *found})}
    asked = await _file(edge, notice_id, evidence_id)
    matter = await load(edge, locked[notice_id])
    law.may_remove(matter.facts(), asked.removed, why, by_legal=by_legal, by_evaluator=by_evaluator).or_refuse()
    rows = [one for one in await edge.session.scalars(_without_bytes(same)) if one.notice_id in locked]
    if reported:
        await _forget_words(edge, rows)
    kept = await keep_note(matter, "evidence_removed", note) if note is not None else None
    # Nothing is asked of the database in between: half removed is what its checks refuse.
    for row in rows:
        if reported:
            row.sha256 = row.size = row.words = None
        row.content, row.removed_note = None, kept.id if kept else None
        row.removed_as, row.removed_by, row.removed_at = why, edge.by.id, edge.now
    await edge.session.flush()
    for one in {row.notice_id for row in rows}:
        other = matter if one == notice_id else await load(edge, locked[one])
        other.note("evidence_removed", reasons=[_TAKEN_OUT])
    return (await show(edge, notice_id, [asked]))[0]


async def _forget_words(edge: Edge, rows: Sequence[Evidence]) -> None:
    """Overwrite the words that somebody found for these files, and delete the stored answers that hold their hash.

    Whoever repeats such a call is told what is there now.
    """
    for row in rows:
        if row.removed_note is not None:
            note = await edge.get(Note, row.removed_note, "note")
            note.text = (await data_key(edge, row.notice_id)).seal("reported material", place=NOTE)
    answers = tables.idempotency.c
    callers = {row.by for row in rows} | {row.removed_by for row in rows if row.removed_by is not None}
    await edge.session.execute(delete(tables.idempotency).where(answers.caller.in_(callers), answers.operation.in_(ANSWERS)))


async def _file(edge: Edge, notice_id: UUID, evidence_id: UUID) -> Evidence:
    mine = _without_bytes((col(Evidence.id) == evidence_id) & (col(Evidence.notice_id) == notice_id))
    row: Evidence | None = await edge.session.scalar(mine)
    if row is None:
        raise NotFound("file")
    return row


def _without_bytes(which: Any) -> Any:
    """Select files as they are now, leaving their bytes in the database."""
    fresh = select(Evidence).where(which).order_by(col(Evidence.id)).options(defer(Evidence.content, raiseload=True))  # type: ignore[arg-type]  # a mapped column
    return fresh.execution_options(populate_existing=True)
