"""What the dates of cases and waiting requests bring about: at risk, breached, the end of a lease, a reminder, a lapse (R88, R97, D5)."""

from collections.abc import Mapping
from datetime import datetime

from chassis.edge import Edge
from chassis.service import Due

from intake_svc.actions import case, clearing, cybertip, dates, destruction, erasing, forgetting, sealed, sender, waiting
from intake_svc.actions.filing import AT_RISK, BREACHED
from intake_svc.tables import Case, Mail, Request, Sender


async def _at_risk(edge: Edge, row: Case) -> datetime | None:
    await case.at_risk(edge, row)
    return None


async def _breached(edge: Edge, row: Case) -> datetime | None:
    await case.breached(edge, row)
    return None


DEADLINES: Mapping[str, Due] = {
    AT_RISK: Due(aggregate=Case, act=_at_risk),
    BREACHED: Due(aggregate=Case, act=_breached),
    case.LEASE: Due(aggregate=Case, act=case.release),
    sealed.LATE: Due(aggregate=Case, act=cybertip.late),
    destruction.PRESERVED: Due(aggregate=Case, act=destruction.end_by_term),
    waiting.REMINDER: Due(aggregate=Request, act=waiting.remind),
    waiting.LAPSE: Due(aggregate=Request, act=waiting.lapse),
    sender.READMISSION: Due(aggregate=Sender, act=sender.readmit),
    dates.CONTACTS: Due(aggregate=Case, act=erasing.contacts_over),
    dates.EXPIRY: Due(aggregate=Case, act=erasing.period_over),
    dates.REQUEST: Due(aggregate=Request, act=erasing.request_over),
    clearing.EXPIRY: Due(aggregate=Mail, act=clearing.period_over),
    forgetting.EXPIRY: Due(aggregate=Sender, act=forgetting.period_over),
}
