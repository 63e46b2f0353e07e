"""Alerts that wake nobody at night: each waits for business hours, and those that waited leave as one letter (D5, D6)."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from chassis.audit import log_access
from chassis.crypto import data_key, reveal
from chassis.edge import Edge
from chassis.errors import Conflict
from chassis.ticker import cancel, schedule
from kernel.deadline import in_office_hours
from sqlalchemy import Select, select
from sqlmodel import col

from notify_svc.actions.posting import LETTER, LOCALE, post
from notify_svc.letters import facts_for, render
from notify_svc.model import Letter, State
from notify_svc.tables import Notification

HOURS = "notification.hours"
TOGETHER = "alerts_together"
MOST: Final = 100
"""How many alerts one letter holds; more leave in the next."""


def wait_for_hours(edge: Edge, notification: Notification) -> bool:
    """Let an alert wait for the next business hours; tell whether it does (D6)."""
    opens = in_office_hours(edge.now)
    if opens <= edge.now:
        return False
    notification.not_before = opens
    schedule(edge, aggregate_id=notification.id, kind=HOURS, due_at=opens)
    return True


async def wait_no_more(edge: Edge, notification: Notification) -> None:
    """Let an alert that is taken back wait no more.

    Raises:
        Conflict: it left with others.
    """
    if notification.together_with is not None:
        raise Conflict("delivery_under_way", "It left with other alerts and cannot be taken back.", "docs/decisions/0037")
    await cancel(edge, notification.id, HOURS)


async def send_waiting(edge: Edge, notification: Notification) -> None:
    """Business hours have begun: send what waited for this team as one letter; what another worker holds leaves by itself."""
    if notification.state != State.QUEUED or notification.delivery_id is not None or notification.together_with is not None:
        return
    others = list(await edge.session.scalars(_waiting_with(edge, notification)))
    letters = [await _letter_of(edge, one) for one in (notification, *others)]
    letter = letters[0]
    if others:
        written = tuple(f"{one.subject}\n\n{one.text}".rstrip() for one in letters)
        together = render(TOGETHER, LOCALE, facts_for(TOGETHER, {"reference": str(notification.about_id), "alerts": written}))
        letter = replace(letter, subject=together.subject, text=together.text, html=together.html)
        for one in (notification, *others):
            one.together_with = notification.id
            await cancel(edge, one.id, HOURS)
    moment = notification.not_before
    post(edge, notification, letter, await data_key(edge, notification.id), urgent=True)
    notification.not_before = moment


async def carried_with(edge: Edge, notification: Notification) -> Sequence[Notification]:
    """Lock the other alerts that this one's delivery carries, in the order of their ids."""
    if notification.together_with != notification.id:
        return ()
    mine = select(Notification).where(col(Notification.together_with) == notification.id, col(Notification.id) != notification.id)
    still = mine.where(col(Notification.state) == State.QUEUED).order_by(col(Notification.id))
    return list(await edge.session.scalars(still.with_for_update().execution_options(populate_existing=True)))


def _waiting_with(edge: Edge, notification: Notification) -> Select[Any]:
    """Select, locked, what waits for the same readers and has come to its time."""
    alike = (
        col(Notification.recipient) == notification.recipient,
        col(Notification.lane) == notification.lane,
        col(Notification.channel) == notification.channel,
    )
    due = (
        col(Notification.state) == State.QUEUED,
        ~col(Notification.by_hand),
        col(Notification.delivery_id).is_(None),
        col(Notification.together_with).is_(None),
        col(Notification.not_before) <= edge.now,
        col(Notification.id) != notification.id,
    )
    asked = select(Notification).where(*alike, *due).order_by(col(Notification.id)).limit(MOST - 1)
    return asked.with_for_update(skip_locked=True).execution_options(populate_existing=True)


async def _letter_of(edge: Edge, notification: Notification) -> Letter:
    await log_access(edge, "notification", notification.id)
    return Letter.of_intent(json.loads(await reveal(edge, notification.letter, place=LETTER)))
