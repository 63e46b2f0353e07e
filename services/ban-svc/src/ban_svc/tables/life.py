"""What two people do to a decision in force: lift it, permit an exception, modify it; and what an appeal did (R16, R30, R101, D26)."""

from datetime import datetime
from uuid import UUID

from chassis.crypto import Sealed, SealedText
from kernel.review import Level, Verdict
from kernel.review import Signature as SignatureFacts
from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, SmallInteger, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from ban_svc.model import Route, WaitingFacts
from ban_svc.model.life import ModificationState
from ban_svc.tables.columns import INSERT_ONLY, Base, Moment

_TWO = "(state = 'confirmed') = (confirmed_by IS NOT NULL AND confirmed_at IS NOT NULL) AND confirmed_by IS DISTINCT FROM by"
_REFUSED = (
    "(state = 'refused') = (refused_by IS NOT NULL AND refused_at IS NOT NULL AND refusal_id IS NOT NULL)"
    " AND refused_by IS DISTINCT FROM by"
)
_ONE_WAITS = "state = 'proposed'"
_STATES_BY_TWO = "state IN ('proposed', 'confirmed', 'refused', 'replaced', 'withdrawn')"
_STATES = ", ".join(f"'{state}'" for state in ModificationState)


class ByTwo(Base):
    """What two people do to an action: who proposed it and why, and who confirmed it, or turned it down."""

    id: UUID = Field(primary_key=True)
    action_id: UUID = Field(foreign_key="action.id")
    by: str
    manages: bool = True
    note_id: UUID
    at: datetime = Field(sa_type=Moment)
    state: str = "proposed"
    confirmed_by: str | None = None
    confirmation_id: UUID | None = None
    confirmed_at: datetime | None = Field(default=None, sa_type=Moment)
    refused_by: str | None = None
    refused_at: datetime | None = Field(default=None, sa_type=Moment)
    refusal_id: UUID | None = None

    def waiting(self) -> WaitingFacts:
        """What the rule of the second person asks."""
        return WaitingFacts(by=self.by, manages=self.manages)


class Lift(ByTwo, table=True):
    """Two people end a decision because it has served its purpose (R30, D26); one waits at a time."""

    __tablename__ = "lift"
    __table_args__ = (
        CheckConstraint(_STATES_BY_TWO, name="lift_state"),
        CheckConstraint(_TWO, name="lift_two_people"),
        CheckConstraint(_REFUSED, name="lift_refused"),
        Index("lift_waiting", "action_id", unique=True, postgresql_where=_ONE_WAITS),
        Index("lift_action", "action_id", "at"),
    )

    reason_id: UUID


class Permission(ByTwo, table=True):
    """A scoped exception to a ban, with an end (R16). `wikis` are those on which the check obeys it; the whole scope is sealed."""

    __tablename__ = "permission"
    __table_args__ = (
        CheckConstraint(_STATES_BY_TWO, name="permission_state"),
        CheckConstraint(_TWO, name="permission_two_people"),
        CheckConstraint(_REFUSED, name="permission_refused"),
        Index("permission_waiting", "action_id", unique=True, postgresql_where=_ONE_WAITS),
        Index("permission_action", "action_id", "at"),
        # A cover says what is permitted, whoever writes it.
        {"info": {"import_role": ("SELECT",)}},
    )

    scope: Sealed = Field(sa_type=SealedText)
    wikis: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False))
    events: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False))
    until: datetime = Field(sa_type=Moment)


class Modification(ByTwo, table=True):
    """Another text for a decision in force: what burdens goes through the kind's chain, a narrowing through two people (D26).

    `subjects` are the accounts that it names, as keyed hashes, `ranges` the ranges, as an action's are.
    `confirmed_by` is the second person of a narrowing, or whoever put into force what the chain approved.
    """

    __tablename__ = "modification"
    __table_args__ = (
        CheckConstraint(f"state IN ({_STATES})", name="modification_state"),
        CheckConstraint("route IN ('chain', 'two_people')", name="modification_route"),
        CheckConstraint("nature IN ('ordinary', 'substantial_atypical')", name="modification_nature"),
        CheckConstraint("NOT burdens OR route = 'chain'", name="modification_burdens"),
        CheckConstraint(_TWO, name="modification_two_people"),
        CheckConstraint(_REFUSED, name="modification_refused"),
        CheckConstraint("state <> 'refused' OR route = 'two_people'", name="modification_levels_sign"),
        Index("modification_waiting", "action_id", unique=True, postgresql_where="state IN ('proposed', 'approved')"),
        Index("modification_action", "action_id", "at"),
        UniqueConstraint("action_id", "digest", name="modification_once"),
        {"info": {"import_role": ("SELECT",)}},
    )

    digest: str
    spec: Sealed = Field(sa_type=SealedText)
    subjects: list[bytes] = Field(default_factory=list, sa_column=Column(ARRAY(LargeBinary), nullable=False))
    ranges: list[bytes] | None = Field(default_factory=list, sa_column=Column(ARRAY(LargeBinary), nullable=True))
    nature: str
    burdens: bool
    route: str
    reasons: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False))
    levels: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False))
    approvals: int = Field(default=0, sa_column=Column(SmallInteger, nullable=False))
    manages: bool = False

    def waiting(self) -> WaitingFacts:
        """What the rule of the second person asks."""
        return WaitingFacts(by=self.by, manages=self.manages, route=Route(self.route))


class ModificationSignature(Base, table=True):
    """One person's verdict at one level over a modification: rows are only added."""

    __tablename__ = "modification_signature"
    __table_args__ = (
        UniqueConstraint("modification_id", "level", name="modification_signature_level_once"),
        UniqueConstraint("modification_id", "by", name="modification_signature_person_once"),
        UniqueConstraint("modification_id", "ordinal", name="modification_signature_in_turn"),
        CheckConstraint("verdict IN ('approve', 'dissent', 'return')", name="modification_signature_verdict"),
        {"info": INSERT_ONLY},
    )

    id: UUID = Field(primary_key=True)
    modification_id: UUID = Field(foreign_key="modification.id")
    level: str
    by: str
    verdict: str
    ordinal: int = Field(sa_column=Column(SmallInteger, nullable=False))
    note_id: UUID
    delegation_id: UUID | None = Field(default=None, foreign_key="delegation.id")
    at: datetime = Field(sa_type=Moment)

    def facts(self, digest: str) -> SignatureFacts:
        """The signature as the kernel reads it, over the modification's digest."""
        return SignatureFacts(Level(self.level), self.by, Verdict(self.verdict), digest, self.at)


class AppealOutcome(Base, table=True):
    """What an appeal decided about an action, and whether it could be carried out; heard once (R101, D13, D14)."""

    __tablename__ = "appeal_outcome"
    __table_args__ = (
        CheckConstraint("outcome IN ('ratified', 'overturned', 'remanded')", name="appeal_outcome_outcome"),
        Index("appeal_outcome_action", "action_id", "at"),
        {"info": INSERT_ONLY},
    )

    appeal_id: UUID = Field(primary_key=True)
    action_id: UUID = Field(foreign_key="action.id")
    outcome: str
    codes: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False))
    at: datetime = Field(sa_type=Moment)
