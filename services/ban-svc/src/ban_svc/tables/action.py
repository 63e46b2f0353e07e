"""A decision about a person, its signatures, recusals and notes (R19, R91, R113, D1)."""

from datetime import date, datetime
from uuid import UUID

from chassis.crypto import Sealed, SealedText
from contracts.action import ActionState, EnforcementCounts, Rate
from contracts.envelope import Clock, OutcomeRefusal
from kernel.kinds import Kind
from kernel.review import Course, Level, Verdict
from kernel.review import Signature as SignatureFacts
from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, SmallInteger, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from ban_svc.model import BanFacts, State
from ban_svc.rules.enforcement import usual_rate
from ban_svc.tables.columns import INSERT_ONLY, Base, Moment

_STATES = ", ".join(f"'{state}'" for state in State)
_OPEN = "state IN ('proposed', 'in_review', 'returned', 'approved')"


class Action(Base, table=True):
    """One decision, from its proposal to its end.

    Who it is about lies in `spec`, sealed under the action's own key, and in `subjects` as keyed hashes of canonical account names;
    `named` are those of whoever else the case names, who sign nothing. `ranges` are hashes of the ranges that the text names, none where it
    is older than they are. The `clock_…` columns are the clock that runs after an emergency.
    `levels` and `approvals` are the chain it was proposed with; triggers of the first migration keep both, and let nothing be enacted
    that its signatures do not carry.
    """

    __tablename__ = "action"
    __table_args__ = (
        CheckConstraint(f"state IN ({_STATES})", name="action_state"),
        CheckConstraint("origin IN ('decided', 'recorded')", name="action_origin"),
        CheckConstraint("course IN ('act', 'no_action')", name="action_course"),
        CheckConstraint("imposed_by IN ('foundation', 'community', 'affiliate')", name="action_imposed_by"),
        CheckConstraint("(state = 'recorded') = (imposed_by <> 'foundation')", name="action_recorded_is_of_others"),
        CheckConstraint("case_id IS NOT NULL OR notice_id IS NOT NULL OR origin = 'recorded'", name="action_rests_on"),
        CheckConstraint("NOT emergency OR kind IN ('child_protection', 'checkuser')", name="action_emergency"),
        CheckConstraint(
            "num_nonnulls(clock_measures, clock_target_at, clock_at_risk_at, clock_state) IN (0, 4)"
            " AND clock_state IN ('running', 'at_risk', 'breached', 'stopped')",
            name="action_clock",
        ),
        CheckConstraint("NOT notice_withheld OR kind = 'child_protection'", name="action_notice"),
        CheckConstraint("enacted_of_late IS NULL OR enacted_at IS NOT NULL", name="action_rate"),
        Index("action_same_text", "case_id", "digest", unique=True, postgresql_where=_OPEN),
        Index("action_recommendation", "recommendation_id", unique=True, postgresql_where="recommendation_id IS NOT NULL"),
        Index("action_case", "case_id", "id"),
        Index("action_individual", "individual_id", "id"),
        Index("action_kind", "kind", "id"),
        Index("action_kind_state", "kind", "state", "id"),
        Index("action_state_id", "state", "id"),
        Index("action_source", "source_hash", unique=True, postgresql_where="source_hash IS NOT NULL"),
        Index("action_enacted", "enacted_at", postgresql_where="enacted_at IS NOT NULL"),
        Index("action_enforces", "enforces", postgresql_where="enforces IS NOT NULL"),
        Index("action_subjects", "subjects", postgresql_using="gin"),
        # A row lock asks for the right to change something; the guards say what the import may write at all.
        {"info": {"import_role": ("SELECT", "INSERT", "UPDATE (version, event_version)")}},
    )

    id: UUID = Field(primary_key=True)
    case_id: UUID | None = None
    notice_id: UUID | None = None
    recommendation_id: UUID | None = None
    request_ids: list[UUID] = Field(default_factory=list, sa_column=Column(ARRAY(Uuid), nullable=False))
    kind: str
    origin: str = "decided"
    imposed_by: str = "foundation"
    source_hash: bytes | None = Field(default=None, sa_type=LargeBinary)
    course: str
    state: str
    evaluator: str
    digest: str
    amendment: int = Field(default=0, sa_column=Column(SmallInteger, nullable=False))
    policy_date: date
    optional_levels: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False))
    levels: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    approvals: int = Field(sa_column=Column(SmallInteger, nullable=False))
    spec: Sealed | None = Field(default=None, sa_type=SealedText)
    subjects: list[bytes] = Field(default_factory=list, sa_column=Column(ARRAY(LargeBinary), nullable=False))
    ranges: list[bytes] | None = Field(default_factory=list, sa_column=Column(ARRAY(LargeBinary), nullable=True))
    named: list[bytes] = Field(default_factory=list, sa_column=Column(ARRAY(LargeBinary), nullable=False))
    case_kind: str | None = None
    emergency: bool = False
    disclosure: str
    irrevocable: bool = False
    notice_withheld: bool = False
    individual_id: UUID | None = Field(default=None, foreign_key="individual.id")
    part_of: UUID | None = Field(default=None, foreign_key="action.id")
    enforces: UUID | None = Field(default=None, foreign_key="action.id")
    escalates: list[UUID] = Field(default_factory=list, sa_column=Column(ARRAY(Uuid), nullable=False))
    starts_at: datetime | None = Field(default=None, sa_type=Moment)
    expires_at: datetime | None = Field(default=None, sa_type=Moment)
    review_state: str = "open"
    open_level: str | None = None
    clock_measures: str | None = None
    clock_target_at: datetime | None = Field(default=None, sa_type=Moment)
    clock_at_risk_at: datetime | None = Field(default=None, sa_type=Moment)
    clock_state: str | None = None
    reviewed_level: str | None = None
    review_verdict: str | None = None
    authorised_by: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False))
    acting_account: str | None = None
    performed_by: str | None = None
    wikis: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False))
    effects_waiting: int = 0
    effects_done: int = 0
    effects_failed: int = 0
    effects_drifted: int = 0
    proposed_at: datetime = Field(sa_type=Moment)
    decided_at: datetime | None = Field(default=None, sa_type=Moment)
    enacted_at: datetime | None = Field(default=None, sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    issuance: int | None = Field(default=None, sa_column=Column(SmallInteger))
    issued_at: datetime | None = Field(default=None, sa_type=Moment)
    enacted_of_late: int | None = None
    modified_by: UUID | None = None
    nature: str | None = None
    released: int | None = Field(default=None, sa_column=Column(SmallInteger))
    permission_id: UUID | None = None
    permitted_until: datetime | None = Field(default=None, sa_type=Moment)
    appeal_id: UUID | None = None
    refused_appeal: UUID | None = None
    refused_codes: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False))
    version: int = 0
    # Versions tell of every change that is seen here, this of those that were said to others.
    event_version: int = 0

    def facts(self) -> BanFacts:
        """What a rule about another action may ask."""
        return BanFacts(Kind(self.kind), State(self.state), self.expires_at)

    def public(self) -> ActionState:
        """The action as others may know it: ids, kinds, states and dates."""
        counts = {name: getattr(self, f"effects_{name}") for name in ("waiting", "done", "failed", "drifted")}
        refusal = OutcomeRefusal(appeal_id=self.refused_appeal, codes=tuple(self.refused_codes)) if self.refused_appeal else None
        return ActionState.model_validate(
            {
                "action_id": self.id,
                "case_id": self.case_id,
                "notice_id": self.notice_id,
                "request_ids": tuple(self.request_ids),
                "part_of": self.part_of,
                "enforces": self.enforces,
                "escalates": tuple(self.escalates),
                "authorised_by": tuple(self.authorised_by),
                "wikis": tuple(self.wikis),
                "clock": self._clock(),
                "rate": self._rate(),
                "enforcement": EnforcementCounts(**counts) if any(counts.values()) else None,
                "outcome_refusal": refusal,
                "modification_id": self.modified_by,
                # What was not decided here had no review.
                "review_state": self.review_state if self.origin == "decided" else None,
                **{name: getattr(self, name) for name in _SAID_AS_IT_IS},
            }
        )

    def _rate(self) -> Rate | None:
        """How many were enacted of late, where this enactment made it more than usual (R110)."""
        if self.enacted_of_late is None or self.enacted_at is None:
            return None
        usual = usual_rate(on=self.enacted_at.date())
        return Rate(enacted=self.enacted_of_late, usual=usual.actions, days=usual.days)

    def _clock(self) -> Clock | None:
        """The clock of signatures that follow an emergency, or of its reversal."""
        if self.clock_measures is None:
            return None
        return Clock.model_validate(
            {
                "measures": self.clock_measures,
                "target_at": self.clock_target_at,
                "at_risk_at": self.clock_at_risk_at,
                "state": self.clock_state,
            }
        )


_SAID_AS_IT_IS = (
    "kind",
    "emergency",
    "origin",
    "state",
    "course",
    "digest",
    "individual_id",
    "irrevocable",
    "notice_withheld",
    "disclosure",
    "open_level",
    "reviewed_level",
    "review_verdict",
    "acting_account",
    "decided_at",
    "enacted_at",
    "starts_at",
    "expires_at",
    "ended_at",
    "issuance",
    "issued_at",
    "imposed_by",
    "nature",
    "released",
    "permission_id",
    "permitted_until",
    "appeal_id",
)


class Signature(Base, table=True):
    """One person's verdict at one level over one digest: rows are only added, and hold ids and digests alone."""

    __tablename__ = "signature"
    __table_args__ = (
        UniqueConstraint("action_id", "digest", "level", name="signature_level_once"),
        UniqueConstraint("action_id", "digest", "by", name="signature_person_once"),
        UniqueConstraint("action_id", "digest", "ordinal", name="signature_in_turn"),
        CheckConstraint("verdict IN ('approve', 'dissent', 'return')", name="signature_verdict"),
        {"info": INSERT_ONLY},
    )

    id: UUID = Field(primary_key=True)
    action_id: UUID = Field(foreign_key="action.id")
    digest: str
    level: str
    by: str
    verdict: str
    ordinal: int = Field(sa_column=Column(SmallInteger, nullable=False))
    note_id: UUID
    delegation_id: UUID | None = Field(default=None, foreign_key="delegation.id")
    at: datetime = Field(sa_type=Moment)

    def facts(self) -> SignatureFacts:
        """The signature as the kernel reads it."""
        return SignatureFacts(Level(self.level), self.by, Verdict(self.verdict), self.digest, self.at)


class Recusal(Base, table=True):
    """Somebody stepped aside from an action (R115)."""

    __tablename__ = "recusal"
    __table_args__ = (UniqueConstraint("action_id", "by", name="recusal_once"), {"info": INSERT_ONLY})

    id: UUID = Field(primary_key=True)
    action_id: UUID = Field(foreign_key="action.id")
    by: str
    note_id: UUID
    at: datetime = Field(sa_type=Moment)


class Note(Base, table=True):
    """What somebody wrote to an action: case text, under the action's key, so that destroying the key is its deletion (D27)."""

    __tablename__ = "note"
    __table_args__ = (
        CheckConstraint("about ~ '^[a-z_]{1,40}$'", name="note_about"),
        Index("note_action", "action_id", "at"),
    )

    id: UUID = Field(primary_key=True)
    action_id: UUID = Field(foreign_key="action.id")
    about: str
    by: str
    text: Sealed = Field(sa_type=SealedText)
    at: datetime = Field(sa_type=Moment)


class Procedure(Base, table=True):
    """The least chain of each kind, as the first migration wrote it from the procedure matrix; the service may only read it.

    A proposal whose stored chain asks fewer levels or approvals than this is refused by the database, whoever writes it.
    """

    __tablename__ = "procedure"
    __table_args__ = ({"info": {"grants": ("SELECT",)}},)

    kind: str = Field(primary_key=True)
    levels: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    approvals: int = Field(sa_column=Column(SmallInteger, nullable=False))


def course_of(action: Action) -> Course:
    """What is recommended."""
    return Course(action.course)
