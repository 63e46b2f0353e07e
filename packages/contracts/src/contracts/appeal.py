"""`appeal_change`: what appeals-svc says about an appeal; never who sits on a panel, who voted or how (R101-R109, D7, D13, D14)."""

from typing import Annotated, ClassVar, Final, Literal, Self

from pydantic import Field, model_validator

from contracts.envelope import Change, Clock, Frozen, OutcomeRefusal, PriorOf, Said
from contracts.words import Code, Count, Id, MatterKind, Moment, Ordinal

AppealChangeKind = Literal[
    "filed",
    "reasons_requested",
    "ineligible",
    "refused_by_counsel",
    "accepted",
    "panel_seated",
    "recused",
    "voted",
    "decided",
    "outcome_refused",
    "moot",
    "withdrawn",
    "at_risk",
    "breached",
]

KINDS: Final[dict[AppealChangeKind, Said]] = {
    "filed": Said("An appeal was filed about a decision.", "notify acknowledges it."),
    "reasons_requested": Said(
        "It gives no reasons; they are asked for, and the filing date is kept (R107, D14).",
        "notify asks the appellant.",
        ("answer_due_at",),
    ),
    "ineligible": Said(
        "This person may not appeal this decision, or not any more (R102, R105, R106, R109).", "notify tells the appellant why."
    ),
    "refused_by_counsel": Said("Legal counsel did not approve that it proceeds (R104).", "notify tells the appellant."),
    "accepted": Said("Legal counsel approved that it proceeds (R104).", "notify tells the appellant."),
    "panel_seated": Said(
        "A panel of the committee was drawn and cleared; its members are never named (D13).", "notify tells the facilitator."
    ),
    "recused": Said("Somebody stepped back; who is never said.", "notify tells the facilitator."),
    "voted": Said("A vote came in; who voted and how is never said.", "Nobody."),
    "decided": Said(
        "The outcome is computed: ratified, overturned or remanded.",
        "ban-svc, intake-svc or dmca-svc overturns, modifies or reopens, or answers `outcome_refused`; notify tells the parties.",
        ("outcome", "decided_at"),
    ),
    "outcome_refused": Said(
        "The owner of the decision could not apply the outcome.", "notify tells the facilitator.", ("outcome_refusal",)
    ),
    "moot": Said(
        "What was appealed no longer stands by itself, such as an event ban taken into a global ban (R33).", "notify tells the appellant."
    ),
    "withdrawn": Said("The appellant took it back.", "notify confirms it."),
    "at_risk": Said("The appeal's clock is at three quarters.", "notify alerts staff, once.", ("clock",)),
    "breached": Said("The appeal's clock passed its target; the appeal goes on.", "notify alerts staff, once.", ("clock",)),
}


class AppealedDecision(Frozen):
    """The decision that is appealed."""

    kind: Literal["action", "request", "notice"] = Field(description="Whose decision: ban-svc, intake-svc or dmca-svc.")
    id: Id = Field(description="Its id there.")


class AppealState(Frozen):
    """An appeal as others may know it."""

    appeal_id: Id = Field(description="The appeal.")
    decision: AppealedDecision = Field(description="The decision that is appealed.")
    matter_kind: MatterKind | None = Field(None, description="Kind of the matter; child protection goes to its own lane (D14).")
    issuance: Ordinal | None = Field(None, description="The issuance that is appealed; one appeal per person and issuance.")
    route: Literal["committee", "staff", "ca", "counsel"] = Field(description="Who decides it (D13, D14).")
    state: Literal[
        "incomplete",
        "filed",
        "ineligible",
        "with_counsel",
        "refused_by_counsel",
        "accepted",
        "in_panel",
        "decided",
        "withdrawn",
        "moot",
    ] = Field(description="Where the appeal stands.")
    appellant_role: Literal["requester", "subject"] = Field(description="As what the appellant appeals (R105).")
    appellant_verified: bool = Field(
        default=False, description="Whether the appellant was verified; before that nothing of the case is answered."
    )
    request_id: Id | None = Field(None, description="The request of intake-svc that the letter came in as, if it was forwarded.")
    filed_at: Moment = Field(description="When it was received, also when first without reasons.")
    informed_at: Moment | None = Field(None, description="When the appellant was informed, by the notification's receipt (D7).")
    deadline: Moment | None = Field(None, description="The later of both dates of D7, until which this product accepts.")
    policy_deadline: Moment | None = Field(None, description="Six months from issuance, as the policy counts (R102).")
    answer_due_at: Moment | None = Field(None, description="Until when reasons that are missing may come.")
    ineligible_codes: tuple[Code, ...] = Field((), description="Codes of why it is not eligible.")
    seats: Count = Field(0, description="How many are seated.")
    votes: Count = Field(0, description="How many votes are in.")
    outcome: Literal["ratified", "overturned", "remanded"] | None = Field(None, description="The outcome.")
    decided_at: Moment | None = Field(None, description="When it was decided.")
    outcome_refusal: OutcomeRefusal | None = Field(None, description="Why the owner could not apply the outcome.")
    clock: Clock | None = Field(None, description="Its clock.")


class AppealChange(Change[AppealChangeKind, AppealState]):
    """A change of an appeal; no member of the committee is ever its performer."""

    aggregate: ClassVar = "appeal"
    owner: ClassVar = "appeals-svc"
    readers: ClassVar = ("intake-svc", "ban-svc", "dmca-svc", "notify-svc")
    key_fields: ClassVar = ("appeal_id",)
    kinds: ClassVar = KINDS

    appeal_change_kind: AppealChangeKind = Field(description="What happened to the appeal.")
    appeal: AppealState = Field(description="The appeal after the change.")
    prior_state: Annotated[Frozen, PriorOf(AppealState)] | None = Field(None, description="What the changed fields were before.")

    @model_validator(mode="after")
    def _names_no_member(self) -> Self:
        # Members are anonymous and known to counsel alone (D13): even an opaque id would let two votes be joined to one person.
        # Staff reviewers of other kinds vote too, so votes and recusals are the service's word whatever the role behind them.
        secret = self.appeal_change_kind in ("voted", "recused")
        if self.performer.role == "committee" or (secret and self.performer.role != "service"):
            raise ValueError("who votes or steps back is never said: the performer is the service")
        return self
