"""What a mail says that became no request goes at its date: its key is destroyed, and that it came and who settled it stays (D27)."""

from datetime import datetime

from chassis.crypto import destroy_data_key
from chassis.edge import Edge
from chassis.ticker import schedule
from kernel.workdays import calendar_day

from intake_svc.actions.mail import note_mail
from intake_svc.model.mail import SettledAs
from intake_svc.rules.retention import mail_until
from intake_svc.tables import Mail

EXPIRY = "mail.retention"


def set_date(edge: Edge, row: Mail) -> None:
    """Set the date on which goes what a mail says that was settled just now; what became a request goes with that."""
    until = _until(edge, row)
    if until is not None:
        schedule(edge, aggregate_id=row.id, kind=EXPIRY, due_at=until)


async def period_over(edge: Edge, row: Mail) -> datetime | None:
    """Forget what a mail said, and in which words it was settled; the mark by which the same mail is known again stays."""
    until = _until(edge, row)
    if until is None or until > edge.now or row.key_id is None:
        return until
    row.content = None
    row.version += 1
    await edge.session.flush()
    await destroy_data_key(edge, row.key_id)
    note_mail(edge, row, "forgotten")
    return None


def _until(edge: Edge, row: Mail) -> datetime | None:
    if row.request_id is not None or row.settled_as is None or row.settled_at is None:
        return None
    return mail_until(SettledAs(row.settled_as), row.settled_at, on=calendar_day(edge.now))
