"""The shapes of the answers, as API.md fixes them; absent is never null."""

from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, PlainSerializer

from ban_svc.model import AccountRef, ActionSpec, Scope
from ban_svc.model.spec import PageRef


def _as_text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


Moment = Annotated[datetime, PlainSerializer(_as_text, return_type=str, when_used="json")]


class PerformerView(BaseModel):
    """Who did it: a role and an opaque id."""

    role: str
    id: str


class StepView(BaseModel):
    """One level of the chain; its note is shown to whoever gave a reason to read the action."""

    level: str
    required: bool
    state: Literal["waiting", "open", "approved", "dissented", "returned", "skipped"]
    by: str | None = None
    at: Moment | None = None
    note: str | None = None


class ReviewView(BaseModel):
    """How the review of the present text stands. `remarks`, with the text, are codes of what is unusual in it and what it leaves unsaid."""

    course: Literal["act", "no_action"]
    digest: str
    steps: list[StepView]
    approvals: int
    state: Literal["open", "approved", "declined", "returned"]
    remarks: list[str] | None = None


class ReceiptView(BaseModel):
    """The proof of an effect, and what the receipt says besides: what a block bars, whether it is marked as an office action (R84, R92).

    An address of a page is shown to whoever gave a reason to read the action.
    """

    log_id: int | None = None
    revision_id: int | None = None
    url: str | None = None
    bars: list[str] | None = None
    marked: bool | None = None


class EnforcementView(BaseModel):
    """One effect on one wiki, of the account, range, right or page that it is about; `still_marked` is what the second look says (R92)."""

    wiki: str
    effect: str
    state: Literal["waiting", "done", "failed", "drifted"]
    of: str | None = None
    receipt: ReceiptView | None = None
    still_marked: bool | None = None


class ModificationView(BaseModel):
    """What is proposed to change of a decision in force; `review` where the kind's chain signs it, by its own digest (D26)."""

    digest: str
    nature: Literal["ordinary", "substantial_atypical"]
    route: Literal["chain", "two_people"]
    state: str
    remarks: list[str]
    by: PerformerView
    at: Moment
    review: ReviewView | None = None
    spec: ActionSpec | None = None
    note: str | None = None


class ProposalView(BaseModel):
    """A lift or permission that waits for a second person, with all that they read before they agree; a modification has its own view."""

    what: Literal["lift", "permission"]
    by: str
    at: Moment
    reason: str | None = None
    note: str
    scope: Scope | None = None
    until: Moment | None = None


class TurnedDownView(BaseModel):
    """What no second person confirmed, or whoever proposed it took back, and why."""

    what: Literal["lift", "permission", "modification"]
    how: Literal["refused", "withdrawn"]
    by: str
    at: Moment
    reason: str


class ActionView(BaseModel):
    """A decision. `spec`, which names the person, is there for whoever proposed it or gave X-Access-Reason, and in no list, as are
    `proposals` and `turned_down`. `binds_as` says in which capacities a global ban binds the person (R15).
    """  # noqa: D205 - three sentences

    id: UUID
    case_id: UUID | None = None
    notice_id: UUID | None = None
    kind: str
    origin: Literal["decided", "recorded"]
    imposed_by: Literal["foundation", "community", "affiliate"] | None = None
    state: str
    review: ReviewView
    spec: ActionSpec | None = None
    authorised_by: list[PerformerView]
    performed_by: PerformerView | None = None
    individual_id: UUID | None = None
    acting_account: Literal["wmfoffice", "staff"] | None = None
    enacted_at: Moment | None = None
    expires_at: Moment | None = None
    emergency: bool = False
    binds_as: list[Literal["own", "agent_of_others"]] | None = None
    notice_withheld: bool | None = None
    enforcement: list[EnforcementView]
    modification: ModificationView | None = None
    waits_for_second: list[Literal["lift", "permission", "modification"]] | None = None
    proposals: list[ProposalView] | None = None
    turned_down: list[TurnedDownView] | None = None
    permitted_until: Moment | None = None
    ended_at: Moment | None = None
    version: int


class ReleasedView(BaseModel):
    """An account that a modification took out of an action, and that is nobody's any more."""

    name: str
    wiki: str | None = None
    modification_id: UUID


class SubjectView(BaseModel):
    """Whom an action is against, for the services that write to them or hear them, and the pages that it names; whom it released.

    Of child protection no page is said: where reported material lies stands in the sealed record of the case alone (D20).
    """

    action_id: UUID
    kind: str
    individual_id: UUID | None = None
    accounts: list[AccountRef]
    enacted_at: Moment | None = None
    expires_at: Moment | None = None
    irrevocable: bool
    warning: str | None = None
    reapply_criteria: list[str] | None = None
    no_rights_until: Moment | None = None
    pages: list[PageRef] | None = None
    released: list[ReleasedView] | None = None


class PartyView(BaseModel):
    """Whether the one asked about is the person."""

    party: bool


class ReasonView(BaseModel):
    """A ground that stood against a step, or a remark that went with it."""

    code: str
    says: str
    cite: str


class TimelineItem(BaseModel):
    """One step, done or refused."""

    at: Moment
    what: str
    by: PerformerView | None = None
    cite: str | None = None
    reasons: list[ReasonView] | None = None
    event_id: UUID | None = None


class TimelineView(BaseModel):
    """Everything that happened, or was tried, in order."""

    items: list[TimelineItem]
