"""A letter is handed to what carries it out of the house (DESIGN 3)."""

from chassis import deliveries
from chassis.crypto import DataKey
from chassis.edge import Edge

from notify_svc.model import Letter
from notify_svc.settings import goes_into_folder
from notify_svc.tables import Notification

LOCALE = "en"
LETTER = "notification.letter"


def post(edge: Edge, notification: Notification, letter: Letter, key: DataKey, *, urgent: bool) -> None:
    """Write the intent to deliver a letter for a notification; an urgent one goes at once."""
    notification.not_before = edge.now if urgent else edge.now + deliveries.UNDO
    kind = "folder" if goes_into_folder(edge.runtime) else "smtp"
    notification.delivery_id = deliveries.deliver(
        edge, key, aggregate_id=notification.id, kind=kind, intent=letter.as_intent(), urgent=urgent
    )
