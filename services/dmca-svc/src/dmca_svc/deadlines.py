"""When a date of a notice arrives: the rule is asked again, then it is said; nothing is ever done by the clock alone (R97, D5, D10)."""

from datetime import datetime

from chassis.edge import Edge
from chassis.service import Due

from dmca_svc.actions import clocks
from dmca_svc.actions.receipt import AT_RISK, BREACHED
from dmca_svc.tables import Notice


async def at_risk(edge: Edge, notice: Notice) -> datetime | None:
    """Three quarters of the seven business days are gone."""
    await clocks.at_risk(edge, notice)
    return None


async def breached(edge: Edge, notice: Notice) -> datetime | None:
    """The seven business days have passed."""
    await clocks.breached(edge, notice)
    return None


DEADLINES = {
    AT_RISK: Due(aggregate=Notice, act=at_risk),
    BREACHED: Due(aggregate=Notice, act=breached),
    clocks.WINDOW_AT_RISK: Due(aggregate=Notice, act=clocks.windows_at_risk),
    clocks.WINDOW_BREACHED: Due(aggregate=Notice, act=clocks.windows_breached),
}
