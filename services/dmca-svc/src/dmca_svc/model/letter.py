"""A letter after the machine has read it: words and a proposal, never a decision (R40, D8, D10, D20)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.decision import Reason

from dmca_svc.model.notice import Channel

UNREAD: Mapping[str, Any] = {
    "document": "other",
    "elements": {},
    "urls": [],
    "pages": [],
    "contact": {},
    "missing": [],
    "verdict": "defective",
    "confidence": 0.0,
}
"""The reading of a letter that could not be read: it says nothing, and a person reads the letter."""


@dataclass(frozen=True, slots=True)
class ReadLetter:
    """What came out of the reader's process.

    `reading` has the shape `Reading` of API.md; `attachments` counts what hung on the letter by media type, which is all that is kept of
    it until a person has triaged the letter (D20); `failed` says why nothing was read; `automatic` that by its headers no person wrote it.
    """

    text: str
    reading: Mapping[str, Any]
    attachments: Mapping[str, int] = field(default_factory=dict)
    sender: str | None = None
    failed: Reason | None = None
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class Incoming:
    """A letter on its way in: how it came, when it was first received and when the agent had it (UTC), and what intake knows of its sender.

    `sender` holds `name`, `email`, `wiki_user` as far as they are known.
    """

    letter: ReadLetter
    channel: Channel
    received_at: datetime
    received_by_agent_at: datetime | None
    request_id: UUID | None = None
    sender: Mapping[str, str] = field(default_factory=dict)
    evidence: str | None = None
