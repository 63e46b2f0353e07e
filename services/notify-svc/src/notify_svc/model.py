"""The words of notify-svc: who may be told, by which way, where a notification stands, and what leaves the house (DESIGN 3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID


class Party(StrEnum):
    """Who is told."""

    REQUESTER = "requester"
    SUBJECT = "subject"
    TEAM = "team"
    COMMUNITY = "community"
    COMPLAINANT = "complainant"
    UPLOADER = "uploader"
    OTHER_AFFECTED = "other_affected"
    FUNCTIONARIES = "functionaries"
    ORGANISER = "organiser"


class Channel(StrEnum):
    """By which way. On the wire e-mail through a wiki is `mail`, as it is for who reads it."""

    MAIL = "mail"
    WIKI_MAIL = "wiki_mail"
    TALK_PAGE = "talk_page"
    WIKI_PAGE = "wiki_page"
    STAFF = "staff"

    @property
    def on_wire(self) -> str:
        """The channel as events and answers name it."""
        return "mail" if self is Channel.WIKI_MAIL else self.value


ON_WIKI = frozenset({Channel.WIKI_MAIL, Channel.TALK_PAGE, Channel.WIKI_PAGE})
VISIBLE = frozenset({Channel.TALK_PAGE, Channel.WIKI_PAGE})
"""What everybody can read."""


class State(StrEnum):
    """Where a notification stands."""

    QUEUED = "queued"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    SUPPRESSED = "suppressed"


# A failed or uncertain one ends when a person has delivered it by hand; delivered and suppressed are over.
MOVES: Mapping[State, frozenset[State]] = MappingProxyType(
    {
        State.QUEUED: frozenset({State.DELIVERED, State.FAILED, State.UNCERTAIN, State.SUPPRESSED}),
        State.FAILED: frozenset({State.DELIVERED}),
        State.UNCERTAIN: frozenset({State.DELIVERED}),
        State.DELIVERED: frozenset(),
        State.SUPPRESSED: frozenset(),
    }
)


class Lane(StrEnum):
    """Which staff a notification concerns."""

    CONDUCT = "conduct"
    CONFIDENTIAL = "confidential"
    CHILD_PROTECTION = "child_protection"
    DMCA = "dmca"
    APPEALS = "appeals"


class Disclosure(StrEnum):
    """What a fact in a letter gives away; the rule of the reader says who may learn it."""

    REFERENCE = "reference"  # an id of ours, a date of the matter, an address to write to
    OWN_CONTACT = "own_contact"  # the reader's own name or account
    DECIDED = "decided"  # that it was decided, deferred or refused
    MEASURE = "measure"  # which measure, on whom, until when
    CRITERIA = "criteria"  # until when the reader holds no advanced rights, and what is asked of them to apply again
    WARNING = "warning"  # that somebody was warned, and the words
    REQUESTER_IDENTITY = "requester_identity"
    GROUNDS = "grounds"  # why a ban was imposed
    CHILD_PROTECTION = "child_protection"  # that a matter is one, who reported, what was found, who was told
    CHECKUSER = "checkuser"  # a check and what it showed
    STANDING = "standing"  # a sender's own warning or lock-out
    NOTICE = "notice"  # what a DMCA notice names: its pages, what it lacks, why it was rejected
    COMPLAINANT = "complainant"  # who sent a DMCA notice
    COUNTER_NOTICE = "counter_notice"  # who disputes it, the text, the dates of the window
    APPEAL = "appeal"  # where one's own appeal stands
    CORRECTION = "correction"  # what a letter to this very reader got wrong
    CLOCK = "clock"  # a case's kind and due date, for staff


@dataclass(frozen=True, slots=True)
class Change:
    """One event of another service, as the matrix asks about it. `state` is the public-safe state of its aggregate as JSON knows it."""

    event_id: UUID
    aggregate: str
    about_id: UUID
    version: int
    kind: str
    matter: str
    dt: datetime
    state: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to be told, as the owner of the matter knows them. `key` keeps two readers of one event apart."""

    key: str
    name: str | None = None
    email: str | None = None
    wiki_user: str | None = None
    wiki: str | None = None
    takes_wiki_mail: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """What the owners of a matter answered: its parties, and the facts that letters to them need."""

    people: Mapping[Party, tuple[Person, ...]] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AppealRight:
    """Where one may appeal, and the last day to do so (D7); `on` None where no day ends it."""

    to: str
    on: date | None


@dataclass(frozen=True, slots=True)
class Letter:
    """What leaves the house: the intent of a delivery. `message_id` stays the same however often it is sent.

    `html`: the same words for a mail reader that shows it; None for what goes onto a wiki.
    """

    notification_id: UUID
    channel: Channel
    to: str
    subject: str
    text: str
    message_id: str
    html: str | None = None

    def as_intent(self) -> dict[str, str]:
        """Give the intent as JSON knows it."""
        intent = {
            "notification_id": str(self.notification_id),
            "channel": self.channel.value,
            "to": self.to,
            "subject": self.subject,
            "text": self.text,
            "message_id": self.message_id,
        }
        return intent if self.html is None else {**intent, "html": self.html}

    @classmethod
    def of_intent(cls, intent: Mapping[str, Any]) -> "Letter":
        """Read an intent back."""
        fields = dict(intent)
        return cls(notification_id=UUID(fields.pop("notification_id")), channel=Channel(fields.pop("channel")), **fields)


@dataclass(frozen=True, slots=True)
class NotificationFacts:
    """What the rules ask about a notification. `by_hand` tells that only a person delivers it."""

    state: State
    channel: Channel
    may_be_public: bool
    by_hand: bool
    lane: Lane
