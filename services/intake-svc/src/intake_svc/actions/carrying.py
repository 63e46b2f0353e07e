"""What goes along with a matter to its own case: notes, evidence and legal holds, sealed anew under that case's key (D20, D27).

Nothing is taken away from the case that it leaves: its record stays as it was, and joining the two again loses nothing.
"""

import base64
import hashlib
import json
from uuid import UUID

from chassis.audit import log_access
from chassis.crypto import Unopenable, data_key, reveal
from chassis.edge import Edge, new_id
from sqlalchemy import select
from sqlmodel import col

from intake_svc.actions import evidence, holds, notes
from intake_svc.actions.record import note_case
from intake_svc.model.hold import Record
from intake_svc.model.splitting import Along
from intake_svc.rules.splitting import may_carry
from intake_svc.tables import Case, Evidence, Hold, Note


async def carry(edge: Edge, row: Case, to: Case, along: Along) -> dict[UUID, UUID]:
    """Carry notes and evidence to another case; give the new id of each. The look at them is logged.

    Raises:
        Refused: one of them is none of this case, or was removed.
    """
    await log_access(edge, "case", row.id)
    return await _carry_notes(edge, row, to, along) | await _carry_evidence(edge, row, to, along)


async def carry_holds(edge: Edge, row: Case, to: Case, moved: dict[UUID, UUID]) -> None:
    """Let whatever is held stay held: what lies on the whole case, or on what went along, lies on the other case too (D27)."""
    live = [hold for hold in await holds.holds_of(edge, row.id) if hold.facts().is_live(edge.now)]
    if not live:
        return
    edge.access_reason = edge.access_reason or edge.operation
    await log_access(edge, "case", row.id)
    key = await data_key(edge, to.id)
    for hold in live:
        record_id = to.id if hold.record == Record.CASE else moved.get(hold.record_id)
        if record_id is not None:
            laid = Hold(
                id=new_id(),
                case_id=to.id,
                record=hold.record,
                record_id=record_id,
                reason=key.seal(await reveal(edge, hold.reason, place=holds.REASON), place=holds.REASON),
                until=hold.until,
                by=hold.by,
                at=edge.now,
            )
            edge.session.add(laid)
            note_case(edge, to, "held")


async def _carry_notes(edge: Edge, row: Case, to: Case, along: Along) -> dict[UUID, UUID]:
    """Carry notes with all that corrects them or that they correct: a correction alone says nothing."""
    there = await notes.notes_of(edge, row.id) if along.notes else []
    for one in along.notes:
        may_carry(known=any(note.row.id == one for note in there), removed=False).or_refuse()
    wanted = {*along.notes}
    for note in (*reversed(there), *there):
        if note.row.corrects is not None and {note.row.id, note.row.corrects} & wanted:
            wanted |= {note.row.id, note.row.corrects}
    key = await data_key(edge, to.id)
    moved: dict[UUID, UUID] = {}
    for note in (one for one in there if one.row.id in wanted):
        made = Note(
            id=new_id(),
            case_id=to.id,
            topic=note.row.topic,
            text=key.seal(note.text, place=notes.TEXT),
            corrects=moved[note.row.corrects] if note.row.corrects is not None else None,
            carried_from=note.row.id,
            by=note.row.by,
            role=note.row.role,
            at=note.row.at,
        )
        edge.session.add(made)
        moved[note.row.id] = made.id
    return moved


async def _carry_evidence(edge: Edge, row: Case, to: Case, along: Along) -> dict[UUID, UUID]:
    """Carry evidence, byte by byte; what the other case has already is not there twice."""
    asked = select(Evidence).where(col(Evidence.case_id) == row.id, col(Evidence.id).in_(along.evidence)).order_by(col(Evidence.id))
    there = list(await edge.session.scalars(asked.execution_options(populate_existing=True))) if along.evidence else []
    may_carry(known=len(there) == len({*along.evidence}), removed=any(one.content is None for one in there)).or_refuse()
    known = {one.sha256: one.id for one in await evidence.evidence_of(edge, to.id) if one.removed is None} if there else {}
    key = await data_key(edge, to.id)
    moved: dict[UUID, UUID] = {}
    for one in there:
        if one.content is None or one.words is None:
            raise AssertionError("what was not removed has its bytes: the database sees to it")
        if one.sha256 in known:
            moved[one.id] = known[one.sha256]
            continue
        content = await reveal(edge, one.content, place=evidence.CONTENT)
        if hashlib.sha256(base64.b64decode(content)).hexdigest() != one.sha256:
            raise Unopenable
        words = json.loads(await reveal(edge, one.words, place=evidence.WORDS))
        made = Evidence(
            id=new_id(),
            case_id=to.id,
            by=edge.by.id,
            at=edge.now,
            claimed_type=one.claimed_type,
            media_type=one.media_type,
            cautions=one.cautions,
            size=one.size,
            sha256=one.sha256,
            words=key.seal(json.dumps(words), place=evidence.WORDS),
            content=key.seal(content, place=evidence.CONTENT),
            carried_from=one.id,
        )
        edge.session.add(made)
        moved[one.id] = made.id
        evidence.note_added(edge, to)
    await edge.session.flush()
    return moved
