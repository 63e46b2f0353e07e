"""notify-svc, composed."""

from pathlib import Path
from typing import TYPE_CHECKING

from chassis.check import Invariant
from chassis.service import Service

from notify_svc.api import ROUTERS
from notify_svc.deadlines import DEADLINES
from notify_svc.deliveries import CARRIERS
from notify_svc.letters import check_letters, check_matrix
from notify_svc.reactions import REACTIONS
from notify_svc.settings import mail_of
from notify_svc.tables import Base

if TYPE_CHECKING:
    from chassis.runtime import Runtime

INVARIANTS = (
    Invariant(
        "notification-with-its-receipt",
        "A delivery has its receipt and its reader does not count as told, or the other way round.",
        """SELECT notification.id, notification.state, delivery.state AS delivery
           FROM notification JOIN delivery ON delivery.id = delivery_id
           WHERE (delivery.state = 'done' AND notification.state <> 'delivered')
              OR (notification.state = 'delivered' AND delivery.state <> 'done' AND NOT notification.receipt ? 'by_hand')""",
    ),
    Invariant(
        "notification-has-a-way",
        "A notification waits, and neither a delivery nor a person will carry it.",
        """SELECT notification.id, notification.state FROM notification LEFT JOIN delivery ON delivery.id = delivery_id
           WHERE notification.state = 'queued' AND NOT by_hand
             AND (delivery.id IS NULL OR delivery.state NOT IN ('waiting', 'attempting'))
             AND NOT EXISTS (SELECT FROM deadline WHERE aggregate_id = notification.id AND deadline.state = 'waiting')
             AND NOT EXISTS (SELECT FROM notification AS lead WHERE lead.id = notification.together_with
                             AND lead.id <> notification.id AND lead.state = 'queued')""",
    ),
    Invariant(
        "alerts-end-together",
        "Alerts that left in one letter stand apart, though no person delivered one of them by hand.",
        """SELECT notification.id, notification.state, lead.state AS carried FROM notification
           JOIN notification AS lead ON lead.id = notification.together_with
           WHERE notification.state <> lead.state AND NOT 'delivered' IN (notification.state, lead.state)""",
    ),
    Invariant(
        "notification-as-its-delivery",
        "A delivery failed, was cancelled or is in doubt, and its notification says something else.",
        """SELECT notification.id, notification.state, delivery.state AS delivery
           FROM notification JOIN delivery ON delivery.id = delivery_id
           WHERE (delivery.state = 'cancelled' AND notification.state <> 'suppressed')
              OR (delivery.state = 'failed' AND notification.state NOT IN ('failed', 'delivered'))
              OR (delivery.state = 'uncertain' AND notification.state NOT IN ('uncertain', 'delivered'))""",
    ),
    Invariant(
        "letter-has-its-notification",
        "Something is to leave the house that no notification knows of.",
        "SELECT delivery.id, delivery.kind FROM delivery LEFT JOIN notification ON delivery_id = delivery.id WHERE notification.id IS NULL",
    ),
    Invariant(
        "notification-audited",
        "A notification stands where no row of the audit trail says that it came.",
        """SELECT notification.id, notification.state FROM notification WHERE NOT EXISTS (
             SELECT FROM audit WHERE audit.aggregate_id = notification.id AND audit.state = notification.state)""",
    ),
    Invariant(
        "notification-said",
        "A notification has changed and no event says so.",
        """SELECT notification.id, notification.version FROM notification WHERE version <> (
             SELECT count(*) FROM outbox WHERE stream = 'office_actions.notification_change.v1'
               AND key = '{"notification_id":"' || notification.id || '"}')""",
    ),
)

PROBLEMS = {
    "not_queued": "Only a letter that still waits can be taken back. What was sent stays sent; a correction is a letter of its own.",
    "not_a_letter": "Only a letter to one person is corrected by another. Mend the page where it stands; staff see the matter itself.",
    "not_delivered": "Nobody has read what would be corrected. Take back a letter that still waits, or deliver one that failed by hand.",
    "corrected_already": "This letter has its correction. If that was wrong too, correct the correction.",
    "already_over": "The notification is delivered or suppressed, so that there is nothing left to deliver.",
    "delivers_itself": "The letter is about to go out by itself. Cancel it first if a person is to deliver it instead.",
    "not_public": "A page can be read by everybody, and this may be known to its reader alone (D17, R67). Write to them in private.",
    "letter_unknown": "There is no such letter, or these are not its facts. The sentence names the facts that it takes.",
    "delivery_under_way": "The letter is being sent or has been. It cannot be taken back any more.",
}


class MailNotConfigured(ValueError):
    """Letters could not go out as things are set; the service does not start. The message says what to set."""


async def begin(runtime: "Runtime") -> None:
    """Try every letter and every row, and refuse to start where one is unsound or nobody could be written to.

    Raises:
        LetterError: a template is broken.
        MatrixError: a row would tell the wrong reader.
        MailNotConfigured: an address is missing.
    """
    check_letters()
    check_matrix()
    if wrong := mail_of(runtime).wrong(dev=runtime.settings.dev):
        raise MailNotConfigured(" ".join(wrong))


SERVICE = Service(
    name="notify",
    title="notify-svc",
    prefix="/notify/v1",
    summary="Who is told what and how: letters, staff alerts, announcements.",
    metadata=Base.metadata,
    migrations=Path(__file__).parents[2] / "migrations",
    routers=ROUTERS,
    reactions=REACTIONS,
    carriers=CARRIERS,
    deadlines=DEADLINES,
    invariants=INVARIANTS,
    on_start=begin,
    problems=PROBLEMS,
)
