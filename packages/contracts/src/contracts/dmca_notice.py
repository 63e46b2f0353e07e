"""`dmca_notice_change`: what dmca-svc says about a notice, from receipt to takedown, counter-notice and restoration (R39-R49, D8-D11)."""

from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from contracts.envelope import Change, Clock, Frozen, OutcomeRefusal, PriorOf, Said
from contracts.words import Code, Count, Digest, Id, Level, Moment, ReviewOutcome, Verdict, WikiId

DmcaNoticeChangeKind = Literal[
    "received",
    "cure_requested",
    "assessed",
    "recommended",
    "review_recorded",
    "returned",
    "window_opened",
    "accepted",
    "rejected",
    "taken_down",
    "announced",
    "counter_noticed",
    "court_action_received",
    "held",
    "hold_ended",
    "restored",
    "withdrawn",
    "termination_recommended",
    "outcome_refused",
    "at_risk",
    "breached",
]

KINDS: Final[dict[DmcaNoticeChangeKind, Said]] = {
    "received": Said(
        "A notice arrived at the designated agent or was passed on.", "notify acknowledges it to a complainant who wrote to us directly."
    ),
    "cure_requested": Said("Something that can be mended is missing (D8).", "notify asks the complainant, within two business days."),
    "assessed": Said(
        "A person said which elements are met, who gave the material, or what becomes of a counter-notice.",
        "notify tells whoever gave material that is down, and the sender of a counter-notice what it lacks or that it is over.",
        ("verdict",),
    ),
    "recommended": Said(
        "The evaluator recommended takedown or rejection, and the chain opened.", "Nobody; signers see it.", ("course", "digest")
    ),
    "review_recorded": Said("A level signed: approve, dissent or return (D2).", "Nobody.", ("reviewed_level", "review_verdict")),
    "returned": Said("A level sent the recommendation back with a question.", "Nobody; the evaluator sees it."),
    "window_opened": Said(
        "An accepted counter-notice set the window for restoring, counted from its receipt by the agent (D10).",
        "Nobody; the letters follow from `counter_noticed`.",
        ("counter_notice_id",),
    ),
    "accepted": Said("Legal signed, and the material is to come down (R40-R42).", "Nobody; the enforcer takes it down.", ("decided_at",)),
    "rejected": Said(
        "Legal signed that the notice is not complied with (R41, D9).",
        "appeals knows the decision; notify tells the complainant.",
        ("decided_at",),
    ),
    "taken_down": Said(
        "The last page is removed, with its receipt.", "notify tells the uploaders, announces and mirrors (R43).", ("taken_down_at",)
    ),
    "announced": Said("The takedown stands on the DMCA page, with its receipt.", "Nobody."),
    "counter_noticed": Said(
        "A counter-notice arrived (R45).",
        "notify warns the subscriber (R46) and sends the complainant a copy once it is compliant.",
        ("counter_notice_id",),
    ),
    "court_action_received": Said(
        "Word of a court or Copyright Claims Board action arrived.", "notify tells the parties.", ("court_action_id",)
    ),
    "held": Said(
        "That action restrains this subscriber about this material, so it stays down (D10).",
        "notify tells the subscriber.",
        ("court_action_id",),
    ),
    "hold_ended": Said("The action ended, and Legal decides what follows.", "Nobody.", ("court_action_id",)),
    "restored": Said("Material is back, with its receipt.", "notify tells the parties."),
    "withdrawn": Said("The complainant withdrew, for the pages it named.", "notify tells the parties."),
    "termination_recommended": Said(
        "Legal decided that an infringer's account is to be terminated (R48, R49, D11).",
        "ban-svc fetches the decision, compares its digest and makes an account termination on the notice.",
        ("infringer_id", "infringer_decision_digest"),
    ),
    "outcome_refused": Said(
        "The outcome of an appeal could not be applied.", "appeals-svc records it and notify tells the facilitator.", ("outcome_refusal",)
    ),
    "at_risk": Said("A clock of the notice is at three quarters (D5).", "notify alerts staff, once.", ("clock",)),
    "breached": Said("A clock of the notice passed its target; work goes on (R97).", "notify alerts staff, once.", ("clock",)),
}


class Window(Frozen):
    """When material may come back: not before `opens`, best at `target`, a breach after `closes` (D10)."""

    opens: Moment = Field(description="Start of the tenth business day after receipt by the agent.")
    target: Moment = Field(description="The day aimed at.")
    closes: Moment = Field(description="End of the fourteenth business day; restoring stays allowed after it.")


class CounterNotice(Frozen):
    """A counter-notice as others may know it."""

    counter_notice_id: Id = Field(description="The counter-notice.")
    request_id: Id | None = Field(None, description="The request of intake-svc that it came in as.")
    state: Literal["received", "incomplete", "accepted", "held", "hold_ended", "restored", "rejected", "withdrawn"] = Field(
        description="Where it stands."
    )
    received_at: Moment = Field(description="First receipt, at any address.")
    received_by_agent_at: Moment | None = Field(
        None, description="When a complete text reached the designated agent; the window counts from here."
    )
    missing: tuple[Code, ...] = Field((), description="Names of the elements that are missing.")
    subscriber_verified: bool = Field(default=False, description="Whether the signer was found to be the subscriber.")
    pages: Count = Field(0, description="How many pages it is about.")
    window: Window | None = Field(None, description="Its window, once accepted.")


class CourtAction(Frozen):
    """A court or Copyright Claims Board action as others may know it."""

    court_action_id: Id = Field(description="The action.")
    forum: Literal["court", "ccb"] = Field(description="Where it was filed.")
    told_by: Literal["complainant", "agent", "other"] = Field(description="Who gave notice of it.")
    received_at: Moment = Field(description="When the designated agent received notice of it; receipt decides, not entry.")
    state: Literal["holding", "not_holding", "ended"] = Field(description="Whether it keeps material down.")
    counter_notice_id: Id | None = Field(None, description="The counter-notice that it holds.")


class DmcaNoticeState(Frozen):
    """A DMCA notice as others may know it: no work, no page, no party, only counts and wikis."""

    notice_id: Id = Field(description="The notice.")
    request_id: Id | None = Field(None, description="The request of intake-svc that it came in as, if it was forwarded.")
    state: Literal[
        "received",
        "cure_requested",
        "compliant",
        "in_review",
        "accepted",
        "rejected",
        "taken_down",
        "counter_noticed",
        "held",
        "restored",
        "withdrawn",
    ] = Field(description="Where the notice stands.")
    channel: Literal["legal", "form", "forwarded"] = Field(description="Where it came in; `legal` is the designated agent.")
    received_at: Moment = Field(description="First receipt, from which the policy clock counts.")
    statutory_at: Moment | None = Field(None, description="Receipt of the text that has all elements (D8).")
    verdict: Literal["compliant", "curable", "defective"] | None = Field(None, description="What the assessment found (D8).")
    missing: tuple[Code, ...] = Field((), description="Names of the elements that are missing.")
    course: Literal["take_down", "reject"] | None = Field(None, description="What is recommended.")
    digest: Digest | None = Field(None, description="SHA-256 of what is signed.")
    review_state: ReviewOutcome | None = Field(None, description="Where the chain stands.")
    open_level: Level | None = Field(None, description="The level whose turn it is.")
    reviewed_level: Level | None = Field(None, description="The level that signed last.")
    review_verdict: Verdict | None = Field(None, description="What it said.")
    rejection: tuple[Code, ...] = Field((), description="Codes of why it is rejected (D9); `other` stands for a text.")
    decided_at: Moment | None = Field(None, description="When it was accepted or rejected; appeal dates count from here.")
    wikis: tuple[WikiId, ...] = Field((), description="The wikis that the pages are on; `commonswiki` asks for the mirror (R43).")
    pages: Count = Field(0, description="How many pages it names.")
    pages_removed: Count = Field(0, description="How many of them are removed now.")
    pages_restored: Count = Field(0, description="How many of them came back.")
    taken_down_at: Moment | None = Field(None, description="When the last page was removed.")
    announce: bool = Field(default=True, description="False only by Legal's recorded reason (D17).")
    announced_at: Moment | None = Field(None, description="When the announcement had its receipt.")
    counter_notices: tuple[CounterNotice, ...] = Field((), description="The counter-notices against it.")
    counter_notice_id: Id | None = Field(None, description="The counter-notice that changed last.")
    court_actions: tuple[CourtAction, ...] = Field((), description="The court actions told of.")
    court_action_id: Id | None = Field(None, description="The court action that changed last.")
    restored_at: Moment | None = Field(None, description="When material last came back.")
    infringer_id: Id | None = Field(None, description="Opaque id of the infringer in dmca-svc's ledger.")
    infringer_decision_digest: Digest | None = Field(None, description="SHA-256 of the decision; what is fetched must match.")
    appeal_id: Id | None = Field(None, description="The appeal whose outcome changed it last.")
    outcome_refusal: OutcomeRefusal | None = Field(None, description="The appeal outcome that could not be applied.")
    clock: Clock | None = Field(None, description="Its clock.")


class DmcaNoticeChange(Change[DmcaNoticeChangeKind, DmcaNoticeState]):
    """A change of a DMCA notice."""

    aggregate: ClassVar = "dmca_notice"
    owner: ClassVar = "dmca-svc"
    # The owner itself among them: the ledger of infringers follows what becomes of notices, with its questions outside a transaction.
    readers: ClassVar = ("ban-svc", "dmca-svc", "appeals-svc", "notify-svc")
    key_fields: ClassVar = ("notice_id",)
    kinds: ClassVar = KINDS

    dmca_notice_change_kind: DmcaNoticeChangeKind = Field(description="What happened to the notice.")
    dmca_notice: DmcaNoticeState = Field(description="The notice after the change.")
    prior_state: Annotated[Frozen, PriorOf(DmcaNoticeState)] | None = Field(None, description="What the changed fields were before.")
