"""How many actions are enacted of late: more than usual is told, once for each time that it is so, and stops nothing (R110)."""

from dataclasses import dataclass
from datetime import timedelta

from chassis.edge import Edge
from chassis.log import logger
from kernel.decision import Reason
from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from ban_svc import rules
from ban_svc.actions.change import announce
from ban_svc.metrics import tell_rate
from ban_svc.tables import Action, UnusualTime

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Late:
    """What was enacted of late; `remarks` are empty while that is usual."""

    enacted: int
    remarks: tuple[Reason, ...]


async def enacted_of_late(edge: Edge) -> Late:
    """Count what was enacted of late, this one included; the remark goes on record, the figures to Prometheus, an alarm to the log."""
    usual = rules.usual_rate(on=edge.now.date())
    since = edge.now - timedelta(days=usual.days)
    counted = select(func.count()).select_from(Action).where(col(Action.enacted_at) > since, col(Action.origin) == "decided")
    enacted = await edge.session.scalar(counted) or 0
    remarks = rules.is_usual(enacted, usual).reasons
    edge.after_commit.append(lambda: tell_rate(enacted, usual.actions))
    if remarks:
        edge.after_commit.append(lambda: log.warning("actions.unusual_rate", enacted=enacted, usual=usual.actions, days=usual.days))
    return Late(enacted, remarks)


async def tell_unusual(edge: Edge, action: Action, late: Late) -> None:
    """Say it where this enactment began a time of more actions than usual; note its end where the rate is usual again.

    A time lasts a day at least, so that a rate which wavers about the number wakes nobody twice a day. Of two enactments at once the
    database lets one begin it; both may have counted too few, and then the next one tells.
    """
    if not late.remarks:
        over = update(UnusualTime).where(col(UnusualTime.ended_at).is_(None), col(UnusualTime.since) <= edge.now - timedelta(days=1))
        await edge.session.execute(over.values(ended_at=edge.now))
        return
    begun = insert(UnusualTime).values(action_id=action.id, since=edge.now).on_conflict_do_nothing().returning(UnusualTime.action_id)  # type: ignore[call-overload]  # a mapped class's column
    if await edge.session.scalar(begun) is None:
        return
    prior = action.public()
    action.enacted_of_late = late.enacted
    announce(edge, action, "unusual_rate", prior, remarks=late.remarks)
