"""A case changes hands: another takes it over for a reason, or whoever has it gives it back (R99, R113)."""

from datetime import timedelta
from uuid import UUID

from chassis.edge import Edge
from chassis.ticker import cancel
from kernel.actor import Actor

from intake_svc.actions.case import LEASE, assign
from intake_svc.actions.notes import keep_note, lock_seen
from intake_svc.actions.record import note_case, say_case
from intake_svc.model.note import Topic
from intake_svc.rules.case import may_give_back
from intake_svc.tables import Case


async def take_over(edge: Edge, case_id: UUID, *, assignee: str, term: timedelta | None, taken_from: str, reason: str, by: Actor) -> Case:
    """Give a case that somebody has to another, for a reason that is sealed with it.

    Raises:
        Refused: somebody else than they think has it by now, it is decided, or the time is out of bounds.
    """
    row = await assign(edge, case_id, assignee=assignee, term=term, by=by, taken_from=taken_from)
    await keep_note(edge, row, Topic.TAKE_OVER, reason)
    return row


async def give_back(edge: Edge, case_id: UUID, *, note: str | None, by: Actor) -> Case:
    """End a lease before its time; that it ends now is told as the lease itself was.

    Raises:
        Refused: the person does not have the case.
    """
    row = await lock_seen(edge, case_id, by)
    may_give_back(row.facts(), by=by.sub, now=edge.now).or_refuse()
    prior = row.public()
    row.assigned_until = edge.now
    row.version += 1
    say_case(edge, row, "assigned", prior)
    row.assignee = row.assigned_until = None
    await cancel(edge, row.id, LEASE)
    if note is not None:
        await keep_note(edge, row, Topic.RELEASE, note)
    note_case(edge, row, "released")
    return row
