"""What a CheckUser found: kept sealed by who ran it, read by those of the case, held with a reason, destroyed in its time (D19)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.audit import log_access
from chassis.crypto import destroy_data_key, new_data_key, reveal
from chassis.edge import Edge, new_id
from chassis.errors import NotFound
from chassis.ticker import cancel, schedule
from kernel.kinds import Kind
from sqlmodel import col, select

from ban_svc.actions.change import note_in_trail
from ban_svc.actions.text import open_notes, write_note
from ban_svc.model import State
from ban_svc.rules import check_result as law
from ban_svc.tables import Action, CheckResult, CheckResultHold, Enforcement, Note, Signature

TEXT = "check_result.text"
OVER = "check_result.over"


@dataclass(frozen=True, slots=True)
class Shown:
    """A result as those of the case read it: its text until it is over, its latest hold with the reasons."""

    result: CheckResult
    text: str | None
    hold: CheckResultHold | None
    reason: str | None
    release: str | None


async def keep_result(edge: Edge, action_id: UUID, *, text: str, collected_at: datetime) -> CheckResult:
    """Keep what a check found, under a key of its own, until its ninety days are over.

    Raises:
        Refused: with every reason why it may not be kept.
    """
    action = await edge.lock(Action, action_id, "action")
    law.may_keep_result(
        Kind(action.kind),
        State(action.state),
        by=edge.by.id,
        ran_it=await _ran_it(edge, action),
        collected_at=collected_at,
        enacted_at=action.enacted_at,
        now=edge.now,
    ).or_refuse()
    result_id, until = new_id(), law.result_until(collected_at)
    row = CheckResult(
        id=result_id,
        action_id=action.id,
        by=edge.by.id,
        collected_at=collected_at,
        at=edge.now,
        until=until,
        text=new_data_key(edge, result_id).seal(text, place=TEXT),
    )
    edge.session.add(row)
    schedule(edge, aggregate_id=row.id, kind=OVER, due_at=until)
    note_in_trail(edge, action, "check_result_kept", prior_state=action.state)
    return row


async def results_of(edge: Edge, action_id: UUID) -> list[Shown]:
    """Read what a check found; each result is logged as read, and what is over by the clock is not shown.

    Raises:
        Refused: the reader is not of the case.
    """
    action = await edge.get(Action, action_id, "action")
    law.may_read_results(edge.by.id, of_the_case=await _of_the_case(edge, action)).or_refuse()
    mine = select(CheckResult).where(CheckResult.action_id == action.id).order_by(col(CheckResult.id))
    rows = list(await edge.session.scalars(mine))
    holds = await _holds_of(edge, rows)
    notes = await _notes_of(edge, action, holds.values())
    return [await _shown(edge, row, holds.get(row.id), notes) for row in rows]


async def hold_result(edge: Edge, action_id: UUID, result_id: UUID, *, reason: str) -> CheckResult:
    """Keep a result longer than its ninety days, for a reason on record.

    Raises:
        Refused: with every reason why it may not be held.
    """
    action, row, hold = await _of_action(edge, action_id, result_id)
    law.may_hold_result(row.facts(held=hold is not None), by=edge.by.id, now=edge.now).or_refuse()
    note = await write_note(edge, action, "check_result_hold", reason)
    edge.session.add(CheckResultHold(id=new_id(), result_id=row.id, by=edge.by.id, at=edge.now, reason_id=note.id))
    await cancel(edge, row.id, OVER)
    note_in_trail(edge, action, "check_result_held", prior_state=action.state)
    return row


async def release_result(edge: Edge, action_id: UUID, result_id: UUID, *, reason: str) -> CheckResult:
    """Hold a result no longer; past its ninety days it is destroyed at once.

    Raises:
        Refused: no hold stands on it.
    """
    action, row, hold = await _of_action(edge, action_id, result_id)
    law.may_release_result(row.facts(held=hold is not None)).or_refuse()
    if hold is None:
        raise ValueError("a granted release of nothing")
    note = await write_note(edge, action, "check_result_release", reason)
    hold.released_by, hold.released_at, hold.release_id = edge.by.id, edge.now, note.id
    await edge.session.flush()
    note_in_trail(edge, action, "check_result_released", prior_state=action.state)
    if law.is_over(row.facts(held=False), edge.now):
        await _destroy(edge, action, row)
    else:
        schedule(edge, aggregate_id=row.id, kind=OVER, due_at=row.until)
    return row


async def end_result(edge: Edge, row: CheckResult) -> None:
    """Destroy a result whose time is over and on which no hold stands."""
    facts = row.facts(held=(await _holding(edge, row.id)) is not None)
    if row.destroyed_at is None and law.is_over(facts, edge.now):
        await _destroy(edge, await edge.get(Action, row.action_id, "action"), row)


async def _destroy(edge: Edge, action: Action, row: CheckResult) -> None:
    """Destroy the key, and the sealed bytes with it."""
    await destroy_data_key(edge, row.id)
    row.text, row.destroyed_at = None, edge.now
    await edge.session.flush()
    note_in_trail(edge, action, "check_result_destroyed", prior_state=action.state)


async def _ran_it(edge: Edge, action: Action) -> frozenset[str]:
    """Tell who evaluated the matter, enacted the check, or entered a receipt of it."""
    receipts = await edge.session.scalars(
        select(Enforcement.by).where(Enforcement.action_id == action.id, col(Enforcement.by).is_not(None))
    )
    return frozenset(one for one in (action.evaluator, action.performed_by, *receipts) if one is not None)


async def _of_the_case(edge: Edge, action: Action) -> frozenset[str]:
    """Tell who ran it, and who signed it."""
    signers = await edge.session.scalars(select(Signature.by).where(Signature.action_id == action.id))
    return await _ran_it(edge, action) | frozenset(signers)


async def _of_action(edge: Edge, action_id: UUID, result_id: UUID) -> tuple[Action, CheckResult, CheckResultHold | None]:
    """Lock an action and one of its results, and find the hold that stands on it."""
    action = await edge.lock(Action, action_id, "action")
    row = await edge.lock(CheckResult, result_id, "check result")
    if row.action_id != action.id:
        raise NotFound("check result")
    return action, row, await _holding(edge, row.id)


async def _holding(edge: Edge, result_id: UUID) -> CheckResultHold | None:
    stands = select(CheckResultHold).where(CheckResultHold.result_id == result_id, col(CheckResultHold.released_at).is_(None))
    return (await edge.session.scalars(stands)).one_or_none()


async def _holds_of(edge: Edge, rows: Sequence[CheckResult]) -> dict[UUID, CheckResultHold]:
    """Find the latest hold of each result."""
    theirs = select(CheckResultHold).where(col(CheckResultHold.result_id).in_([row.id for row in rows])).order_by(col(CheckResultHold.id))
    return {hold.result_id: hold for hold in await edge.session.scalars(theirs)}


async def _notes_of(edge: Edge, action: Action, holds: Iterable[CheckResultHold]) -> dict[UUID, str]:
    wanted = [note for hold in holds for note in (hold.reason_id, hold.release_id) if note is not None]
    return await open_notes(edge, action, list(await edge.session.scalars(select(Note).where(col(Note.id).in_(wanted)))))


async def _shown(edge: Edge, row: CheckResult, hold: CheckResultHold | None, notes: dict[UUID, str]) -> Shown:
    held = hold is not None and hold.released_at is None
    text = None
    if row.text is not None and not law.is_over(row.facts(held=held), edge.now):
        await log_access(edge, "check_result", row.id)
        text = await reveal(edge, row.text, place=TEXT)
    reason = notes.get(hold.reason_id) if hold else None
    return Shown(row, text, hold, reason, notes.get(hold.release_id) if hold and hold.release_id else None)
