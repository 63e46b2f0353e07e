"""What others send: bounded, strict, and turned into what actions take (API: intake)."""

import json
import re
from datetime import datetime, timedelta
from typing import Annotated, Any, Self

from kernel.addresses import canonical_address
from kernel.deadline import ExtensionCause
from kernel.kinds import Kind
from kernel.names import canonical_user
from kernel.review import Course, Level
from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from intake_svc.model.action_spec import ActionSpec
from intake_svc.model.filing import Brought, Filing, Sender
from intake_svc.model.request import Channel, Part, Standing
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
        return Brought(self._parts(), content, json.dumps(matter) if any(matter) else None)

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

    def filing(self) -> Filing:
        """Give what the action takes."""
        return Filing(Kind(self.kind), self.channel, self.requester.sender(), self.brought())


class AssignmentForm(Shape):
    """Who has the case, and for how long."""

    assignee: Person
    lasts: Duration | None = Field(None, alias="for")


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


def one_way(email: str | None) -> str | None:
    """Write an address the one way that it is compared in."""
    return email.strip().casefold() if email else None
