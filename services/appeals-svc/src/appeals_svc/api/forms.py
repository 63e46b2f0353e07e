"""What callers send; the shapes of API.md. Nothing here is guessed: a field that is not known, a number for a time, is refused."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Self
from uuid import UUID

from kernel.decision import Refused
from kernel.names import canonical_user
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from appeals_svc.actions.appeals import Appellant, Letter
from appeals_svc.model import AppellantRole, Channel, DecisionKind, Verdict

_BENDS = frozenset("\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def _text(value: Any) -> Any:
    """Take a time as text only: a bare number could be seconds or milliseconds."""
    if not isinstance(value, str) or not re.match(r"\d{4}-\d{2}-\d{2}", value):
        raise ValueError("It must be written as in 2026-03-02T09:30:00Z.")
    return value


def _one_line(value: str) -> str:
    """Refuse what hides or turns around part of a name or address."""
    if any(letter in _BENDS or unicodedata.category(letter) in ("Cc", "Cs") for letter in value):
        raise ValueError("It must be one line without control characters and marks that change the direction of writing.")
    if not value.strip():
        raise ValueError("It must have a visible character.")
    return value.strip()


def _user(value: str) -> str:
    try:
        return canonical_user(value)
    except Refused as error:
        raise ValueError("It must be a user name that MediaWiki accepts.") from error


def _written(value: str) -> str:
    if not value.strip():
        raise ValueError("It must say something.")
    return value


# As the services write addresses that keep the files: what they would not take cannot be in one.
_ADDRESS_PART = r'[^\s@<>"(),:;\\\[\]\x00-\x1f]'
Email = Annotated[str, Field(max_length=254, pattern=f"^{_ADDRESS_PART}{{1,64}}@{_ADDRESS_PART}{{1,189}}$"), AfterValidator(_one_line)]
Moment = Annotated[AwareDatetime, BeforeValidator(_text)]
Line = Annotated[str, AfterValidator(_one_line)]
Prose = Annotated[str, Field(min_length=1, max_length=50_000), AfterValidator(_written)]
Note = Annotated[str, Field(min_length=1, max_length=10_000), AfterValidator(_written)]
User = Annotated[Line, Field(max_length=255), AfterValidator(_user)]
Locale = Annotated[str, Field(max_length=35, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
How = Annotated[Line, Field(min_length=1, max_length=500)]


class Form(BaseModel):
    """A body: no field that is not known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DecisionForm(Form):
    """Which decision: whose, and its id there."""

    kind: DecisionKind
    id: UUID


class VerificationForm(Form):
    """How it was made sure who appeals, such as an answer from the account's confirmed address (D14)."""

    how: How


class AppellantForm(Form):
    """Who appeals, by at least one of name, address and account."""

    role: AppellantRole
    name: Annotated[Line, Field(max_length=255)] | None = None
    email: Email | None = None
    wiki_user: User | None = None
    verified: VerificationForm | None = None

    @model_validator(mode="after")
    def _names_somebody(self) -> Self:
        if self.name is None and self.email is None and self.wiki_user is None:
            raise ValueError("Say who appeals: a name, an email or a wiki_user.")
        return self

    def named(self) -> dict[str, str]:
        """Give what the owner of a file is asked about."""
        found = {"name": self.name, "email": self.email, "wiki_user": self.wiki_user}
        return {field: value for field, value in found.items() if value is not None}


class AppealForm(Form):
    """An appeal as it came in; without reasons they are asked for (R107). `locale` is the language of its reasons, English unless said."""

    decision: DecisionForm
    appellant: AppellantForm
    reasons: Prose | None = None
    claimed_informed_at: Moment | None = None
    channel: Channel
    locale: Locale | None = None

    def letter(self) -> Letter:
        """Give it to the action."""
        verified = self.appellant.verified
        who = Appellant(role=self.appellant.role, verified_how=verified.how if verified else None, **self.appellant.named())
        return Letter(self.decision.kind, self.decision.id, who, self.channel, self.reasons, self.claimed_informed_at, self.locale)


class ReasonsForm(Form):
    """The reasons that were missing."""

    reasons: Prose


class CounselForm(Form):
    """What counsel says at the gate, and why (R104).

    `requester_needed` says why those who judge must know who asked for the case; without it they do not (D13).
    """

    verdict: Verdict
    note: Note
    requester_needed: Note | None = None


class TranslationForm(Form):
    """The reasons in English."""

    text: Prose


class EligibilityForm(Form):
    """A question: could this decision be appealed in this role, now or on a day (to its end, UTC) or at a time?"""

    decision: DecisionForm
    role: AppellantRole
    on: Annotated[AwareDatetime | date, BeforeValidator(_text)] | None = None

    def at(self, now: datetime) -> datetime:
        """Give the moment that is asked about."""
        if self.on is None or isinstance(self.on, datetime):
            return self.on or now
        return datetime.combine(self.on, time(23, 59, 59), tzinfo=UTC)
