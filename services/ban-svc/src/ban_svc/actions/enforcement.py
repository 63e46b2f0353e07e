"""Wikis by hand: staff did it and enter the proof, or say why not; another looks a second time (R84, R91-R93)."""

from dataclasses import dataclass
from uuid import UUID

from chassis.crypto import data_key
from chassis.edge import Edge, new_id
from kernel.kinds import Kind
from kernel.review import Course

from ban_svc import rules
from ban_svc.actions.change import announce, note_change
from ban_svc.actions.matter import roles_of
from ban_svc.actions.owed import count, owed_of
from ban_svc.actions.reversals import URL, record_reversal
from ban_svc.actions.text import write_note
from ban_svc.model import EffectState, LookFacts, State
from ban_svc.tables import Action, Enforcement


@dataclass(frozen=True, slots=True)
class Receipt:
    """The proof of one effect, exactly one of the three; what a block bars, and whether it is marked, where the receipt says so."""

    log_id: int | None = None
    revision_id: int | None = None
    url: str | None = None
    bars: tuple[str, ...] | None = None
    marked: bool | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What a second look found: whether it stands and is marked still, and who undid it where that is known."""

    stands: bool
    note: str
    marked: bool | None = None
    undone_by: str | None = None


async def enforce(edge: Edge, action_id: UUID, *, wiki: str, effect: str, receipt: Receipt) -> Action:
    """Take the receipt of one effect; with the last one the action is enforced. What others undid is done again in a row of its own.

    Raises:
        Refused: with every reason why it cannot be taken.
    """
    on = edge.now.date()
    action, rows, row = await _find(edge, action_id, wiki, effect)
    may = rules.may_perform(Kind(action.kind), roles_of(edge)) & rules.may_enforce(
        State(action.state),
        Kind(action.kind),
        Course(action.course),
        by=edge.by.id,
        evaluator=action.evaluator,
        known=row is not None,
        waiting=row is not None and row.state != EffectState.DONE,
    )
    linked, revision = receipt.url is not None, receipt.revision_id is not None
    apart = rules.proves_without_place(Kind(action.kind), wiki, linked=linked, revision=revision)
    (may & rules.bars_enough(effect, receipt.bars, on=on) & apart).or_refuse()
    if row is None:
        raise ValueError("a granted receipt without its effect")
    # The key is read before the row changes: the query would flush a row that is half done, and the database refuses it.
    key = await data_key(edge, action.id)
    prior = action.public()
    if row.state == EffectState.DRIFTED:
        row = await _again(edge, row)
        rows.append(row)
    row.state, row.by, row.at = EffectState.DONE, edge.by.id, edge.now
    row.note_id = None
    row.log_id, row.revision_id = receipt.log_id, receipt.revision_id
    row.url = key.seal(receipt.url, place=URL) if receipt.url is not None else None
    row.bars, row.marked = list(receipt.bars) if receipt.bars is not None else None, receipt.marked
    edge.session.add(row)
    count(action, rows)
    seen = rules.seen_in_receipt(effect, receipt.bars, receipt.marked, on=on).reasons
    if action.state == State.ENFORCED and prior.state != State.ENFORCED.value:
        announce(edge, action, "enforced", prior, remarks=seen)
    else:
        note_change(edge, action, "receipt_taken", prior_state=prior.state, remarks=seen)
    return action


async def _again(edge: Edge, undone: Enforcement) -> Enforcement:
    """Give the row of what is done again; the receipt of what was undone stays on record as it was (R93)."""
    undone.over_at = edge.now
    await edge.session.flush()
    return Enforcement(id=new_id(), action_id=undone.action_id, wiki=undone.wiki, effect=undone.effect, again_of=undone.id)


async def tell_failure(edge: Edge, action_id: UUID, *, wiki: str, effect: str, note: str) -> Action:
    """Say that an effect could not be done, and why; it stays owed, in the list of what failed.

    Raises:
        Refused: with every reason.
    """
    action, rows, row = await _find(edge, action_id, wiki, effect)
    rules.may_tell_failure(_look(edge, row)).or_refuse()
    if row is None:
        raise ValueError("a granted failure of nothing")
    prior = action.public()
    row.note_id = (await write_note(edge, action, "enforcement_failure", note)).id
    row.state = EffectState.FAILED
    count(action, rows)
    announce(edge, action, "enforcement_failed", prior)
    return action


async def look_again(edge: Edge, action_id: UUID, *, wiki: str, effect: str, look: Look) -> Action:
    """Record a second look at what was done: it stands, or it was undone since and is owed again (R93).

    Raises:
        Refused: with every reason.
    """
    action, rows, row = await _find(edge, action_id, wiki, effect)
    named = rules.may_name_reversal(stands=look.stands, undone_by=look.undone_by)
    (rules.may_look(_look(edge, row)) & named).or_refuse()
    if row is None:
        raise ValueError("a granted look at nothing")
    prior, stood = action.public(), row.state == EffectState.DONE
    written = await write_note(edge, action, "enforcement_look", look.note)
    row.note_id = written.id
    row.seen_by, row.seen_at, row.still_marked = edge.by.id, edge.now, look.marked
    row.state = EffectState.DONE if look.stands else EffectState.DRIFTED
    count(action, rows)
    seen = rules.is_marked(look.marked)
    if stood and not look.stands:
        await record_reversal(edge, action, row, written.id, undone_by=look.undone_by)
        seen &= rules.follows_a_reversal()
    if look.stands and action.state == prior.state:
        note_change(edge, action, "looked_again", prior_state=prior.state, remarks=seen.reasons)
    else:
        announce(edge, action, "enforced" if look.stands else "enforcement_failed", prior, remarks=seen.reasons)
    return action


async def _find(edge: Edge, action_id: UUID, wiki: str, effect: str) -> tuple[Action, list[Enforcement], Enforcement | None]:
    """Lock an action and find one of its effects among all that are owed."""
    action = await edge.lock(Action, action_id, "action")
    rules.may_work_on(Kind(action.kind), roles_of(edge)).or_refuse()
    rows = await owed_of(edge, action)
    return action, rows, next((row for row in rows if (row.wiki, row.effect) == (wiki, effect)), None)


def _look(edge: Edge, row: Enforcement | None) -> LookFacts:
    return LookFacts(EffectState(row.state) if row else None, row.by if row else None, edge.by.id)
