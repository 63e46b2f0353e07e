"""The words of mail: to which mailbox it came, what was read of it, what it was taken as, and where it stands (R87, D12, D20)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from kernel.mail.automatic import Automatic

from intake_svc.model.request import RequestState


class Mailbox(StrEnum):
    """The addresses that mail comes to; the part before the @ is the same with a hyphen."""

    CA = "ca"
    LEGAL = "legal"
    LEGAL_REPORTS = "legal_reports"
    EMERGENCY = "emergency"
    APPEALS = "appeals"
    INFO = "info"

    @property
    def local_part(self) -> str:
        """What stands before the @."""
        return self.value.replace("_", "-")


class TakenAs(StrEnum):
    """What a mail was taken as when it arrived."""

    REQUEST = "request"
    REPLY = "reply"
    NOTICE = "notice"
    APPEAL = "appeal"
    UNHEARD = "unheard"
    UNREAD = "unread"
    BOUNCE = "bounce"
    LOOP = "loop"
    ANSWER = "answer"


NOT_OF_A_PERSON = frozenset({TakenAs.BOUNCE, TakenAs.LOOP, TakenAs.ANSWER})
"""What makes no request and is on record all the same."""


class MailState(StrEnum):
    """Where a mail stands; `MAIL_MOVES` says what is reached from where."""

    WAITING = "waiting"
    SETTLED = "settled"


MAIL_MOVES: dict[MailState, frozenset[MailState]] = {MailState.WAITING: frozenset({MailState.SETTLED})}
"""What may follow what: a person looks at it once."""


class SettledAs(StrEnum):
    """What a person made of a mail that waited."""

    REQUEST = "request"
    APPEAL = "appeal"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of a mail in the reader's process. `why` is the code of why its body was not read, or not whole.

    `size` is in bytes, `arrived` what the last mail system stamped (UTC). Of files count and media type are known and nothing else (D20).
    """

    size: int
    text: str = ""
    own: str = ""
    attachments: Mapping[str, int] = field(default_factory=dict)
    message_id: str | None = None
    references: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    sender: str | None = None
    name: str | None = None
    subject: str | None = None
    automatic: Automatic | None = None
    arrived: datetime | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Thread:
    """The request that a mail names, as far as a rule asks: whether the mail answers it or only has the id of one that made it, whether its
    requester wrote the mail, and whether it is urgent.
    """  # noqa: D205 - one sentence

    answered: bool
    state: RequestState
    same_sender: bool
    urgent: bool
    child_protection: bool


@dataclass(frozen=True, slots=True)
class MailFacts:
    """What a rule asks about a mail that waits."""

    mailbox: Mailbox
    taken_as: TakenAs
    state: MailState
    request_state: RequestState | None = None
