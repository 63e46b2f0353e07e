"""What was sent stays sent: a letter that was wrong is followed by one that corrects it, to the same reader (docs/decisions/0011)."""

import json
from uuid import UUID

from chassis.audit import log_access
from chassis.crypto import new_data_key, reveal
from chassis.edge import Edge, new_id
from sqlalchemy import exists, select
from sqlmodel import col

from notify_svc import rules
from notify_svc.actions.posting import LETTER, post
from notify_svc.actions.telling import PERSON, lock_in_lane, say_queued
from notify_svc.letters import facts_for, render
from notify_svc.model import Letter, Party, Person, State
from notify_svc.tables import Notification

CORRECTION = "correction"


async def correct(edge: Edge, notification_id: UUID, *, wrong: str, right: str) -> Notification:
    """Write to whoever had a letter what in it was wrong and what is right; it goes out as that letter did, and can be taken back as any.

    Its `event_id` is the id of the letter that it corrects, so that each letter has one correction and a correction may have its own.
    """
    first = await lock_in_lane(edge, notification_id)
    corrected = await edge.session.scalar(select(exists().where(col(Notification.event_id) == first.id)))
    rules.may_correct(first.facts(), Party(first.party), corrected=bool(corrected)).or_refuse()
    await log_access(edge, "notification", first.id)
    who = await reveal(edge, first.person, place=PERSON)
    sent = Letter.of_intent(json.loads(await reveal(edge, first.letter, place=LETTER)))
    facts = {
        "reference": str(first.about_id),
        "account": Person(**json.loads(who)).wiki_user,
        "written_on": (first.delivered_at or first.at).date(),
        "wrong": wrong,
        "right": right,
    }
    rendered = render(CORRECTION, first.locale, facts_for(CORRECTION, facts))
    ours = new_id()
    letter = Letter(
        notification_id=ours,
        channel=sent.channel,
        to=sent.to,
        subject=rendered.subject,
        text=rendered.text,
        message_id=f"<{ours}@{sent.message_id.rpartition('@')[2]}",
        html=rendered.html if sent.html is not None else None,
    )
    key = new_data_key(edge, ours)
    notification = Notification(
        id=ours,
        event_id=first.id,
        aggregate=first.aggregate,
        about_id=first.about_id,
        about_version=first.about_version,
        change_kind=first.change_kind,
        lane=first.lane,
        party=first.party,
        recipient=first.recipient,
        channel=first.channel,
        may_be_public=False,
        by_hand=first.by_hand,
        template=CORRECTION,
        locale=first.locale,
        state=State.QUEUED,
        person=key.seal(who, place=PERSON),
        letter=key.seal(json.dumps(letter.as_intent()), place=LETTER),
        at=edge.now,
    )
    if not notification.by_hand:
        post(edge, notification, letter, key, urgent=False)
    edge.session.add(notification)
    say_queued(edge, notification)
    return notification
