"""Shapes of single values as others send them: bounded, never null, free of characters that hide or reorder text (API)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from kernel.addresses import may_be_address
from kernel.decision import Decision
from kernel.names import may_be_user
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt, StringConstraints, model_validator

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_REORDERS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)")


def _no_control(text: str) -> str:
    if _CONTROL.search(text):
        raise ValueError("It has a control character; send it without")
    return text


def _one_line(text: str) -> str:
    _no_control(text)
    if "\n" in text or "\t" in text or _REORDERS.search(text):
        raise ValueError("It must be one line without marks that change the direction of writing")
    if not text.strip():
        raise ValueError("It needs at least one visible character")
    return text


def _judged_by(rule: Callable[[str], Decision]) -> Callable[[str], str]:
    def judge(text: str) -> str:
        decision = rule(text)
        if not decision:
            raise ValueError(" ".join(reason.says for reason in decision.reasons))
        return text

    return judge


def moment(value: object) -> datetime:
    """Read a time with its zone (RFC 3339).

    Raises:
        ValueError: it is none.
    """
    if not isinstance(value, str) or not _RFC3339.fullmatch(value):
        raise ValueError("It must be a time with its zone, such as 2026-11-02T09:30:00Z")
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("There is no such time") from None


def _is_moment(text: str) -> str:
    moment(text)
    return text


class Shape(BaseModel):
    """What is absent is left out: a field that is null, or that nobody knows, is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)

    @model_validator(mode="before")
    @classmethod
    def _never_null(cls, value: Any) -> Any:
        if isinstance(value, dict) and any(part is None for part in value.values()):
            raise ValueError("Leave out what is absent; null is not taken")
        return value


Line = Annotated[str, StringConstraints(max_length=500), AfterValidator(_one_line)]
"""One line of at most 500 characters, not blank."""
Words = Annotated[str, StringConstraints(max_length=20_000), AfterValidator(_no_control)]
"""Running text of at most 20,000 characters; may be blank."""
Url = Annotated[str, StringConstraints(max_length=2_000, pattern=r"^https?://[^\s<>\"]+$"), AfterValidator(_one_line)]
UserName = Annotated[str, StringConstraints(max_length=1_024), AfterValidator(_judged_by(may_be_user))]
"""A user name that MediaWiki would accept (D23), as it was sent."""
Address = Annotated[str, StringConstraints(max_length=64), AfterValidator(_judged_by(may_be_address))]
"""An address or range, as it was sent."""
Wiki = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{2,64}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,64}$")]
IdText = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]
MomentText = Annotated[str, StringConstraints(max_length=40), AfterValidator(_is_moment)]
"""A time kept as it was sent, so that a digest over it is the sender's own."""


RequestKind = Literal[
    "global_ban",
    "event_ban",
    "dmca",
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
"""The kinds of a request, and of an action; `dmca` is refused where an action is asked for, by a rule that says why."""


class Page(Shape):
    """A page of a wiki; `title` as MediaWiki shows it, with spaces."""

    wiki: Wiki
    title: Line
    revision_id: Annotated[StrictInt, Field(ge=1, le=2**53 - 1)] | None = None
