"""Telling: a notification for each reader of an event, taken back while it waits, delivered by its receipt (the shell of DESIGN 1)."""

import json
import re
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

from chassis import deliveries
from chassis.audit import log_access, write_audit
from chassis.crypto import data_key, new_data_key, reveal
from chassis.edge import Edge, new_id
from chassis.errors import NotFound
from chassis.outbox import record
from chassis.service import Parcel
from contracts import NotificationChange
from contracts.notification import NotificationChangeKind, NotificationState
from kernel.digest import digest
from sqlalchemy import exists, select

from notify_svc import rules
from notify_svc.actions import alerts
from notify_svc.actions.posting import LETTER, post
from notify_svc.letters import facts_of, locales_of, mailbox, render
from notify_svc.model import ON_WIKI, Change, Channel, Found, Lane, Letter, Party, Person, State
from notify_svc.rules import MATRIX, Language, Telling
from notify_svc.settings import goes_into_folder, mail_of
from notify_svc.tables import Notification

PERSON, NOTE = "notification.person", "notification.note"
# Announcements have no reader of their own: the page stands for them.
_PAGES = {"dmca_announcement": Person("dmca_page"), "dmca_commons_announcement": Person("commons_mirror")}


@dataclass(frozen=True, slots=True)
class _Word:
    """One telling of one change, with what its owner answered; `why_not` is the code under which it is suppressed."""

    change: Change
    found: Found
    telling: Telling
    why_not: str | None


async def tell(edge: Edge, change: Change, found: Found) -> list[Notification]:
    """Tell every reader that the matrix names of a change, or keep on record why not."""
    told: list[Notification] = []
    for telling, why_not in rules.tellings(MATRIX, change):
        for person in _readers(edge, telling, change, found):
            notification = await _tell_one(edge, _Word(change, found, telling, why_not), person)
            if notification is not None:
                told.append(notification)
    return told


async def cancel(edge: Edge, notification_id: UUID, why: str) -> Notification:
    """Take back a letter that still waits; it is kept as suppressed, with the reason."""
    notification = await lock_in_lane(edge, notification_id)
    rules.may_cancel(notification.facts()).or_refuse()
    await alerts.wait_no_more(edge, notification)
    if notification.delivery_id is not None:
        await deliveries.cancel(edge, notification.delivery_id)
    prior, key = notification.public(), await data_key(edge, notification.id)
    notification.state, notification.reason_code, notification.note = State.SUPPRESSED, "cancelled", key.seal(why, place=NOTE)
    _changed(edge, notification, prior, "suppressed")
    return notification


async def receive_by_hand(edge: Edge, notification_id: UUID, receipt: dict[str, Any]) -> Notification:
    """Take the receipt of what a person delivered: a revision, a log entry, or an address to look at, which may name somebody."""
    notification = await lock_in_lane(edge, notification_id)
    rules.may_take_receipt(notification.facts(), shown_on_page="revision_id" in receipt).or_refuse()
    kept = dict(receipt)
    if "url" in kept:
        # A page's address may hold a name: it lies sealed, and its digest is the receipt.
        key = await data_key(edge, notification.id)
        notification.note = key.seal(kept["url"], place=NOTE)
        kept = {"url_digest": digest(kept["url"])}
    _delivered(edge, notification, {**kept, "by_hand": True})
    return notification


async def take_receipt(edge: Edge, parcel: Parcel, receipt: dict[str, Any]) -> None:
    """A delivery has its receipt: the reader is told."""
    notification = await edge.lock(Notification, parcel.aggregate_id, "notification")
    for one in (notification, *await alerts.carried_with(edge, notification)):
        one.attempts = parcel.tries + 1
        _delivered(edge, one, receipt)


async def take_failure(edge: Edge, parcel: Parcel, state: str, code: str) -> None:
    """A delivery has failed, or may have happened: it waits for a person."""
    notification = await edge.lock(Notification, parcel.aggregate_id, "notification")
    for one in (notification, *await alerts.carried_with(edge, notification)):
        prior = one.public()
        one.attempts = parcel.tries + 1
        one.state, one.reason_code = State(state), re.sub(r"[^a-z0-9_]", "_", code.lower())[:64]
        _changed(edge, one, prior, "failed" if state == "failed" else "uncertain")


async def lock_in_lane(edge: Edge, notification_id: UUID) -> Notification:
    """Lock a notification that the caller may know of.

    Raises:
        NotFound: there is none, or it lies in a lane that the caller's roles do not open.
    """
    notification = await edge.lock(Notification, notification_id, "notification")
    _seen_by(edge, notification)
    return notification


async def read_letter(edge: Edge, notification_id: UUID) -> dict[str, str]:
    """Open a letter for a person who delivers it by hand; the look is logged. Errors as `lock_in_lane`."""
    notification = await edge.get(Notification, notification_id, "notification")
    _seen_by(edge, notification)
    await log_access(edge, "notification", notification.id)
    letter: dict[str, str] = json.loads(await reveal(edge, notification.letter, place=LETTER))
    return letter


def _seen_by(edge: Edge, notification: Notification) -> None:
    if Lane(notification.lane) not in rules.lanes_of(edge.actor.roles if edge.actor else ()):
        raise NotFound("notification")


def _readers(edge: Edge, telling: Telling, change: Change, found: Found) -> tuple[Person, ...]:
    if telling.party is Party.TEAM:
        team = rules.team_of(change)
        return (Person(team, email=mail_of(edge.runtime).alerts(team, dev=edge.runtime.settings.dev)),)
    if telling.party is Party.COMMUNITY:
        return (_PAGES[telling.template],)
    # Nobody known is an outcome too, and is kept as one.
    return found.people.get(telling.party) or (Person(rules.NOBODY),)


async def _tell_one(edge: Edge, word: _Word, person: Person) -> Notification | None:
    change, telling = word.change, word.telling
    occasion = UUID(change.state[f"{telling.once}_id"]) if telling.once else None
    if occasion is not None and await _told_before(edge, word, person, occasion):
        return None
    notification_id = new_id()
    key = new_data_key(edge, notification_id)
    reachable = replace(person, email=mailbox(person.email))
    public = telling.party is Party.COMMUNITY or rules.may_be_public(change.matter, telling.party, change.state)
    channel = rules.choose_channel(telling.channels, reachable, may_be_public=public)
    language = rules.language_for(person.wiki, locales=locales_of(telling.template))
    letter = _write(edge, word, reachable, channel, notification_id, language=language)
    state, code = (State.SUPPRESSED, word.why_not) if word.why_not else (State.QUEUED, None)
    if state is State.QUEUED and channel is None:
        state, code = rules.unreached(telling.party, change.kind, person)
    notification = Notification(
        id=notification_id,
        event_id=change.event_id,
        aggregate=change.aggregate,
        about_id=change.about_id,
        about_version=change.version,
        change_kind=change.kind,
        lane=rules.lane_of(change.aggregate, change.matter),
        party=telling.party,
        recipient=person.key,
        occasion=occasion,
        channel=letter.channel,
        may_be_public=public,
        by_hand=channel is Channel.WIKI_PAGE or (channel in ON_WIKI and not goes_into_folder(edge.runtime)),
        template=telling.template,
        locale=language.locale,
        state=state,
        reason_code=code,
        person=key.seal(json.dumps(asdict(person)), place=PERSON),
        letter=key.seal(json.dumps(letter.as_intent()), place=LETTER),
        at=edge.now,
    )
    if state is State.QUEUED and not notification.by_hand and not (telling.in_hours and alerts.wait_for_hours(edge, notification)):
        post(edge, notification, letter, key, urgent=telling.urgent)
    edge.session.add(notification)
    _say(edge, notification, None, state.value)
    return notification


def _write(edge: Edge, word: _Word, person: Person, channel: Channel | None, notification_id: UUID, *, language: Language) -> Letter:
    template, locale = word.telling.template, language.locale
    facts = facts_of(template, word.change, person, party=word.telling.party, found=word.found, told_at=edge.now, locale=locale)
    rendered = render(template, locale, facts, fallback=language.fallback)
    domain = mail_of(edge.runtime).mail_from.rpartition("@")[2]
    return Letter(
        notification_id=notification_id,
        channel=channel or word.telling.channels[0],
        to=_address(channel, person),
        subject=rendered.subject,
        text=rendered.text,
        message_id=f"<{notification_id}@{domain}>",
        html=rendered.html if channel in {Channel.MAIL, Channel.STAFF} else None,
    )


async def _told_before(edge: Edge, word: _Word, person: Person, occasion: UUID) -> bool:
    table, change, telling = Notification, word.change, word.telling
    same = exists().where(
        table.about_id == change.about_id,  # type: ignore[arg-type]  # a column of a mapped class compares to a clause
        table.template == telling.template,  # type: ignore[arg-type]  # as above
        table.party == telling.party,  # type: ignore[arg-type]  # as above
        table.recipient == person.key,  # type: ignore[arg-type]  # as above
        table.occasion == occasion,  # type: ignore[arg-type]  # as above
    )
    return bool(await edge.session.scalar(select(same)))


def _address(channel: Channel | None, person: Person) -> str:
    if channel in {Channel.MAIL, Channel.STAFF}:
        return person.email or ""
    return (person.wiki_user or "") if channel is not Channel.WIKI_PAGE else person.key


def _delivered(edge: Edge, notification: Notification, receipt: dict[str, Any]) -> None:
    prior = notification.public()
    notification.state, notification.reason_code = State.DELIVERED, None
    notification.receipt, notification.delivered_at = receipt, edge.now
    _changed(edge, notification, prior, "delivered")
    if notification.channel == Channel.WIKI_PAGE:
        prior = notification.public()
        notification.published_at = edge.now
        _changed(edge, notification, prior, "published")


def say_queued(edge: Edge, notification: Notification) -> None:
    """Say of a new notification that it is to go out."""
    _say(edge, notification, None, "queued")


def _changed(edge: Edge, notification: Notification, prior: NotificationState, kind: NotificationChangeKind) -> None:
    notification.version += 1
    _say(edge, notification, prior, kind)


def _say(edge: Edge, notification: Notification, prior: NotificationState | None, kind: Any) -> None:
    state = notification.public()
    record(edge, NotificationChange.of(kind, state=state, prior=prior, version=notification.version, **edge.stamp()))
    write_audit(
        edge,
        aggregate="notification",
        aggregate_id=notification.id,
        prior_state=prior.state if prior else None,
        state=state.state,
        event_id=notification.event_id,
    )
