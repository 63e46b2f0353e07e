"""When a date of a notice arrives: the rule is asked again, then it is said; nothing is ever done by the clock alone (R97, D5, D10)."""

from datetime import datetime

from chassis.edge import Edge
from chassis.service import Due

from dmca_svc.actions import clocks, contact
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


async def contact_at_risk(edge: Edge, notice: Notice) -> datetime | None:
    """Three quarters of the two business days are gone in which a complainant is asked for what is missing."""
    await contact.contact_at_risk(edge, notice)
    return None


async def contact_overdue(edge: Edge, notice: Notice) -> datetime | None:
    """The two business days have passed and nobody has asked."""
    await contact.contact_overdue(edge, notice)
    return None


async def cure_lapsed(edge: Edge, notice: Notice) -> datetime | None:
    """The time for sending what is missing is over."""
    await contact.cure_lapsed(edge, notice)
    return None


DEADLINES = {
    AT_RISK: Due(aggregate=Notice, act=at_risk),
    BREACHED: Due(aggregate=Notice, act=breached),
    contact.CONTACT_AT_RISK: Due(aggregate=Notice, act=contact_at_risk),
    contact.CONTACT_DUE: Due(aggregate=Notice, act=contact_overdue),
    contact.CURE_LAPSED: Due(aggregate=Notice, act=cure_lapsed),
    clocks.WINDOW_AT_RISK: Due(aggregate=Notice, act=clocks.windows_at_risk),
    clocks.WINDOW_BREACHED: Due(aggregate=Notice, act=clocks.windows_breached),
}
