"""What the hours of the house bring about: alerts that waited for them leave (D6)."""

from collections.abc import Mapping
from datetime import datetime

from chassis.edge import Edge
from chassis.service import Due

from notify_svc.actions import alerts
from notify_svc.tables import Notification


async def _hours(edge: Edge, row: Notification) -> datetime | None:
    await alerts.send_waiting(edge, row)
    return None


DEADLINES: Mapping[str, Due] = {alerts.HOURS: Due(aggregate=Notification, act=_hours)}
