"""`case_change`: what intake-svc says about a case: its evaluation, its clock, its recommendation and its end (R96-R100, D5)."""

from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from contracts.envelope import Change, Clock, Frozen, OutcomeRefusal, PriorOf, Said
from contracts.words import CaseKind, Course, Digest, Id, Moment, Team, Token

CaseChangeKind = Literal[
    "opened",
    "assigned",
    "expanded",
    "at_risk",
    "breached",
    "extended",
    "recommended",
    "decided",
    "closed",
    "reopened",
    "outcome_refused",
    "attention_needed",
]

KINDS: Final[dict[CaseChangeKind, Said]] = {
    "opened": Said(
        "A complete request opened a case, in the same transaction.",
        "notify alerts staff at once for child protection and threats to life.",
    ),
    "assigned": Said("A staff member took the case on, for a time.", "Nobody; it is for the record.", ("assignee",)),
    "expanded": Said("Another request joined the case, or its extent grew (R98).", "Nobody; the clock stays unless it is extended."),
    "at_risk": Said("Three quarters of the time are gone (D5).", "notify alerts staff, once.", ("clock",)),
    "breached": Said("The target date passed; the case goes on (R97).", "notify alerts staff, once.", ("clock",)),
    "extended": Said("The target was moved for a cause of R98; the first target stays on record.", "Nobody.", ("clock",)),
    "recommended": Said(
        "The evaluator recommended a course (matrix row 3).",
        "ban-svc fetches the recommendation, compares its digest and makes the action.",
        ("recommendation_id", "recommendation_digest", "course"),
    ),
    "decided": Said("Its action was enacted or declined, and the clock stopped.", "Nobody; parties hear of the action itself."),
    "closed": Said(
        "The case ended without an action, or its request joined another case or was passed on.",
        "Nobody; its requesters hear of their request.",
    ),
    "reopened": Said(
        "An appeal, new information, or an action that was returned or withdrawn brought the case back to evaluation.", "Nobody."
    ),
    "outcome_refused": Said(
        "The outcome of an appeal could not be applied to the case.",
        "appeals-svc records it and notify tells the facilitator.",
        ("outcome_refusal",),
    ),
    "attention_needed": Said(
        "Something that the law asks of the house in this case is late or went wrong, and a person must look.",
        "notify alerts staff at once; what it is stands in the case alone.",
    ),
}


class CaseState(Frozen):
    """A case as others may know it."""

    case_id: Id = Field(description="The case.")
    kind: CaseKind = Field(description="What the case is about.")
    state: Literal["open", "evaluating", "in_review", "decided", "closed"] = Field(description="Where the case stands.")
    team: Team = Field(description="The team that owns it (R86).")
    priority: Literal["normal", "high", "urgent"] = Field("normal", description="`urgent`: child protection and threats to life (R50).")
    assignee: Token | None = Field(None, description="Opaque subject of the evaluator who has it.")
    assigned_until: Moment | None = Field(None, description="When the assignment ends by itself.")
    received_at: Moment = Field(description="First receipt, from which the clock counts (D5).")
    request_ids: tuple[Id, ...] = Field((), description="The requests that it serves.")
    action_ids: tuple[Id, ...] = Field((), description="The actions proposed on it.")
    clock: Clock | None = Field(None, description="Its clock; kinds without a guideline have none (R96).")
    recommendation_id: Id | None = Field(None, description="The recommendation in force.")
    recommendation_digest: Digest | None = Field(None, description="SHA-256 of its canonical JSON; what is fetched must match.")
    course: Course | None = Field(None, description="What it recommends.")
    outcome: Literal["act", "no_action", "resolved_before_action", "deferred", "refused", "withdrawn"] | None = Field(
        None, description="How the case ended."
    )
    decided_at: Moment | None = Field(None, description="When it was decided.")
    outcome_refusal: OutcomeRefusal | None = Field(None, description="The appeal outcome that could not be applied.")


class CaseChange(Change[CaseChangeKind, CaseState]):
    """A change of a case."""

    aggregate: ClassVar = "case"
    owner: ClassVar = "intake-svc"
    readers: ClassVar = ("ban-svc", "appeals-svc", "notify-svc")
    key_fields: ClassVar = ("case_id",)
    schema_version: ClassVar[str] = "1.1.0"
    kinds: ClassVar = KINDS

    case_change_kind: CaseChangeKind = Field(description="What happened to the case.")
    case: CaseState = Field(description="The case after the change.")
    prior_state: Annotated[Frozen, PriorOf(CaseState)] | None = Field(None, description="What the changed fields were before.")
