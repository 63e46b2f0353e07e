"""The words that every stream shares: shapes of single values, none of which can carry personal data.

A string on the bus is a UUID, a time, a digest, a code from a list, or a short token of a fixed alphabet. There is no type
here for free text, a name, an address or a link, and a test refuses any field that is not made from these (DESIGN 4).
"""

import re
from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, PlainSerializer, WithJsonSchema

MAX_INT = 2**53 - 1  # the largest integer that every JSON reader keeps exactly


def _as_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def _as_text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


Moment = Annotated[
    AwareDatetime,
    AfterValidator(_as_utc),
    PlainSerializer(_as_text, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time", "maxLength": 128}),
]
"""A time in UTC, written as RFC 3339 with `Z`."""

Id = Annotated[UUID, WithJsonSchema({"type": "string", "format": "uuid", "maxLength": 36})]
"""An opaque id (UUID) of something that one of our services owns."""

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", max_length=64)]
"""A SHA-256 in lower-case hexadecimal digits."""

Code = Annotated[str, Field(pattern=r"^[a-z0-9_]+$", max_length=64)]
"""A code that a rule or a list of ours defines, such as `missing_evidence`; see `code_of` for a ground with text."""

WikiId = Annotated[str, Field(pattern=r"^[a-z0-9_]+$", max_length=64)]
"""The database name of a wiki, such as `enwiki`."""

LocaleCode = Annotated[str, Field(pattern=r"^[a-z]+[a-z0-9-]*$", max_length=32)]
"""A language code in lower case as MediaWiki writes it, such as `pt-br`."""

Token = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$", min_length=1, max_length=128)]
"""An opaque token: the `sub` of a caller or an X-Request-ID. No space, dot, colon or `@` fits in; see `opaque`."""

Domain = Annotated[str, Field(pattern=r"^(canary|[a-z0-9.-]+\.[a-z]+)$", min_length=1, max_length=253)]
"""The domain an event is about, or `canary` for a heartbeat; never an address."""

Count = Annotated[int, Field(ge=0, le=MAX_INT)]
Ordinal = Annotated[int, Field(ge=1, le=MAX_INT)]

Team = Literal["trust_and_safety", "legal"]
Course = Literal["act", "no_action"]
Level = Literal["team_peer", "team_manager", "director", "chief", "legal", "communications", "executive_director"]
Verdict = Literal["approve", "dissent", "return"]
ReviewOutcome = Literal["open", "approved", "declined", "returned"]
Role = Literal[
    "requester_desk",
    "evaluator",
    "team_peer",
    "team_manager",
    "director",
    "chief",
    "legal",
    "communications",
    "executive_director",
    "enforcer",
    "committee",
    "facilitator",
    "child_protection",
    "event_steward",
    "tooling",
    "service",
    "auditor",
    "operator",
]
ActionKind = Literal[
    "global_ban",
    "event_ban",
    "child_protection",
    "conduct_warning",
    "interaction_ban",
    "rights_removal",
    "checkuser",
    "page_protection",
    "range_block",
    "account_termination",
    "other",
]
CaseKind = Literal[
    ActionKind,
    "threat_of_harm",
    "enforcement_interference",
    "breach_report",
    "staff_complaint",
    "user_information",
]
MatterKind = Literal[CaseKind, "dmca"]


def opaque(said: str) -> str:
    """Make a token of what a caller said of itself: what fits the alphabet stays, anything else becomes a digest of it."""
    return said if re.fullmatch(r"[A-Za-z0-9_-]{1,128}", said) else sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def code_of(ground: str) -> str:
    """Reduce a ground to its code: `other: TEXT` says `other` on the bus, a plain code stays as it is."""
    return ground.partition(":")[0].strip()
