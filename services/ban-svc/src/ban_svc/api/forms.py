"""The bodies that may be sent, bounded; what they may ask for is the rules' question."""

from typing import Annotated
from uuid import UUID

from kernel.review import Course, Level, Verdict
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StringConstraints, model_validator

from ban_svc.actions import Receipt
from ban_svc.model import ActionSpec

Note = Annotated[str, StringConstraints(min_length=1, max_length=10_000, strip_whitespace=True)]
Number = Annotated[StrictInt, Field(ge=1, le=2**53 - 1)]
Right = Annotated[str, StringConstraints(pattern=r"^[a-z-]{1,40}$")]


class Form(BaseModel):
    """A body: what it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ProposalForm(Form):
    """What to do, or not to do, on a case."""

    case_id: UUID | None = None
    notice_id: UUID | None = None
    course: Course
    spec: ActionSpec

    @model_validator(mode="after")
    def _rests_on_one(self) -> "ProposalForm":
        if (self.case_id is None) == (self.notice_id is None):
            raise ValueError("Name either the case or the notice that it rests on.")
        return self


class ReviewForm(Form):
    """One level's verdict over the digest that was read."""

    level: Level
    verdict: Verdict
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    note: Note


class AmendmentForm(Form):
    """The answer to a return, with a new text where one is needed."""

    spec: ActionSpec | None = None
    note: Note


class WhyForm(Form):
    """Why somebody steps aside."""

    why: Note


class NoteForm(Form):
    """A note for the record."""

    note: Note


class ReceiptForm(Form):
    """The proof that something was done on a wiki, exactly one of the three; `bars` are the rights that a block takes away, `marked` is
    whether the log entry or page says that it is an office action.
    """  # noqa: D205 - one sentence

    log_id: Number | None = None
    revision_id: Number | None = None
    url: Annotated[str, StringConstraints(pattern=r"^https://[^\s]+$", max_length=2000)] | None = None
    bars: Annotated[tuple[Right, ...] | None, Field(max_length=20)] = None
    marked: StrictBool | None = None

    @model_validator(mode="after")
    def _is_one(self) -> "ReceiptForm":
        if sum(one is not None for one in (self.log_id, self.revision_id, self.url)) != 1:
            raise ValueError("Give exactly one of log_id, revision_id and url.")
        return self


class EnforcementForm(Form):
    """Which effect on which wiki was done, as `enforcement` of the action names it."""

    wiki: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{2,64}$")]
    effect: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}(:[1-9][0-9]{0,3})?$")]
    receipt: ReceiptForm

    def facts(self) -> Receipt:
        """The receipt as the action takes it."""
        told = self.receipt
        return Receipt(told.log_id, told.revision_id, told.url, told.bars, told.marked)


class PartyForm(Form):
    """Whom appeals asks about; only the account is compared, for no other name is known here."""

    name: Annotated[str, StringConstraints(max_length=500)] | None = None
    email: Annotated[str, StringConstraints(max_length=500)] | None = None
    wiki_user: Annotated[str, StringConstraints(max_length=1024)] | None = None
