"""Who was told what; taking back, and receipts by hand."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from chassis.http import OpenEdge, Router
from chassis.http.paging import DEFAULT_LIMIT, After, Limit, Page, page
from fastapi import Query
from kernel.actor import Role
from pydantic import BaseModel, Field, model_validator
from sqlalchemy import select

from notify_svc import actions, rules
from notify_svc.api.forms import Form, Url, Words
from notify_svc.model import Channel, State
from notify_svc.tables import Notification

notifications = Router(prefix="/notify/v1", tags=["notify"])

STAFF = (
    Role.EVALUATOR,
    Role.TEAM_PEER,
    Role.TEAM_MANAGER,
    Role.DIRECTOR,
    Role.CHIEF,
    Role.LEGAL,
    Role.COMMUNICATIONS,
    Role.EXECUTIVE_DIRECTOR,
    Role.ENFORCER,
    Role.FACILITATOR,
    Role.CHILD_PROTECTION,
    Role.AUDITOR,
)
BY_HAND = (Role.ENFORCER, Role.COMMUNICATIONS)
TAKE_BACK = (Role.EVALUATOR, Role.TEAM_MANAGER, Role.LEGAL, Role.COMMUNICATIONS, Role.ENFORCER, Role.FACILITATOR, Role.CHILD_PROTECTION)


class CancelForm(Form):
    """Why a letter is taken back."""

    why: Words


class CorrectionForm(Form):
    """What a letter got wrong and what is right, in words for its reader."""

    wrong: Words
    right: Words


class ReceiptForm(Form):
    """What proves that a person delivered it: one of a page's revision, an entry of a wiki's log, or an address to look at."""

    revision_id: Annotated[int, Field(ge=1)] | None = None
    log_id: Annotated[int, Field(ge=1)] | None = None
    url: Url | None = None

    @model_validator(mode="after")
    def _names_one(self) -> "ReceiptForm":
        if len(self.model_dump(exclude_none=True)) != 1:
            raise ValueError("Name exactly one of revision_id, log_id and url.")
        return self


class NotificationView(BaseModel):
    """A notification as staff see it: a party and a template, never an address or a word of the letter."""

    id: UUID
    about: UUID
    event_id: UUID
    party: str
    channel: str
    template: str
    locale: str
    state: str
    why: str | None = None
    receipt: dict[str, Any] | None = None
    at: datetime
    version: int

    @classmethod
    def of(cls, row: Notification) -> "NotificationView":
        """Show a row."""
        return cls(
            id=row.id,
            about=row.about_id,
            event_id=row.event_id,
            party=row.party,
            channel=Channel(row.channel).on_wire,
            template=row.template,
            locale=row.locale,
            state=row.state,
            why=row.reason_code,
            receipt=row.receipt,
            at=row.at,
            version=row.version,
        )


class LetterView(BaseModel):
    """A letter for whoever delivers it by hand; a repeat by mail carries the same Message-ID."""

    notification_id: UUID
    channel: str
    to: str
    subject: str
    text: str
    message_id: str


@notifications.get("/notifications", roles=STAFF)
async def list_notifications(
    edge: OpenEdge,
    about: Annotated[UUID | None, Query(description="the request, case, action, notice or appeal that they tell of")] = None,
    state: Annotated[State | None, Query(description="where they stand")] = None,
    after: After = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[NotificationView]:
    """List who was told what, oldest first, in the caller's lanes.

    A cancelled one is `suppressed`. Child protection is seen by its named group alone, an appeal by those who carry it.
    """
    lanes = rules.lanes_of(edge.actor.roles if edge.actor else ())
    query = select(Notification).where(Notification.lane.in_(lanes))  # type: ignore[attr-defined]  # a column of a mapped class
    if about is not None:
        query = query.where(Notification.about_id == about)  # type: ignore[arg-type]  # as above
    if state is not None:
        query = query.where(Notification.state == state)  # type: ignore[arg-type]  # as above
    return await page(edge, query.order_by(Notification.id), NotificationView.of, after=after, limit=limit)  # type: ignore[arg-type]  # as above


@notifications.get("/notifications/{notification_id}/letter", roles=TAKE_BACK, reads="a letter")
async def read_letter(edge: OpenEdge, notification_id: UUID) -> LetterView:
    """Read a letter or announcement, to deliver it by hand.

    Wiki pages, and wiki letters where none can be sent from here, are delivered by a person, whose receipt then counts.
    """
    return LetterView.model_validate(await actions.read_letter(edge, notification_id))


@notifications.post("/notifications/{notification_id}/cancel", roles=TAKE_BACK, refuses=("not_queued",), example={"why": "wrong recipient"})
async def cancel_notification(edge: OpenEdge, notification_id: UUID, form: CancelForm) -> NotificationView:
    """Take back a letter that still waits.

    Letters wait a minute before they go out. What was attempted can no longer be taken back.
    """
    return NotificationView.of(await actions.cancel(edge, notification_id, form.why))


@notifications.post(
    "/notifications/{notification_id}/correction",
    roles=TAKE_BACK,
    status=201,
    creates=True,
    refuses=("not_a_letter", "not_delivered", "corrected_already"),
    reads="a letter",
    example={"wrong": "We wrote that you may appeal until 2 August 2026.", "right": "You may appeal until 2 September 2026."},
)
async def correct_notification(edge: OpenEdge, notification_id: UUID, form: CorrectionForm) -> NotificationView:
    """Write a correction to whoever had a letter, in the same language and by the same way.

    What was sent stays sent. The correction waits a minute as every letter does; its `event_id` is the id of the letter that it corrects.
    """
    return NotificationView.of(await actions.correct(edge, notification_id, wrong=form.wrong, right=form.right))


@notifications.post(
    "/notifications/{notification_id}/receipts",
    roles=BY_HAND,
    refuses=("already_over", "delivers_itself", "not_public"),
    example={"revision_id": 123456789},
)
async def record_receipt(edge: OpenEdge, notification_id: UUID, form: ReceiptForm) -> NotificationView:
    """Record that a person delivered it by hand.

    For announcements on wiki pages, for wiki letters, and for what failed or is uncertain. A revision can be read by everybody, so it
    is taken only where the measure is public.
    """
    return NotificationView.of(await actions.receive_by_hand(edge, notification_id, form.model_dump(exclude_none=True)))
