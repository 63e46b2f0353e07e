"""`ActionSpec`: what exactly is proposed, in the shape of the wire, bounded; what it may say for each kind is the rules' question."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from kernel.kinds import Kind
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt, StringConstraints

Line = Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=10_000, strip_whitespace=True)]
WikiId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{2,64}$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
EventId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,64}$")]
_FIRST_YEAR, _LAST_YEAR = 2003, 9998  # no office action is older than the Foundation
Address = Annotated[str, StringConstraints(min_length=1, max_length=64)]


def _is_written(value: Any) -> Any:
    """Take a time as text alone: a bare number would be read as seconds since 1970."""
    if isinstance(value, str | datetime):
        return value
    raise ValueError("A time is written as text, RFC 3339 with its zone.")


def _is_storable(value: datetime) -> datetime:
    """Keep away from the ends of the calendar, where a change of zone leaves it."""
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise ValueError(f"A time lies between the years {_FIRST_YEAR} and {_LAST_YEAR}.")
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_is_written), AfterValidator(_is_storable)]


class Shape(BaseModel):
    """A part of a body: unknown fields are errors, no number becomes text and no text a number, nothing changes once read."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class AccountRef(Shape):
    """An account by its name, and the wiki where it is known."""

    name: Annotated[str, Field(min_length=1, max_length=1024, description="User name, as MediaWiki shows it")]
    wiki: WikiId | None = None


class PageRef(Shape):
    """A page of a wiki, its title with spaces."""

    wiki: WikiId
    title: Annotated[str, Field(min_length=1, max_length=500)]
    revision_id: StrictInt | None = None


class Scope(Shape):
    """Where a ban holds: fields combine by *and*, values in a field by *or*, an absent field is any (R14, R25, R28)."""

    everywhere: StrictBool
    countries: Annotated[tuple[Country, ...] | None, Field(max_length=250, description="ISO 3166-1")] = None
    places: Annotated[tuple[Line, ...] | None, Field(max_length=200)] = None
    projects: Annotated[tuple[WikiId, ...] | None, Field(max_length=1000)] = None
    events: Annotated[tuple[EventId, ...] | None, Field(max_length=200)] = None
    associated: StrictBool | None = None


class Justification(Shape):
    """Why local governance is insufficient or not possible (R5)."""

    why: Literal["not_possible", "insufficient", "legal_requirement", "court_order", "safety"]
    note: Text


class CheckUserUse(Shape):
    """What a CheckUser needs on record (R74-R77)."""

    purpose: Line
    pertinent: Text
    no_other_way: Text
    share: Literal["withheld", "stewards"]
    share_why: Text | None = None


class RightsGroup(Shape):
    """A group of a wiki whose membership is removed."""

    wiki: WikiId
    group: Line


class Protection(Shape):
    """How a page is protected (R80-R82)."""

    level: Line
    template: Literal["pp-office", "reset"]
    instructions: Text | None = None


class ActionSpec(Shape):
    """What exactly is proposed; the digest of it is what the levels sign (D1). Times are UTC."""

    kind: Kind
    emergency: StrictBool | None = None
    extraordinary: Text | None = Field(
        None, description="The extraordinary circumstances of a secondary action (R61), or the exceptional ones of an event ban (R23)"
    )
    warning: Text | None = Field(None, description="The words of a conduct warning (R63)")
    margin: Text | None = Field(None, description="Why there is margin for a warning (R62)")
    instead_of: Literal["event_ban", "global_ban"] | None = Field(None, description="For which ban a warning stands in as a courtesy (R65)")
    smallest_measure: Text | None = Field(None, description="Why no smaller measure would do (R73)")
    term: Literal["permanent", "long_term"] | None = None
    accounts: Annotated[tuple[AccountRef, ...] | None, Field(max_length=200)] = None
    addresses: Annotated[tuple[Address, ...] | None, Field(max_length=200, description="CIDR")] = None
    individual_id: UUID | None = None
    pages: Annotated[tuple[PageRef, ...] | None, Field(max_length=200)] = None
    scope: Scope | None = None
    grounds: Annotated[tuple[Line, ...], Field(max_length=20, description="Codes of the kind, or `other: TEXT`")]
    tou_basis: Text = Field(description="The section of the Terms of Use (R4)")
    justification: Justification
    overrides_local: Text | None = None
    prior_warnings: Annotated[tuple[Line, ...] | None, Field(max_length=50, description="Links (R12)")] = None
    no_warning_reason: Text | None = None
    starts_at: Moment | None = None
    expires_at: Moment | None = None
    irrevocable: StrictBool | None = None
    part_of: UUID | None = None
    escalates: Annotated[tuple[UUID, ...] | None, Field(max_length=20)] = None
    enforces: UUID | None = None
    checkuser: CheckUserUse | None = None
    rights: Annotated[tuple[RightsGroup, ...] | None, Field(max_length=1000)] = None
    no_rights_until: Moment | None = None
    reapply_criteria: Annotated[tuple[Text, ...] | None, Field(max_length=20)] = None
    protection: Protection | None = None
    imposed_by: Literal["foundation", "community", "affiliate"] | None = None
    disclosure: Literal["public", "restricted", "confidential"]
    disclosure_reason: Text
