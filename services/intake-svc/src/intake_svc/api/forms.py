"""What others send: bounded, strict, and turned into what actions take (API: intake)."""

import json
import re
from datetime import datetime, timedelta
from typing import Annotated, Any, Self
from uuid import UUID

from kernel.addresses import canonical_address, may_be_address
from kernel.deadline import ExtensionCause
from kernel.kinds import CASE_ONLY_KINDS, Kind
from kernel.names import canonical_user, may_be_user
from kernel.review import Course, Level
from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from intake_svc.model.action_spec import ActionSpec
from intake_svc.model.alert import AlertKind
from intake_svc.model.filing import Brought, Filing, Sender
from intake_svc.model.request import Channel, Document, Part, Standing
from intake_svc.model.resolution import How, Proposed
from intake_svc.model.shapes import Address, Line, Page, RequestKind, Shape, Url, UserName, Wiki, Words, moment

_DURATION = re.compile(r"P(?:(\d{1,5})W|(?:(\d{1,5})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?)?)")


def _duration(value: Any) -> timedelta:
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None or not any(match.groups()):
        raise ValueError("It must be an ISO 8601 duration in weeks, days, hours, minutes or seconds, such as P28D or PT8H")
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


_ADDRESS_PART = r'[^\s@<>"(),:;\\\[\]\x00-\x1f]'
Email = Annotated[str, StringConstraints(max_length=254, pattern=f"^{_ADDRESS_PART}{{1,64}}@{_ADDRESS_PART}{{1,189}}$")]
Duration = Annotated[timedelta, BeforeValidator(_duration)]
Moment = Annotated[datetime, BeforeValidator(moment)]
Person = Annotated[str, StringConstraints(pattern=r"^\S{1,128}$")]
"""The `sub` of a person's token, as it is there."""


class Subject(Shape):
    """Whom or what it is about: a user, on one wiki or all, or an address or range."""

    user: UserName | None = None
    wiki: Wiki | None = None
    ip: Address | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.user is None) == (self.ip is None) or (self.wiki is not None and self.user is None):
            raise ValueError("Name either a user, with or without a wiki, or an ip")
        return self

    def one_way(self) -> list[str]:
        """Write the subject the one way that it is compared in."""
        if self.ip is not None:
            return ["ip", canonical_address(self.ip)]
        return ["user", canonical_user(self.user or ""), self.wiki or ""]


class LocalAttempt(Shape):
    """What was tried to resolve it locally, and where that can be seen (R88)."""

    url: Url
    what: Words


class Evidence(Shape):
    """A link or words; never a file (D20)."""

    url: Url | None = None
    text: Words | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.url is None) == (self.text is None):
            raise ValueError("Give either a url or a text")
        return self


class Requester(Shape):
    """Who asks, as they say."""

    name: Line | None = None
    email: Email | None = None
    wiki_user: UserName | None = None
    standing_as: Standing

    def sender(self) -> Sender:
        """Give who asks, and the one way that they are compared in."""
        return Sender(
            standing_as=self.standing_as,
            said=self.model_dump(include={"name", "email", "wiki_user"}, exclude_none=True),
            email=one_way(self.email),
            wiki_user=canonical_user(self.wiki_user) if self.wiki_user else None,
        )


class CompletionForm(Shape):
    """Parts of a request; all that is missing may come later, in one completion or several."""

    summary: Words = ""
    subjects: Annotated[list[Subject], Field(max_length=200, default_factory=list)]
    pages: Annotated[list[Page], Field(max_length=200, default_factory=list)]
    grounds: Annotated[list[Line], Field(max_length=50, default_factory=list)]
    local_attempts: Annotated[list[LocalAttempt], Field(max_length=100, default_factory=list)]
    local_attempts_waiver: Words | None = None
    evidence: Annotated[list[Evidence], Field(max_length=200, default_factory=list)]
    ncmec_report: Line | None = None

    def brought(self) -> Brought:
        """Part what rules ask about from what is sealed."""
        content = self.model_dump(mode="json", include=set(CompletionForm.model_fields), exclude_unset=True, exclude_none=True)
        matter = [sorted(one.one_way() for one in self.subjects), sorted(f"{one.wiki}:{one.title}" for one in self.pages)]
        return Brought(self._parts(), content, json.dumps(matter) if any(matter) else None, CASE_ONLY_KINDS & {*self.grounds})

    def _parts(self) -> frozenset[Part]:
        there = {
            Part.SUMMARY: self.summary.strip(),
            Part.SUBJECTS: self.subjects,
            Part.ADDRESSES: any(one.ip for one in self.subjects),
            Part.PAGES: self.pages,
            Part.GROUNDS: self.grounds,
            Part.LOCAL_ATTEMPTS: self.local_attempts,
            Part.LOCAL_ATTEMPTS_WAIVER: (self.local_attempts_waiver or "").strip(),
            Part.EVIDENCE: any(one.url or (one.text or "").strip() for one in self.evidence),
            Part.NCMEC_REPORT: self.ncmec_report,
        }
        return frozenset(part for part, given in there.items() if given)


class RequestForm(CompletionForm):
    """A request for an office action. What is missing is told in the answer, all at once, and refuses nothing (R88)."""

    kind: RequestKind
    channel: Channel
    requester: Requester
    complained_of: Annotated[list[Person], Field(max_length=20, default_factory=list)]

    @model_validator(mode="after")
    def _complaint_says_so(self) -> Self:
        if self.complained_of and Kind.STAFF_COMPLAINT not in self.grounds:
            raise ValueError("Who of the staff is complained of is said where the grounds name a staff_complaint")
        return self

    def filing(self) -> Filing:
        """Give what the action takes."""
        return Filing(Kind(self.kind), self.channel, self.requester.sender(), self.brought(), tuple(sorted({*self.complained_of})))


class AssignmentForm(Shape):
    """Who has the case, and for how long; who takes it over says from whom and why."""

    assignee: Person
    lasts: Duration | None = Field(None, alias="for")
    taken_from: Person | None = None
    reason: Annotated[Words, StringConstraints(min_length=1)] | None = None

    @model_validator(mode="after")
    def _from_whom_and_why(self) -> Self:
        if (self.taken_from is None) is not (self.reason is None):
            raise ValueError("Give `taken_from` and `reason` together, or neither")
        return self


class ReleaseForm(Shape):
    """Why somebody gives a case back, if they say so."""

    note: Annotated[Words, StringConstraints(min_length=1)] | None = None


class ExtensionForm(Shape):
    """A later target and why (R98)."""

    until: Moment
    cause: ExtensionCause
    note: Annotated[Words, StringConstraints(min_length=1)]


class RecommendationForm(Shape):
    """What the evaluator recommends; the action's words are what will be signed."""

    course: Course
    rationale: Annotated[Words, StringConstraints(min_length=1)]
    optional_levels: Annotated[list[Level], Field(max_length=7, default_factory=list)]
    action: ActionSpec | None = None


class PartyForm(Shape):
    """Who somebody says to be; a name alone proves nothing and is not compared."""

    name: Line | None = None
    email: Email | None = None
    wiki_user: UserName | None = None


GROUND_TEXT = "other:"
"""How a ground begins that no code names (API: grounds)."""


class ResolutionForm(Shape):
    """How a matter ends without an action; a ground is a code, or `other: TEXT`."""

    how: How
    grounds: Annotated[list[Line], Field(max_length=20, default_factory=list)]
    note: Annotated[Words, StringConstraints(min_length=1)]

    def proposed(self) -> Proposed:
        """Part the codes from the texts, which are sealed."""
        texts = [one.removeprefix(GROUND_TEXT).strip() for one in self.grounds if one.startswith(GROUND_TEXT)]
        return Proposed(self.how, frozenset(one for one in self.grounds if not one.startswith(GROUND_TEXT)), texts, self.note)


class NoteForm(Shape):
    """Why, in words; they are sealed."""

    note: Annotated[Words, StringConstraints(min_length=1)]


class JoiningForm(Shape):
    """The earlier request whose case it joins, and why; without one, the request that it was found to be like."""

    to: UUID | None = None
    note: Annotated[Words, StringConstraints(min_length=1)]


class PassingForm(Shape):
    """What a letter is that belongs to dmca-svc, and why."""

    document: Document
    note: Annotated[Words, StringConstraints(min_length=1)]


class AlertForm(Shape):
    """Who outside was alerted or asked us, when, and why; all but the time is sealed."""

    kind: AlertKind
    authority: Line
    happened_at: Moment
    why: Annotated[Words, StringConstraints(min_length=1)]
    note: Words = ""


class ComplainedOfForm(Shape):
    """Whom of the staff a complaint is about, by the `sub` of their tokens."""

    persons: Annotated[list[Person], Field(min_length=1, max_length=20)]


def one_subject(value: str) -> tuple[str, str]:
    """Give whom a list is asked about the one way that they are compared in: an address or range, else a user."""
    return ("ip", canonical_address(value)) if may_be_address(value) else ("user", canonical_user(value))


def user_or_address(value: str) -> str:
    """Take a name that a list may be asked about.

    Raises:
        ValueError: it is neither a user's nor an address.
    """
    if not may_be_address(value) and not may_be_user(value):
        raise ValueError("It must be the name of a user, or an address or range")
    return value


def one_way(email: str | None) -> str | None:
    """Write an address the one way that it is compared in."""
    return email.strip().casefold() if email else None
