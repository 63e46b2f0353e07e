"""In-person events, who may have their lists, and who has looked (R25-R28, R36-R38, D18)."""

from datetime import date, datetime
from uuid import UUID

from chassis.crypto import Sealed, SealedText
from chassis.edge import new_id
from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from ban_svc.model.event import EventFacts, Grant, ListState, Organiser
from ban_svc.tables.columns import INSERT_ONLY, Base, Moment


class Event(Base, table=True):
    """An event, under the id that its steward chose; looks at who is banned from it are logged under `record_id`, which is ours."""

    __tablename__ = "event"
    __table_args__ = (
        CheckConstraint("organiser IN ('foundation', 'funded', 'associated')", name="event_organiser"),
        CheckConstraint("starts <= ends", name="event_dates"),
        CheckConstraint("cardinality(countries) > 0", name="event_is_somewhere"),
        UniqueConstraint("record_id", name="event_record"),
        {"info": INSERT_ONLY},
    )

    id: str = Field(primary_key=True)
    record_id: UUID = Field(default_factory=new_id)
    countries: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    place: str | None = None
    projects: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False))
    organiser: str
    starts: date
    ends: date
    by: str
    at: datetime = Field(sa_type=Moment)

    def facts(self) -> EventFacts:
        """The event as a rule asks about it."""
        organiser = Organiser(self.organiser)
        return EventFacts(self.id, tuple(self.countries), organiser, self.starts, self.ends, self.place, tuple(self.projects))


class EventList(Base, table=True):
    """The grant of an event's list to named persons, on a ground that binds them; its document is sealed under its own key."""

    __tablename__ = "event_list"
    __table_args__ = (
        CheckConstraint("state IN ('proposed', 'granted', 'ended')", name="event_list_state"),
        CheckConstraint("ground IN ('grant_clause', 'nda')", name="event_list_ground"),
        CheckConstraint("cardinality(recipients) > 0", name="event_list_recipients"),
        CheckConstraint(
            "state <> 'granted' OR (confirmed_by IS NOT NULL AND confirmed_by <> proposed_by AND NOT (confirmed_by = ANY(recipients)))",
            name="event_list_two_people",
        ),
        Index("event_list_event", "event", "id"),
    )

    id: UUID = Field(primary_key=True)
    event: str = Field(foreign_key="event.id")
    recipients: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    ground: str
    document: Sealed = Field(sa_type=SealedText)
    until: datetime = Field(sa_type=Moment)
    state: str = "proposed"
    proposed_by: str
    at: datetime = Field(sa_type=Moment)
    confirmed_by: str | None = None
    confirmed_at: datetime | None = Field(default=None, sa_type=Moment)
    note: Sealed | None = Field(default=None, sa_type=SealedText)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    version: int = 1

    def facts(self, event: Event) -> Grant:
        """The grant as a rule asks about it."""
        return Grant(event.facts(), tuple(self.recipients), ListState(self.state), self.proposed_by, self.until)


class EventCopy(Base, table=True):
    """One look at a list: the mark that this copy carries, and whose it was. Rows are only added."""

    __tablename__ = "event_copy"
    __table_args__ = (Index("event_copy_list", "list_id", "at"), {"info": INSERT_ONLY})

    id: UUID = Field(primary_key=True)
    list_id: UUID = Field(foreign_key="event_list.id")
    mark: bytes = Field(sa_type=LargeBinary, unique=True)
    reader: str
    at: datetime = Field(sa_type=Moment)


class EventOmission(Base, table=True):
    """A global ban that is left out of an event's list by Legal's recorded reason (R36, D18). Rows are only added."""

    __tablename__ = "event_omission"
    __table_args__ = ({"info": INSERT_ONLY},)

    event: str = Field(primary_key=True, foreign_key="event.id")
    action_id: UUID = Field(primary_key=True, foreign_key="action.id")
    reason: Sealed = Field(sa_type=SealedText)
    by: str
    at: datetime = Field(sa_type=Moment)
