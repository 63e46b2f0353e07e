"""`request_change`: what intake-svc says about a request, from receipt to its end, and about its sender's standing (R86-R89, D12)."""

from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from contracts.envelope import Change, Frozen, PriorOf, Said
from contracts.words import Code, Id, MatterKind, Moment, Team

RequestChangeKind = Literal[
    "received",
    "acknowledged",
    "completed",
    "returned",
    "forwarded",
    "deferred",
    "refused",
    "duplicate_linked",
    "resolved",
    "withdrawn",
    "lapsed",
    "sender_warned",
    "sender_locked_out",
    "sender_readmitted",
]

KINDS: Final[dict[RequestChangeKind, Said]] = {
    "received": Said("A request or letter arrived and was stored with its receipt date.", "notify tells the sender that it arrived."),
    "acknowledged": Said(
        "The receipt was acknowledged to the sender (matrix row 2).", "Nobody; it is for the record.", ("acknowledged_at",)
    ),
    "completed": Said("Nothing that the policy asks of a request is missing any more (R88).", "Nobody; the case says the rest."),
    "returned": Said("Parts are missing, and the sender is asked for them, or reminded.", "notify asks the sender."),
    "forwarded": Said(
        "The letter belongs to another service and was passed on with its receipt date (R87).",
        "dmca-svc or appeals-svc fetches the letter and makes a notice, counter-notice, retraction, court action or appeal of it.",
        ("forwarded_to", "document"),
    ),
    "deferred": Said(
        "A person left the matter to the community, and a peer confirmed (R6, R60).",
        "appeals knows the decision; notify tells the requester.",
        ("decided_at",),
    ),
    "refused": Said(
        "A person refused the request, and a peer confirmed (R116).",
        "appeals knows the decision; notify tells the requester.",
        ("decided_at",),
    ),
    "duplicate_linked": Said("The request asks what an earlier one asks, and follows it from now on.", "Nobody.", ("duplicate_of",)),
    "resolved": Said("The complaint was settled before any action (R111).", "notify tells the requester.", ("decided_at",)),
    "withdrawn": Said("The sender took the request back.", "notify confirms it to the sender."),
    "lapsed": Said("The missing parts did not come in time.", "notify tells the sender, who may file anew."),
    "sender_warned": Said(
        "The sender was warned about conduct towards staff (R117, R118).",
        "notify sends the warning; its delivery is the proof.",
        ("sender",),
    ),
    "sender_locked_out": Said(
        "After a delivered warning, a second person confirmed a lock-out with an end (R118, R119, D12).",
        "notify tells the sender.",
        ("sender",),
    ),
    "sender_readmitted": Said("A lock-out ended by the clock or was lifted.", "Nobody.", ("sender",)),
}


class SenderStanding(Frozen):
    """Whether a sender is heard: an opaque id and the standing, never who it is."""

    sender_id: Id = Field(description="Opaque id of the sender in intake-svc.")
    state: Literal["good", "warned", "locked_out"] = Field(description="The sender's standing now.")
    locked_out_until: Moment | None = Field(None, description="End of the lock-out.")


class RequestState(Frozen):
    """A request as others may know it."""

    request_id: Id = Field(description="The request.")
    kind: MatterKind = Field(description="What is asked for.")
    state: Literal["incomplete", "complete", "forwarded", "deferred", "refused", "duplicate", "resolved", "withdrawn", "lapsed"] = Field(
        description="Where the request stands."
    )
    team: Team = Field(description="The team in whose purview it falls (R86).")
    channel: Literal["form", "ca", "legal", "legal_reports", "emergency", "vrt", "law_enforcement", "policy_enforcement"] = Field(
        description="Where it came in."
    )
    standing_as: Literal["community", "public", "affiliate", "law_enforcement", "staff"] | None = Field(
        None, description="In what standing the requester writes."
    )
    received_at: Moment = Field(description="First receipt, kept when the letter is passed on (R87).")
    received_by_agent_at: Moment | None = Field(
        None, description="Receipt at the designated agent: at legal@, or the moment of forwarding (D10)."
    )
    acknowledged_at: Moment | None = Field(None, description="When the receipt was acknowledged.")
    missing: tuple[Code, ...] = Field((), description="Codes of the parts that are missing (R88).")
    case_id: Id | None = Field(None, description="The case that the request opened or joined.")
    duplicate_of: Id | None = Field(None, description="The earlier request that it follows.")
    forwarded_to: Literal["dmca", "appeals"] | None = Field(None, description="The service that the letter was passed on to.")
    document: Literal["notice", "counter_notice", "retraction", "court_action", "appeal", "other"] | None = Field(
        None, description="What the letter was read as."
    )
    grounds: tuple[Code, ...] = Field((), description="Codes of why it was deferred or refused; `other` stands for a text.")
    decided_at: Moment | None = Field(None, description="When it was deferred, refused or resolved; appeal dates count from here.")
    sender: SenderStanding | None = Field(None, description="The sender's standing, where it is the matter.")


class RequestChange(Change[RequestChangeKind, RequestState]):
    """A change of a request."""

    aggregate: ClassVar = "request"
    owner: ClassVar = "intake-svc"
    readers: ClassVar = ("dmca-svc", "appeals-svc", "notify-svc")
    key_fields: ClassVar = ("request_id",)
    kinds: ClassVar = KINDS

    request_change_kind: RequestChangeKind = Field(description="What happened to the request.")
    request: RequestState = Field(description="The request after the change.")
    prior_state: Annotated[Frozen, PriorOf(RequestState)] | None = Field(None, description="What the changed fields were before.")
