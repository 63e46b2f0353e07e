"""An action as an evaluator words it; intake judges its shape alone, ban-svc whether it may be (API: ActionSpec)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool, StringConstraints

from intake_svc.model.shapes import Address, Code, IdText, Line, MomentText, Page, RequestKind, Shape, Url, UserName, Wiki, Words

Countries = Annotated[list[Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]], Field(max_length=250)]


class Account(Shape):
    """An account: its name, and the wiki where it is a local one."""

    name: UserName
    wiki: Wiki | None = None


class Scope(Shape):
    """Where a ban counts: fields combine by *and*, values in a field by *or*, an absent field is any."""

    everywhere: StrictBool
    countries: Countries | None = None
    places: Annotated[list[Line], Field(max_length=100)] | None = None
    projects: Annotated[list[Wiki], Field(max_length=1_000)] | None = None
    events: Annotated[list[Code], Field(max_length=100)] | None = None
    associated: StrictBool | None = None


class Justification(Shape):
    """Why community governance does not do (R5)."""

    why: Literal["not_possible", "insufficient", "legal_requirement", "court_order", "safety"]
    note: Words


class CheckUserUse(Shape):
    """What a check is for, and why there is no other way (R74-R77)."""

    purpose: Line
    pertinent: StrictBool | Words
    no_other_way: StrictBool | Words
    share: Literal["withheld", "stewards"]
    share_why: Words


class Right(Shape):
    """A group on a wiki."""

    wiki: Wiki
    group: Line


class Protection(Shape):
    """How a page is protected and marked (R80-R82)."""

    level: Line
    template: Literal["pp-office", "reset"]
    instructions: Words | None = None


class ActionSpec(Shape):
    """What is to be done, in the words that will be signed."""

    kind: RequestKind
    emergency: StrictBool | None = None
    extraordinary: Words | None = None
    warning: Words | None = None
    margin: Words | None = None
    instead_of: Literal["event_ban", "global_ban"] | None = None
    smallest_measure: Words | None = None
    term: Literal["permanent", "long_term"] | None = None
    accounts: Annotated[list[Account], Field(max_length=1_000)] | None = None
    addresses: Annotated[list[Address], Field(max_length=1_000)] | None = None
    individual_id: IdText | None = None
    pages: Annotated[list[Page], Field(max_length=1_000)] | None = None
    scope: Scope | None = None
    grounds: Annotated[list[Line], Field(max_length=50)]
    tou_basis: Line
    justification: Justification
    overrides_local: Words | None = None
    prior_warnings: Annotated[list[Url], Field(max_length=100)] | None = None
    no_warning_reason: Words | None = None
    starts_at: MomentText | None = None
    expires_at: MomentText | None = None
    irrevocable: StrictBool | None = None
    part_of: IdText | None = None
    escalates: Annotated[list[IdText], Field(max_length=100)] | None = None
    enforces: IdText | None = None
    checkuser: CheckUserUse | None = None
    rights: Annotated[list[Right], Field(max_length=1_000)] | None = None
    no_rights_until: MomentText | None = None
    reapply_criteria: Annotated[list[Line], Field(max_length=50)] | None = None
    protection: Protection | None = None
    imposed_by: Literal["foundation", "community", "affiliate"] | None = None
    disclosure: Literal["public", "restricted", "confidential"]
    disclosure_reason: Words

    def as_sent(self) -> dict[str, Any]:
        """Give the spec as it came: every value is kept in the sender's own spelling, and what was absent stays absent."""
        return self.model_dump(mode="json", exclude_unset=True)
