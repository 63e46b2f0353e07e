"""When a date arrives: a decision ends, the addresses it named are forgotten (R29, D23)."""

from datetime import datetime

from chassis.edge import Edge
from chassis.service import Due

from ban_svc import actions
from ban_svc.tables import Action


async def _expires(edge: Edge, action: Action) -> datetime | None:
    await actions.expire(edge, action)
    return None


async def _addresses_over(edge: Edge, action: Action) -> datetime | None:
    await actions.forget_addresses(edge, action)
    return None


DEADLINES = {
    "action.expires": Due(aggregate=Action, act=_expires),
    "action.addresses_over": Due(aggregate=Action, act=_addresses_over),
}
