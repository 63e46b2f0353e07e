"""Wikis by hand: staff did it and enter the proof, or say why not; another looks a second time (R84, R91-R93)."""

from dataclasses import dataclass
from uuid import UUID

from chassis.crypto import data_key
from chassis.edge import Edge
from kernel.kinds import Kind
from kernel.review import Course

from ban_svc import rules
from ban_svc.actions.change import announce, note_in_trail
from ban_svc.actions.matter import roles_of
from ban_svc.actions.owed import count, owed_of
from ban_svc.actions.text import write_note
from ban_svc.model import EffectState, LookFacts, State
from ban_svc.tables import Action, Enforcement

URL = "enforcement.url"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The proof of one effect: exactly one of the three."""

    log_id: int | None = None
    revision_id: int | None = None
    url: str | None = None


async def enforce(edge: Edge, action_id: UUID, *, wiki: str, effect: str, receipt: Receipt) -> Action:
    """Take the receipt of one effect; with the last one the action is enforced.

    Raises:
        Refused: with every reason why it cannot be taken.
    """
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
    may.or_refuse()
    if row is None:
        raise ValueError("a granted receipt without its effect")
    # The key is read before the row changes: the query would flush a row that is half done, and the database refuses it.
    key = await data_key(edge, action.id)
    prior = action.public()
    row.state, row.by, row.at = EffectState.DONE, edge.by.id, edge.now
    row.seen_by = row.seen_at = row.note_id = None
    row.log_id, row.revision_id = receipt.log_id, receipt.revision_id
    row.url = key.seal(receipt.url, place=URL) if receipt.url is not None else None
    count(action, rows)
    if action.state == State.ENFORCED and prior.state != State.ENFORCED.value:
        announce(edge, action, "enforced", prior)
    else:
        note_in_trail(edge, action, "receipt_taken", prior_state=prior.state)
    return action


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


async def look_again(edge: Edge, action_id: UUID, *, wiki: str, effect: str, stands: bool, note: str) -> Action:
    """Record a second look at what was done: it stands, or it was undone since and is owed again (R93).

    Raises:
        Refused: with every reason.
    """
    action, rows, row = await _find(edge, action_id, wiki, effect)
    rules.may_look(_look(edge, row)).or_refuse()
    if row is None:
        raise ValueError("a granted look at nothing")
    prior = action.public()
    row.note_id = (await write_note(edge, action, "enforcement_look", note)).id
    row.seen_by, row.seen_at = edge.by.id, edge.now
    row.state = EffectState.DONE if stands else EffectState.DRIFTED
    count(action, rows)
    if stands and action.state == prior.state:
        note_in_trail(edge, action, "looked_again", prior_state=prior.state)
    else:
        announce(edge, action, "enforced" if stands else "enforcement_failed", prior)
    return action


async def _find(edge: Edge, action_id: UUID, wiki: str, effect: str) -> tuple[Action, list[Enforcement], Enforcement | None]:
    """Lock an action and find one of its effects among all that are owed."""
    action = await edge.lock(Action, action_id, "action")
    rules.may_work_on(Kind(action.kind), roles_of(edge)).or_refuse()
    rows = await owed_of(edge, action)
    return action, rows, next((row for row in rows if (row.wiki, row.effect) == (wiki, effect)), None)


def _look(edge: Edge, row: Enforcement | None) -> LookFacts:
    return LookFacts(EffectState(row.state) if row else None, row.by if row else None, edge.by.id)
