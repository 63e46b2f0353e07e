"""A notice as a list shows it, and the next date on which somebody waits for us (R96, D8)."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from dmca_svc.api.parts import Moment
from dmca_svc.api.shapes import ClockView
from dmca_svc.model import Channel, State
from dmca_svc.reading import Document, Verdict
from dmca_svc.tables import Notice


class NoticeLine(BaseModel):
    """A notice in a list: nothing of its letter, its pages or its parties. `due_at` is the next date on which somebody waits for us."""

    id: UUID
    state: State
    document: Document
    channel: Channel
    received_at: Moment
    due_at: Moment | None = None
    verdict: Verdict | None = None
    automatic: bool | None = None
    duplicate_of: UUID | None = None
    cure_open_until: Moment | None = None
    withdrawn_at: Moment | None = None
    clock: ClockView
    version: int

    @classmethod
    def of(cls, notice: Notice) -> "NoticeLine":
        """Show a row."""
        told = notice.model_dump(include=_LISTED)
        more = {"due_at": _due_at(notice), "automatic": notice.automatic or None, "cure_open_until": notice.cure_lapses_at}
        return cls.model_validate({**told, **more, "clock": ClockView.of(notice)})


_LISTED = {"id", "state", "document", "channel", "received_at", "verdict", "duplicate_of", "withdrawn_at", "version"}


def _due_at(notice: Notice) -> datetime | None:
    """Give the next date: contact where nobody has asked yet, the end of a cure's time while it is awaited, or the policy's clock."""
    if notice.clock_state == "stopped":
        return None
    if notice.state == State.CURE_REQUESTED:
        return notice.cure_lapses_at
    contact = notice.contact_due_at if notice.state == State.RECEIVED and notice.verdict in {None, "curable"} else None
    return min(contact, notice.target_at) if contact else notice.target_at
