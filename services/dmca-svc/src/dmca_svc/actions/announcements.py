"""What notify says of a takedown's announcement: queued, delivered, or not (R43, D17)."""

from uuid import UUID

from chassis.edge import Edge
from contracts.notification import NotificationChange

from dmca_svc.actions.matter import Matter, matter_of

_STATES = {"queued", "delivered", "failed", "uncertain", "suppressed"}


async def follow_announcement(edge: Edge, notice_id: UUID, change: NotificationChange) -> Matter:
    """Take over how far an announcement is; the one on the Foundation's page makes the takedown announced."""
    matter = await matter_of(edge, notice_id)
    told = change.notification
    place = "commons" if "commons" in told.template else "foundation"
    row = next((one for one in matter.announcements if one.place == place), None)
    if row is None or told.state not in _STATES or row.state == "delivered":
        return matter
    row.state, row.notification_id, row.delivered_at = told.state, told.notification_id, told.delivered_at
    if place == "foundation" and row.state == "delivered":
        matter.notice.announced_at = told.delivered_at
        await matter.say("announced")
    else:
        matter.note(f"announcement_{row.state}")
    return matter
