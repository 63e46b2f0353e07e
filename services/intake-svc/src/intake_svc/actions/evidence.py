"""Files, links and words that a person adds to a case: kept sealed, given out as bare bytes, destroyed when removed (D20, D27)."""

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis import tables
from chassis.audit import log_access, write_audit
from chassis.crypto import Unopenable, data_key, reveal, reveal_many
from chassis.edge import Edge, new_id
from chassis.errors import Malformed, NotFound
from kernel import media_type
from kernel.actor import Actor, Role
from kernel.decision import Reason
from kernel.kinds import Kind
from kernel.workdays import calendar_day
from sqlalchemy import delete, or_, select
from sqlalchemy.orm import defer
from sqlmodel import col

from intake_svc.actions.holds import is_held
from intake_svc.actions.notes import lock_seen
from intake_svc.actions.reading import read_case
from intake_svc.model.evidence import NewEvidence, RemovedAs
from intake_svc.model.hold import Record
from intake_svc.rules import evidence as law
from intake_svc.tables import Case, Evidence

CONTENT, WORDS, REMOVED_NOTE = "evidence.content", "evidence.words", "evidence.removed_note"
ANSWERS = ("http:add_case_evidence", "http:remove_case_evidence")
"""The operations whose stored answers hold a hash."""

# One reason for everything added and removed: the trail is read by more people than the evidence is.
_QUARANTINED = Reason("evidence_quarantined", "It was kept as its bytes alone.", "D20")
_TAKEN_OUT = Reason("evidence_taken_out", "It was removed, and its bytes with it.", "D20")


@dataclass(frozen=True, slots=True)
class Brought:
    """Evidence as somebody brings it: its bytes, what it is called, what it is and where it came from."""

    content: bytes
    claimed_type: str
    source: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown of evidence: its row without the bytes, the words beside it, and why it was removed."""

    row: Evidence
    words: dict[str, str]
    note: str | None = None


async def add_evidence(edge: Edge, case_id: UUID, brought: Brought, *, by: Actor) -> Shown:
    """Keep evidence with a case: hashed, typed by its bytes, sealed, and looked into by nothing.

    Raises:
        Malformed: the case is one of child protection, which takes words alone.
        Refused: nobody has taken the case on, or the file is too large, one too many, or there already.
    """
    row = await lock_seen(edge, case_id, by)
    for reason in law.takes_evidence(Kind(row.kind)).reasons:
        raise Malformed(reason.code, reason.says, reason.cite)
    files = await evidence_of(edge, row.id)
    sha256 = hashlib.sha256(brought.content).hexdigest()
    known = any(one.sha256 == sha256 and one.removed is None for one in files)
    law.may_add(row.facts(), NewEvidence(len(brought.content), len(files), known=known), on=calendar_day(edge.now)).or_refuse()
    key = await data_key(edge, row.id)
    words = {"source": brought.source, **({"name": brought.name} if brought.name else {})}
    recognised = media_type.recognise(brought.content)
    kept = Evidence(
        id=new_id(),
        case_id=row.id,
        by=edge.by.id,
        at=edge.now,
        claimed_type=brought.claimed_type,
        media_type=recognised,
        cautions=list(media_type.cautions(brought.claimed_type, recognised)),
        size=len(brought.content),
        sha256=sha256,
        words=key.seal(json.dumps(words), place=WORDS),
        content=key.seal(base64.b64encode(brought.content).decode(), place=CONTENT),
    )
    edge.session.add(kept)
    await edge.session.flush()
    note_added(edge, row)
    return Shown(kept, words)


def note_added(edge: Edge, row: Case) -> None:
    """Put into the trail of a case that evidence was added to it."""
    _note(edge, row, "evidence_added", _QUARANTINED)


async def evidence_of(edge: Edge, case_id: UUID) -> Sequence[Evidence]:
    """Give what was ever added to a case, oldest first, without its bytes."""
    return list(await edge.session.scalars(_without_bytes(col(Evidence.case_id) == case_id)))


async def list_evidence(edge: Edge, case_id: UUID, reader: Actor) -> list[Shown]:
    """Give what is known of a case's evidence, and nothing that is in it; the look is logged.

    Raises:
        NotFound: there is no such case, or they may not know of it.
    """
    row = await read_case(edge, case_id, reader)
    await log_access(edge, "case", row.id)
    return await show(edge, await evidence_of(edge, row.id))


async def show(edge: Edge, rows: Sequence[Evidence]) -> list[Shown]:
    """Open the words beside evidence of a case whose access is logged."""
    noted = [one for one in rows if one.removed_note is not None]
    notes = await reveal_many(edge, [one.removed_note for one in noted if one.removed_note is not None], place=REMOVED_NOTE)
    worded = [one for one in rows if one.words is not None]
    opened = await reveal_many(edge, [one.words for one in worded if one.words is not None], place=WORDS)
    said = {one.id: note for one, note in zip(noted, notes, strict=True)}
    words = {one.id: json.loads(text) for one, text in zip(worded, opened, strict=True)}
    return [Shown(one, words.get(one.id, {}), said.get(one.id)) for one in rows]


async def open_evidence(edge: Edge, case_id: UUID, evidence_id: UUID, reader: Actor) -> bytes:
    """Give the bytes of one piece; the look at this very piece is on record before the first of them.

    Raises:
        NotFound: the case has no such evidence.
        Refused: it was removed.
        Unopenable: the bytes are not those that were added.
    """
    await read_case(edge, case_id, reader)
    row = await edge.session.get(Evidence, evidence_id)
    if row is None or row.case_id != case_id:
        raise NotFound("evidence")
    law.may_open(row.removed).or_refuse()
    if row.content is None:
        raise AssertionError("what was not removed has its bytes: the database sees to it")
    await log_access(edge, "case", case_id)
    await log_access(edge, "evidence", evidence_id)
    content = base64.b64decode(await reveal(edge, row.content, place=CONTENT))
    if hashlib.sha256(content).hexdigest() != row.sha256:
        raise Unopenable
    return content


async def remove_evidence(edge: Edge, case_id: UUID, evidence_id: UUID, why: RemovedAs, note: str | None, *, by: Actor) -> Shown:
    """Destroy the bytes of one piece; the row stays. Of reported material nothing stays but that, wherever the same bytes lie (D20).

    Raises:
        NotFound: the case has no such evidence.
        Refused: it was removed already, is Legal's to remove, or is held.
    """
    edge.access_reason = edge.access_reason or edge.operation
    await read_case(edge, case_id, by)
    asked = await _piece(edge, case_id, evidence_id)
    reported = why is RemovedAs.REPORTED_MATERIAL
    same = col(Evidence.id) == evidence_id
    if reported and asked.sha256 is not None:
        same = or_(same, col(Evidence.sha256) == asked.sha256)
    found = await edge.session.scalars(select(col(Evidence.case_id)).where(same))
    locked = {one: await edge.lock(Case, one, "case") for one in sorted({case_id, *found})}
    asked = await _piece(edge, case_id, evidence_id)
    held = await is_held(edge, case_id, Record.EVIDENCE, evidence_id)
    facts = locked[case_id].facts()
    law.may_remove(facts, asked.removed, why, by_legal=by.holds(Role.LEGAL), held=held).or_refuse()
    kept = None if note is None else (await data_key(edge, case_id)).seal(note, place=REMOVED_NOTE)
    rows = [one for one in await edge.session.scalars(_without_bytes(same)) if one.case_id in locked]
    for row in rows:
        if reported:
            row.sha256 = row.size = row.words = None
        row.content, row.removed_note = None, kept
        row.removed_as, row.removed_by, row.removed_at = why, edge.by.id, edge.now
    await edge.session.flush()
    if reported:
        await _forget_answers(edge, rows)
    for one in {row.case_id for row in rows}:
        _note(edge, locked[one], "evidence_removed", _TAKEN_OUT)
    await log_access(edge, "case", case_id)
    return (await show(edge, [asked]))[0]


async def take_out_all(edge: Edge, row: Case) -> None:
    """Remove whatever a case holds as reported material, since it is one of child protection from now on (D20)."""
    for one in await evidence_of(edge, row.id):
        if one.removed is not RemovedAs.REPORTED_MATERIAL:
            one.sha256 = one.size = one.words = one.content = one.removed_note = None
            one.removed_as, one.removed_by, one.removed_at = RemovedAs.REPORTED_MATERIAL, edge.by.id, edge.now
            _note(edge, row, "evidence_removed", _TAKEN_OUT)
            await _forget_answers(edge, [one])
    await edge.session.flush()


async def _forget_answers(edge: Edge, rows: Sequence[Evidence]) -> None:
    """Delete the stored answers that hold the hash; whoever repeats such a call is told what is there now."""
    answers = tables.idempotency.c
    callers = {row.by for row in rows} | {row.removed_by for row in rows if row.removed_by is not None}
    await edge.session.execute(delete(tables.idempotency).where(answers.caller.in_(callers), answers.operation.in_(ANSWERS)))


def _note(edge: Edge, row: Case, what: str, reason: Reason) -> None:
    write_audit(
        edge,
        aggregate="case",
        aggregate_id=row.id,
        operation=f"http:case:{what}",
        prior_state=row.state,
        state=row.state,
        reasons=[reason],
    )


async def _piece(edge: Edge, case_id: UUID, evidence_id: UUID) -> Evidence:
    mine = _without_bytes((col(Evidence.id) == evidence_id) & (col(Evidence.case_id) == case_id))
    row: Evidence | None = await edge.session.scalar(mine)
    if row is None:
        raise NotFound("evidence")
    return row


def _without_bytes(which: Any) -> Any:
    """Select evidence as it is now, leaving its bytes in the database."""
    fresh = select(Evidence).where(which).order_by(col(Evidence.id)).options(defer(Evidence.content, raiseload=True))  # type: ignore[arg-type]  # a mapped column
    return fresh.execution_options(populate_existing=True)
