"""What notify says of a takedown's announcement: queued, delivered, or not (R43, D17)."""

from uuid import UUID

from chassis.edge import Edge
from contracts.notification import NotificationChange

from dmca_svc.actions.matter import Matter, matter_of
from dmca_svc.actions.text import keep_note
from dmca_svc.rules import announcement

COMMONS = "commonswiki"
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


async def leave_unannounced(edge: Edge, notice_id: UUID, note: str) -> Matter:
    """Take Legal's recorded reason for not announcing a takedown (D17).

    Raises:
        Refused: the takedown is complete, or a reason is recorded already.
    """
    matter = await matter_of(edge, notice_id)
    notice = matter.notice
    announcement.may_leave_out(done=notice.taken_down_at is not None, said=notice.unannounced_at is not None).or_refuse()
    kept = await keep_note(matter, "unannounced", note)
    notice.unannounced_by, notice.unannounced_at, notice.unannounced_note = edge.by.id, edge.now, kept.id
    matter.note("left_unannounced", reasons=[announcement.LEGALS_REASON])
    return matter


def places_of(matter: Matter) -> list[str]:
    """Name where a takedown is made known: the Foundation's page, and Commons when it concerns Commons (R43)."""
    return ["foundation", *(["commons"] if any(page.wiki == COMMONS for page in matter.named) else [])]
