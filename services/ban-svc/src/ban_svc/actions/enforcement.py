"""Receipts by hand: staff did it on the wiki and enter the proof; the last one makes the action *enforced* (R84, R91, R92)."""

from dataclasses import dataclass
from uuid import UUID

from chassis.crypto import data_key
from chassis.edge import Edge
from kernel.kinds import Kind
from kernel.review import Course
from sqlmodel import select

from ban_svc import rules
from ban_svc.actions.change import announce, note_in_trail
from ban_svc.model import State
from ban_svc.tables import Action, Enforcement

URL = "enforcement.url"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The proof of one effect: exactly one of the three."""

    log_id: int | None = None
    revision_id: int | None = None
    url: str | None = None


async def enforce(edge: Edge, action_id: UUID, *, wiki: str, effect: str, receipt: Receipt) -> Action:
    """Take the receipt of one effect.

    Raises:
        Refused: with every reason why it cannot be taken.
    """
    action = await edge.lock(Action, action_id, "action")
    owed = select(Enforcement).where(Enforcement.action_id == action.id, Enforcement.wiki == wiki, Enforcement.effect == effect)
    row = (await edge.session.scalars(owed)).one_or_none()
    rules.may_enforce(
        State(action.state),
        Kind(action.kind),
        Course(action.course),
        by=edge.by.id,
        evaluator=action.evaluator,
        known=row is not None,
        waiting=row is not None and row.state == "waiting",
    ).or_refuse()
    if row is None:
        raise ValueError("a granted receipt without its effect")
    # The key is read before the row changes: the query would flush a row that is half done, and the database refuses it.
    key = await data_key(edge, action.id)
    prior = action.public()
    row.state, row.by, row.at = "done", edge.by.id, edge.now
    row.log_id, row.revision_id = receipt.log_id, receipt.revision_id
    row.url = key.seal(receipt.url, place=URL) if receipt.url is not None else None
    action.effects_waiting -= 1
    action.effects_done += 1
    if action.effects_waiting == 0:
        action.state = State.ENFORCED
        announce(edge, action, "enforced", prior)
    else:
        note_in_trail(edge, action, "receipt_taken", prior_state=prior.state)
    return action
