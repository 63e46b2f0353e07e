"""The person behind accounts: a ban is against the individual, never a user name (R17, R18, D23)."""

from datetime import datetime
from uuid import UUID

from chassis.crypto import Sealed, SealedText
from sqlalchemy import CheckConstraint, Index, LargeBinary
from sqlmodel import Field

from ban_svc.model.individual import Confidence, LinkState
from ban_svc.tables.columns import Base, Moment


class Individual(Base, table=True):
    """Somebody by an opaque id; it has a data key of its own, for it outlives each action.

    Individuals found to be one count as one person: they share `person_id`, which is the first of them. Nothing is moved, so that a split
    gives each back what it had.
    """

    __tablename__ = "individual"
    __table_args__ = (Index("individual_person", "person_id"), {"info": {"import_role": ("SELECT", "INSERT")}})

    id: UUID = Field(primary_key=True)
    person_id: UUID
    at: datetime = Field(sa_type=Moment)
    version: int = 1


class Account(Base, table=True):
    """A confirmed account of an individual: its name as keyed hash, to be found by, and sealed, to be read.

    It rests on the action that named it as decided, or on a link that two people confirmed.
    """

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("confidence IN ('possible', 'likely', 'confirmed')", name="account_confidence"),
        CheckConstraint("decided_by IS NOT NULL OR identity_id IS NOT NULL", name="account_rests_on"),
        Index("account_individual", "individual_id"),
        {"info": {"grants": ("SELECT", "INSERT", "UPDATE", "DELETE"), "import_role": ("SELECT", "INSERT", "UPDATE (decided_by)")}},
    )

    id: UUID = Field(primary_key=True)
    individual_id: UUID = Field(foreign_key="individual.id")
    name_hash: bytes = Field(sa_type=LargeBinary, unique=True)
    name: Sealed = Field(sa_type=SealedText)
    confidence: str
    decided_by: UUID | None = Field(default=None, foreign_key="action.id")
    identity_id: UUID | None = Field(default=None, foreign_key="identity.id")
    at: datetime = Field(sa_type=Moment)


class Identity(Base, table=True):
    """The link of an account or address to an individual: who proposed it on which evidence, who confirmed it, who undid it and why.

    `subject` is the keyed hash of the account's name or of the address. The row of an account stays as the record; that of an address is
    deleted when its time is over (D23).
    """

    __tablename__ = "identity"
    __table_args__ = (
        CheckConstraint("sort IN ('account', 'address')", name="identity_sort"),
        CheckConstraint("confidence IN ('possible', 'likely', 'confirmed')", name="identity_confidence"),
        CheckConstraint("state IN ('proposed', 'linked', 'unlinked', 'superseded')", name="identity_state"),
        CheckConstraint("confirmed_by IS DISTINCT FROM proposed_by", name="identity_two_people"),
        CheckConstraint("state <> 'linked' OR confirmed_by IS NOT NULL", name="identity_confirmed"),
        CheckConstraint("(state = 'unlinked') = (unlinked_by IS NOT NULL AND reason IS NOT NULL)", name="identity_unlinked"),
        CheckConstraint("sort = 'account' OR state <> 'linked' OR ends_at IS NOT NULL", name="identity_address_ends"),
        Index("identity_linked_once", "subject", unique=True, postgresql_where="state = 'linked' AND sort = 'account'"),
        Index("identity_subject", "subject"),
        Index("identity_individual", "individual_id", "id"),
        {"info": {"grants": ("SELECT", "INSERT", "UPDATE", "DELETE"), "import_role": ("SELECT", "UPDATE (state)")}},
    )

    id: UUID = Field(primary_key=True)
    individual_id: UUID = Field(foreign_key="individual.id")
    sort: str
    subject: bytes = Field(sa_type=LargeBinary)
    name: Sealed = Field(sa_type=SealedText)
    confidence: str
    evidence: Sealed = Field(sa_type=SealedText)
    state: str = "proposed"
    proposed_by: str
    at: datetime = Field(sa_type=Moment)
    confirmed_by: str | None = None
    confirmed_at: datetime | None = Field(default=None, sa_type=Moment)
    note: Sealed | None = Field(default=None, sa_type=SealedText)
    unlinked_by: str | None = None
    unlinked_at: datetime | None = Field(default=None, sa_type=Moment)
    reason: Sealed | None = Field(default=None, sa_type=SealedText)
    ends_at: datetime | None = Field(default=None, sa_type=Moment)

    def link_state(self) -> LinkState:
        """Where it stands."""
        return LinkState(self.state)

    def sure(self) -> Confidence:
        """How sure whoever linked it is."""
        return Confidence(self.confidence)


class Merge(Base, table=True):
    """Two individuals found to be one, perhaps two again; each step has its second person (D23). Texts lie under the key of the first."""

    __tablename__ = "merge"
    __table_args__ = (
        CheckConstraint("state IN ('proposed', 'standing', 'split_proposed', 'split', 'refused')", name="merge_state"),
        CheckConstraint("individual_id <> other_id", name="merge_of_two"),
        CheckConstraint("confirmed_by IS DISTINCT FROM proposed_by", name="merge_two_people"),
        CheckConstraint("state NOT IN ('standing', 'split_proposed', 'split') OR confirmed_by IS NOT NULL", name="merge_confirmed"),
        CheckConstraint("split_confirmed_by IS NULL OR split_confirmed_by IS DISTINCT FROM split_by", name="merge_split_two_people"),
        CheckConstraint("state <> 'split' OR split_confirmed_by IS NOT NULL", name="merge_split_confirmed"),
        CheckConstraint("state NOT IN ('split_proposed', 'split', 'refused') OR split_reason IS NOT NULL", name="merge_split_reason"),
        Index("merge_individual", "individual_id", "id"),
        Index("merge_other", "other_id", "id"),
    )

    id: UUID = Field(primary_key=True)
    individual_id: UUID = Field(foreign_key="individual.id")
    other_id: UUID = Field(foreign_key="individual.id")
    state: str = "proposed"
    proposed_by: str
    evidence: Sealed = Field(sa_type=SealedText)
    at: datetime = Field(sa_type=Moment)
    confirmed_by: str | None = None
    confirmed_at: datetime | None = Field(default=None, sa_type=Moment)
    note: Sealed | None = Field(default=None, sa_type=SealedText)
    split_by: str | None = None
    split_at: datetime | None = Field(default=None, sa_type=Moment)
    split_reason: Sealed | None = Field(default=None, sa_type=SealedText)
    split_confirmed_by: str | None = None
    split_confirmed_at: datetime | None = Field(default=None, sa_type=Moment)
    split_note: Sealed | None = Field(default=None, sa_type=SealedText)


class Photograph(Base, table=True):
    """A photograph of an individual for those who keep the door of an event (R38): image and source sealed under the individual's key."""

    __tablename__ = "photograph"
    __table_args__ = (
        CheckConstraint("media_type IN ('image/jpeg', 'image/png')", name="photograph_media_type"),
        Index("photograph_individual", "individual_id", "id"),
        {"info": {"grants": ("SELECT", "INSERT", "DELETE")}},
    )

    id: UUID = Field(primary_key=True)
    individual_id: UUID = Field(foreign_key="individual.id")
    media_type: str
    content: Sealed = Field(sa_type=SealedText)
    source: Sealed = Field(sa_type=SealedText)
    by: str
    at: datetime = Field(sa_type=Moment)
