"""The person behind accounts: a ban is against the individual, never a user name (R17, D23)."""

from datetime import datetime
from uuid import UUID

from chassis.crypto import Sealed, SealedText
from sqlalchemy import CheckConstraint, Index, LargeBinary
from sqlmodel import Field

from ban_svc.tables.columns import Base, Moment


class Individual(Base, table=True):
    """A person by an opaque id; it has a data key of its own, for it outlives each action."""

    __tablename__ = "individual"

    id: UUID = Field(primary_key=True)
    at: datetime = Field(sa_type=Moment)


class Account(Base, table=True):
    """An account of an individual: its name as keyed hash, to be found by, and sealed, to be read. `decided_by` named it as decided."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("confidence IN ('possible', 'likely', 'confirmed')", name="account_confidence"),
        Index("account_individual", "individual_id"),
    )

    id: UUID = Field(primary_key=True)
    individual_id: UUID = Field(foreign_key="individual.id")
    name_hash: bytes = Field(sa_type=LargeBinary, unique=True)
    name: Sealed = Field(sa_type=SealedText)
    confidence: str
    decided_by: UUID = Field(foreign_key="action.id")
    at: datetime = Field(sa_type=Moment)
