"""When a date arrives: a decision ends, addresses and what a check found are forgotten, signatures are late (R29, D3, D4, D19, D23)."""

from datetime import datetime

from chassis.edge import Edge
from chassis.service import Due

from ban_svc import actions
from ban_svc.actions import check_results, event_lists, individuals
from ban_svc.tables import Action, CheckResult, EventList, Individual


async def _expires(edge: Edge, action: Action) -> datetime | None:
    await actions.expire(edge, action)
    return None


async def _addresses_over(edge: Edge, action: Action) -> datetime | None:
    await actions.forget_addresses(edge, action)
    return None


def _late(measures: str, state: str) -> Due:
    async def act(edge: Edge, action: Action) -> datetime | None:
        await actions.grow_late(edge, action, measures, state)
        return None

    return Due(aggregate=Action, act=act)


async def _links_over(edge: Edge, individual: Individual) -> datetime | None:
    await individuals.forget_links(edge, individual)
    return None


async def _list_over(edge: Edge, granted: EventList) -> datetime | None:
    await event_lists.end_list(edge, granted)
    return None


async def _result_over(edge: Edge, result: CheckResult) -> datetime | None:
    await check_results.end_result(edge, result)
    return None


DEADLINES = {
    "action.second_signature_at_risk": _late("second_signature", "at_risk"),
    "action.second_signature_due": _late("second_signature", "breached"),
    "action.chain_at_risk": _late("chain", "at_risk"),
    "action.chain_due": _late("chain", "breached"),
    "action.reversal_due": _late("reversal", "breached"),
    "action.expires": Due(aggregate=Action, act=_expires),
    "action.addresses_over": Due(aggregate=Action, act=_addresses_over),
    "individual.addresses_over": Due(aggregate=Individual, act=_links_over),
    "event_list.over": Due(aggregate=EventList, act=_list_over),
    "check_result.over": Due(aggregate=CheckResult, act=_result_over),
}
