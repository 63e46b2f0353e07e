"""One notification for each event and reader, its letter sealed under a key of its own."""

from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.crypto import Sealed, SealedText
from contracts.notification import About, NotificationState
from sqlalchemy import CheckConstraint, Column, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from notify_svc.model import Channel, Lane, NotificationFacts, Party, State
from notify_svc.tables.columns import Base, moment


def _one_of(column: str, words: type[Party | Channel | State | Lane]) -> CheckConstraint:
    listed = ", ".join(f"'{word.value}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=f"notification_{column}")


class Notification(Base, table=True):
    """What one reader is told about one event. `recipient` is an opaque key that keeps two readers of one party apart.

    `person`, `letter` and `note` are sealed: who is written to, what is written, and why it was taken back or where the receipt is.
    `occasion` is the thing about which this letter goes out once only. `together_with` is the alert whose delivery carries this one too.
    """

    __table_args__ = (
        UniqueConstraint("event_id", "party", "recipient", name="notification_once"),
        Index(
            "notification_occasion",
            "about_id",
            "template",
            "party",
            "recipient",
            "occasion",
            unique=True,
            postgresql_where="occasion IS NOT NULL",
        ),
        Index("notification_about", "about_id", "id"),
        Index("notification_lane", "lane", "id"),
        Index("notification_together", "together_with", postgresql_where="together_with IS NOT NULL"),
        _one_of("party", Party),
        _one_of("channel", Channel),
        _one_of("state", State),
        _one_of("lane", Lane),
        CheckConstraint("(state = 'delivered') = (receipt IS NOT NULL AND delivered_at IS NOT NULL)", name="notification_receipt"),
        CheckConstraint("state NOT IN ('failed', 'suppressed') OR reason_code IS NOT NULL", name="notification_why"),
        CheckConstraint("published_at IS NULL OR (state = 'delivered' AND channel = 'wiki_page')", name="notification_published"),
        CheckConstraint("may_be_public OR channel NOT IN ('talk_page', 'wiki_page')", name="notification_private"),
        {"info": {"grants": ("SELECT", "INSERT", "UPDATE")}},
    )

    id: UUID = Field(primary_key=True)
    event_id: UUID
    aggregate: str
    about_id: UUID
    about_version: int
    change_kind: str
    lane: str
    party: str
    recipient: str
    occasion: UUID | None = None
    channel: str
    may_be_public: bool
    by_hand: bool
    template: str
    locale: str
    state: str
    reason_code: str | None = None
    attempts: int = 0
    delivery_id: UUID | None = None
    together_with: UUID | None = None
    not_before: datetime | None = Field(default=None, sa_column=moment())
    delivered_at: datetime | None = Field(default=None, sa_column=moment())
    published_at: datetime | None = Field(default=None, sa_column=moment())
    receipt: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    person: Sealed = Field(sa_type=SealedText)
    letter: Sealed = Field(sa_type=SealedText)
    note: Sealed | None = Field(default=None, sa_type=SealedText)
    at: datetime = Field(sa_column=moment(nullable=False))
    version: int = 1

    def facts(self) -> NotificationFacts:
        """Give what the rules ask about it."""
        return NotificationFacts(State(self.state), Channel(self.channel), self.may_be_public, self.by_hand, Lane(self.lane))

    def public(self) -> NotificationState:
        """Give what others may know of it: a party and a template, never an address or a word of the letter."""
        return NotificationState.model_validate(
            {
                "notification_id": self.id,
                "about": About.model_validate(
                    {"aggregate": self.aggregate, "id": self.about_id, "version": self.about_version, "change_kind": self.change_kind}
                ),
                "event_id": self.event_id,
                "party": self.party,
                "recipient_id": _id_of(self.recipient),
                "channel": Channel(self.channel).on_wire,
                "template": self.template,
                "locale": self.locale,
                "state": self.state,
                "reason_code": self.reason_code,
                "attempts": self.attempts,
                "not_before": self.not_before,
                "delivered_at": self.delivered_at,
                "published_at": self.published_at,
            }
        )


def _id_of(recipient: str) -> UUID | None:
    """Give the id by which the owner of the matter knows a reader; a key of ours is nobody else's."""
    try:
        return UUID(recipient) if len(recipient) == len(str(UUID(int=0))) else None
    except ValueError:
        return None
