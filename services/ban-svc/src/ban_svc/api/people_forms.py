"""The bodies about persons, events and their lists, bounded; what they may ask for is the rules' question."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from ban_svc.api.forms import Form, Note
from ban_svc.model.event import EventFacts, Ground, Organiser
from ban_svc.model.individual import Confidence
from ban_svc.model.spec import Address, Country, EventId, Line, Moment, WikiId

Person = Annotated[str, StringConstraints(min_length=1, max_length=255, strip_whitespace=True)]


class LinkForm(Form):
    """An account or an address of a person, how sure, and on which evidence."""

    account: Annotated[str, Field(min_length=1, max_length=1024, description="User name, as MediaWiki shows it")] | None = None
    address: Annotated[Address, Field(description="An address or a range in CIDR form that a decision in force names")] | None = None
    confidence: Confidence
    evidence: Note

    @model_validator(mode="after")
    def _is_one(self) -> "LinkForm":
        if (self.account is None) == (self.address is None):
            raise ValueError("Name either an account or an address.")
        return self


class ReasonForm(Form):
    """Why something is undone or turned down."""

    reason: Note


class MergeForm(Form):
    """The other individual, and the evidence that both are one person."""

    individual_id: UUID
    evidence: Note


class SplitForm(Form):
    """The other individual, and why the two are two after all."""

    individual_id: UUID
    reason: Note


class EventForm(Form):
    """An in-person event, under an id that its steward chooses."""

    id: EventId
    countries: Annotated[tuple[Country, ...], Field(min_length=1, max_length=250, description="ISO 3166-1")]
    place: Annotated[Line, Field(description="From the venue to the city, with commas: `Old Harbour, Utrecht`")] | None = None
    projects: Annotated[tuple[WikiId, ...], Field(max_length=1000)] = ()
    organiser: Organiser
    starts: date
    ends: date

    def facts(self) -> EventFacts:
        """The event as a rule asks about it; what is named twice counts once."""
        countries, projects = tuple(dict.fromkeys(self.countries)), tuple(dict.fromkeys(self.projects))
        return EventFacts(self.id, countries, self.organiser, self.starts, self.ends, self.place, projects)


class EventListForm(Form):
    """Who may have the list of an event, on which ground, until when at the latest."""

    event: EventId
    recipients: Annotated[tuple[Person, ...], Field(min_length=1, max_length=100)]
    ground: Ground
    document: Annotated[Note, Field(description="Where the clause or agreement is kept")]
    until: Moment | date

    def moment(self) -> datetime:
        """The end as a moment; a date counts to its last."""
        if isinstance(self.until, datetime):
            return self.until
        return datetime.combine(self.until, datetime.min.time(), UTC) + timedelta(days=1)


class TraceForm(Form):
    """A text that turned up somewhere."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=100_000)]


class OmissionForm(Form):
    """Which global ban is left out of an event's list, and why."""

    action_id: UUID
    reason: Note
