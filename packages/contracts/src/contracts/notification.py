"""`notification_change`: what notify-svc says about who was told what and how, so that others can prove it (R49, R118, D7)."""

from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from contracts.envelope import Change, Frozen, PriorOf, Said
from contracts.words import Code, Count, Id, LocaleCode, Moment, Ordinal

NotificationChangeKind = Literal["queued", "delivered", "failed", "uncertain", "suppressed", "published"]

KINDS: Final[dict[NotificationChangeKind, Said]] = {
    "queued": Said("A letter, announcement or alert is to go out, for one event and one party.", "Nobody."),
    "delivered": Said(
        "It has its receipt.",
        "appeals counts *informed* (D7); dmca has the proof of R49; intake has the warning given (R118).",
        ("delivered_at",),
    ),
    "failed": Said("It could not be delivered and waits for a person.", "Nobody; staff see it.", ("reason_code",)),
    "uncertain": Said("It may or may not have left the house; a person repeats it with the same Message-ID.", "Nobody; staff see it."),
    "suppressed": Said("It is not sent, by rule or because a person cancelled it in time.", "Nobody.", ("reason_code",)),
    "published": Said("An entry of the public register or a report is visible to everybody (R112, D17).", "Nobody.", ("published_at",)),
}


class About(Frozen):
    """The change that the notification tells of."""

    aggregate: Literal["request", "case", "action", "dmca_notice", "appeal"] = Field(description="The stream's aggregate.")
    id: Id = Field(description="The key of the aggregate.")
    version: Ordinal | None = Field(None, description="The version that the letter tells of; the notice as delivered decides (R32).")
    change_kind: Code | None = Field(None, description="The change kind that it tells of.")


class NotificationState(Frozen):
    """A notification as others may know it: to whom is a party, never an address; what it said is a template."""

    notification_id: Id = Field(description="The notification.")
    about: About = Field(description="The change that it tells of.")
    event_id: Id = Field(description="`meta.id` of the event that caused it; one notification for each event and party.")
    party: Literal[
        "requester",
        "subject",
        "team",
        "community",
        "complainant",
        "uploader",
        "other_affected",
        "functionaries",
        "organiser",
    ] = Field(description="Who is told.")
    recipient_id: Id | None = Field(
        None, description="Opaque id by which the owner of the matter knows who is told, where it has several of one party."
    )
    channel: Literal["mail", "talk_page", "wiki_page", "webhook", "staff"] = Field(description="How they are told.")
    template: Code = Field(description="The letter's template.")
    locale: LocaleCode = Field(description="Its language.")
    state: Literal["queued", "delivered", "failed", "uncertain", "suppressed"] = Field(description="Where it stands.")
    reason_code: Code | None = Field(None, description="Code of why it failed or was suppressed.")
    attempts: Count = Field(0, description="How often it was tried.")
    not_before: Moment | None = Field(None, description="Until when it can be cancelled.")
    delivered_at: Moment | None = Field(None, description="The time of its receipt.")
    published_at: Moment | None = Field(None, description="When it became visible to everybody.")


class NotificationChange(Change[NotificationChangeKind, NotificationState]):
    """A change of a notification."""

    aggregate: ClassVar = "notification"
    schema_version: ClassVar[str] = "1.1.0"
    owner: ClassVar = "notify-svc"
    readers: ClassVar = ("intake-svc", "dmca-svc", "appeals-svc")
    key_fields: ClassVar = ("notification_id",)
    kinds: ClassVar = KINDS

    notification_change_kind: NotificationChangeKind = Field(description="What happened to the notification.")
    notification: NotificationState = Field(description="The notification after the change.")
    prior_state: Annotated[Frozen, PriorOf(NotificationState)] | None = Field(None, description="What the changed fields were before.")
