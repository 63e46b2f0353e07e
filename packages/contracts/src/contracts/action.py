"""`action_change`: what ban-svc says about a decision on a person or page: review, enactment and what follows (R10-R38, D1-D4, D26)."""

from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from contracts.envelope import Change, Clock, Frozen, OutcomeRefusal, PriorOf, Said
from contracts.words import ActionKind, Count, Course, Digest, Id, Level, Moment, Ordinal, ReviewOutcome, Verdict, WikiId

ActionChangeKind = Literal[
    "proposed",
    "amended",
    "review_recorded",
    "returned",
    "withdrawn",
    "approved",
    "declined",
    "enacted",
    "enforced",
    "enforcement_failed",
    "modified",
    "permitted",
    "expired",
    "lifted",
    "overturned",
    "recorded",
    "outcome_refused",
    "at_risk",
    "breached",
    "notice_withheld",
    "notice_released",
    "unusual_rate",
]

_KNOWN = "appeals knows the decision; notify tells the parties."

KINDS: Final[dict[ActionChangeKind, Said]] = {
    "proposed": Said(
        "An action was made from a recommendation or a notice, and its chain opened (R113).", "Nobody; signers see it.", ("digest",)
    ),
    "amended": Said("The text was changed, which voids every signature (D1).", "Nobody; signers see it.", ("digest",)),
    "review_recorded": Said("A level signed: approve, dissent or return (D2).", "Nobody.", ("reviewed_level", "review_verdict")),
    "returned": Said("A level sent the action back with a question.", "intake takes the case back to evaluation."),
    "withdrawn": Said("The proposal was taken back before enactment.", "intake takes the case back to evaluation."),
    "approved": Said("Every level was heard and enough approved (R19, D2).", "Nobody; the enforcer may enact.", ("digest",)),
    "declined": Said(
        "The chain ended against the action, or agreed not to act: a final decision (R101).",
        f"intake marks the case decided and stops its clock; {_KNOWN}",
        ("decided_at", "issuance", "issued_at"),
    ),
    "enacted": Said(
        "The decision is in force from this moment (R20).",
        f"intake marks the case decided and stops its clock; dmca-svc keeps down what it is about (D10); {_KNOWN}",
        ("enacted_at", "issuance", "issued_at"),
    ),
    "enforced": Said("Every effect on the wikis has its receipt.", "Nobody."),
    "enforcement_failed": Said(
        "An effect on a wiki failed or drifted and needs a person.", "Nobody; staff see it in the lane of failures."
    ),
    "modified": Said("The decision in force was changed, ordinarily or substantially (R102, R103, D26).", _KNOWN, ("nature", "issuance")),
    "permitted": Said(
        "A scoped exception with an end was granted (R16).", "Nobody; the check obeys it from now on.", ("permission_id", "permitted_until")
    ),
    "expired": Said("Its end date came (R29).", _KNOWN, ("ended_at",)),
    "lifted": Said("It was lifted by two people, because its purpose is served (R30).", _KNOWN, ("ended_at",)),
    "overturned": Said("An appeal overturned it.", _KNOWN, ("ended_at",)),
    "recorded": Said("A ban of others, or one that stood before this system, was put on record (R8).", "Nobody."),
    "outcome_refused": Said(
        "The outcome of an appeal could not be applied.", "appeals-svc records it and notify tells the facilitator.", ("outcome_refusal",)
    ),
    "at_risk": Said("A signature that must follow an emergency is nearly due (D3, D4).", "notify alerts staff, once.", ("clock",)),
    "breached": Said("A signature that must follow an emergency did not come in time (D3, D4).", "notify alerts staff, once.", ("clock",)),
    "notice_withheld": Said("The named group recorded that the notice to the subject must wait (D20).", "Nobody."),
    "notice_released": Said(
        "The named group ended that; the notice need wait no longer (D20).", "notify tells the subject what stands, or that it ended."
    ),
    "unusual_rate": Said(
        "With this enactment more actions than usual were enacted of late (R110).",
        "notify alerts staff, once for the whole time.",
        ("rate",),
    ),
}


class EnforcementCounts(Frozen):
    """How many effects on wikis stand where."""

    waiting: Count = Field(0, description="Not done yet.")
    done: Count = Field(0, description="Done, with a receipt.")
    failed: Count = Field(0, description="Failed, for a person.")
    drifted: Count = Field(0, description="Undone by somebody since.")


class Rate(Frozen):
    """How many actions were enacted of late, beside how many are usual."""

    enacted: Count = Field(description="Enacted within the time, this one included.")
    usual: Count = Field(description="How many are usual within it.")
    days: Count = Field(description="The time, in days.")


class ActionState(Frozen):
    """An action as others may know it: who it is about is an opaque id, on what grounds is not said."""

    action_id: Id = Field(description="The action.")
    case_id: Id | None = Field(None, description="The case that it decides.")
    notice_id: Id | None = Field(None, description="The DMCA notice that an account termination rests on.")
    request_ids: tuple[Id, ...] = Field((), description="The requests behind it, as the recommendation named them.")
    kind: ActionKind = Field(description="What kind of action.")
    origin: Literal["decided", "recorded"] = Field("decided", description="`recorded`: not decided in this system.")
    imposed_by: Literal["foundation", "community", "affiliate"] = Field("foundation", description="Whose ban it is (R8).")
    state: Literal[
        "proposed",
        "in_review",
        "returned",
        "withdrawn",
        "approved",
        "declined",
        "enacted",
        "enforced",
        "expired",
        "lifted",
        "overturned",
        "recorded",
    ] = Field(description="Where the action stands.")
    course: Course = Field(description="Whether it is to act or a decision not to.")
    emergency: bool = Field(default=False, description="Enacted first, signed after (D3, D4).")
    digest: Digest | None = Field(None, description="SHA-256 of what is signed.")
    individual_id: Id | None = Field(None, description="Opaque id of the person; never leaves the house by webhook.")
    irrevocable: bool = Field(default=False, description="The notice says irrevocable (R32).")
    part_of: Id | None = Field(None, description="The global ban that this event ban is part of (R33).")
    escalates: tuple[Id, ...] = Field((), description="The event bans that led to this action (R34).")
    enforces: Id | None = Field(None, description="The global ban that this range block enforces (R85).")
    disclosure: Literal["public", "restricted", "confidential"] = Field(description="How far it may be told (R112, D17).")
    notice_withheld: bool = Field(default=False, description="The letter to the subject waits for the named group (D20).")
    review_state: ReviewOutcome | None = Field(None, description="Where the chain stands.")
    open_level: Level | None = Field(None, description="The level whose turn it is.")
    reviewed_level: Level | None = Field(None, description="The level that signed last.")
    review_verdict: Verdict | None = Field(None, description="What it said.")
    authorised_by: tuple[Level, ...] = Field((), description="The levels that approved what is in force (R91).")
    acting_account: Literal["wmfoffice", "staff"] | None = Field(None, description="Which account acts on the wikis (R92, D15).")
    wikis: tuple[WikiId, ...] = Field((), description="The wikis on which it has effects.")
    enforcement: EnforcementCounts | None = Field(None, description="How far it is carried out.")
    decided_at: Moment | None = Field(None, description="When it was enacted or declined.")
    enacted_at: Moment | None = Field(None, description="When it came into force.")
    starts_at: Moment | None = Field(None, description="Start of an event ban's time, if later.")
    expires_at: Moment | None = Field(None, description="Its end; absent means indefinite (R22).")
    ended_at: Moment | None = Field(None, description="When it expired, was lifted or overturned.")
    issuance: Ordinal | None = Field(None, description="1 when first issued; one more at each substantial, atypical modification (R102).")
    issued_at: Moment | None = Field(None, description="When this issuance was made; the policy's six months count from here (D7).")
    nature: Literal["ordinary", "substantial_atypical"] | None = Field(None, description="Nature of the latest modification (D26).")
    modification_id: Id | None = Field(None, description="The latest modification that came into force (D26).")
    released: Count | None = Field(None, description="How many accounts it took out that nothing says any more are the person's.")
    permission_id: Id | None = Field(None, description="The latest permission (R16).")
    permitted_until: Moment | None = Field(None, description="End of the latest permission.")
    appeal_id: Id | None = Field(None, description="The appeal whose outcome changed it last.")
    outcome_refusal: OutcomeRefusal | None = Field(None, description="The appeal outcome that could not be applied.")
    clock: Clock | None = Field(None, description="The clock of signatures that follow an emergency.")
    rate: Rate | None = Field(None, description="There when its enactment made the rate of actions unusual (R110).")


class ActionChange(Change[ActionChangeKind, ActionState]):
    """A change of an action."""

    aggregate: ClassVar = "action"
    owner: ClassVar = "ban-svc"
    readers: ClassVar = ("intake-svc", "dmca-svc", "appeals-svc", "notify-svc")
    key_fields: ClassVar = ("action_id",)
    schema_version: ClassVar[str] = "1.2.0"
    kinds: ClassVar = KINDS

    action_change_kind: ActionChangeKind = Field(description="What happened to the action.")
    action: ActionState = Field(description="The action after the change.")
    prior_state: Annotated[Frozen, PriorOf(ActionState)] | None = Field(None, description="What the changed fields were before.")
