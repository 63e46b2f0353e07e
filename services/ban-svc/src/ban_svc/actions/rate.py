"""How many actions are enacted of late: more than usual is told and stops nothing (R110)."""

from datetime import timedelta

from chassis.edge import Edge
from chassis.log import logger
from kernel.decision import Reason
from sqlalchemy import func
from sqlmodel import col, select

from ban_svc import rules
from ban_svc.metrics import tell_rate
from ban_svc.tables import Action

log = logger(__name__)


async def remarks_on_rate(edge: Edge) -> tuple[Reason, ...]:
    """Count what was enacted of late, this one included; the remark goes on record, the figures to Prometheus, an alarm to the log."""
    usual = rules.usual_rate(on=edge.now.date())
    since = edge.now - timedelta(days=usual.days)
    counted = select(func.count()).select_from(Action).where(col(Action.enacted_at) > since, col(Action.origin) == "decided")
    enacted = await edge.session.scalar(counted) or 0
    remarks = rules.is_usual(enacted, usual).reasons
    edge.after_commit.append(lambda: tell_rate(enacted, usual.actions))
    if remarks:
        edge.after_commit.append(lambda: log.warning("actions.unusual_rate", enacted=enacted, usual=usual.actions, days=usual.days))
    return remarks
